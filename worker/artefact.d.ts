// What `healer build` writes; it is absent from a fresh clone, so its type is told here.
declare module "*/dist/pipeline.json" {
	const artefact: import("../pipeline/artefact.ts").Artefact;
	export default artefact;
}
