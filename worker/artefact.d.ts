// What `healer build` writes; it is absent from a fresh clone, so its type is told here.
declare module "*/dist/pipeline.json" {
	const artefact: import("../pipeline/artefact.ts").Artefact;
	export default artefact;
}

// Types of JSON modules are off here, since the artefact may be absent; of this one the version is read.
declare module "*/package.json" {
	const own: { readonly version: string };
	export default own;
}
