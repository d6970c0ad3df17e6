/** The build-time face of the pipeline: text in, a checked artefact or every mistake out. For the cli alone. */
export { buildArtefact } from "./build-artefact.ts";
export { pipelineJsonSchema } from "./json-schema.ts";
export { type Mistake, PIPELINE_FILE, promptFile } from "./mistake.ts";
export { renderMistakes } from "./render-mistakes.ts";
