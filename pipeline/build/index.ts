/** The build-time face of the pipeline: text in, a checked artefact or every mistake out. For the cli alone. */
export { buildArtefact } from "./build-artefact.ts";
export { pipelineJsonSchema } from "./json-schema.ts";
export { type Diagnostic as Mistake, PIPELINE_FILE, promptFile } from "./mistake.ts";
export { renderDiagnostics } from "./render-mistakes.ts";
