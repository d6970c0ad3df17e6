/** The build-time face of the pipeline: text in, a checked artefact or every mistake out. For the cli alone. */
export { buildArtefact } from "./build-artefact.ts";
export { renderDiagnostics } from "./checks/render-diagnostics.ts";
export { pipelineJsonSchema } from "./grammar/json-schema.ts";
export { type Diagnostic as Mistake, PIPELINE_FILE, promptFile } from "./yaml/diagnostic.ts";
