/** The build-time face of the pipeline: text in, a checked artefact or every mistake out. For the cli alone. */
export { type Built, buildArtefact, type Sources } from "./build-artefact.ts";
export { type JsonSchema, pipelineJsonSchema } from "./json-schema.ts";
export { type Mistake, PIPELINE_FILE, promptFile } from "./mistake.ts";
export { renderMistakes, type SourceTexts } from "./render-mistakes.ts";
