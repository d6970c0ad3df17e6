/** The build-time API of the pipeline: text in, a checked artefact or all diagnostics out. Only the CLI uses it. */

export { pipelineJsonSchema } from "../grammar/json-schema.ts";
export { buildArtefact } from "./build-artefact.ts";
export { didYouMean } from "./checks/did-you-mean.ts";
export { renderDiagnostics } from "./checks/render-diagnostics.ts";
export type { Pack, PackFile } from "./packs/pack.ts";
export { extendsOf } from "./packs/read-policy.ts";
export { renderEntries, renderPolicy } from "./packs/render-policy.ts";
export {
	type Origin,
	policyEntries,
	type ResolvedEntry,
	type ResolvedPolicy,
	resolvePolicy,
} from "./packs/resolved-policy.ts";
export { policyDiff } from "./policy-texts.ts";
export { type Diagnostic, PIPELINE_FILE } from "./yaml/diagnostic.ts";
