/** The build-time API of the pipeline: text in, a checked artefact or all diagnostics out. Only the CLI uses it. */

export { pipelineJsonSchema } from "../grammar/json-schema.ts";
export { buildArtefact } from "./build-artefact.ts";
export { renderDiagnostics } from "./checks/render-diagnostics.ts";
export { type Diagnostic, PIPELINE_FILE, promptFile } from "./yaml/diagnostic.ts";
