// Written by `healer build` and absent in a fresh clone, so its type is declared here.
declare module "*/dist/pipeline.json" {
	const artefact: import("../pipeline/artefact.ts").Artefact;
	export default artefact;
}

// JSON modules have no types here, because the artefact may be absent; only the version is read from this one.
declare module "*/package.json" {
	const own: { readonly version: string };
	export default own;
}
