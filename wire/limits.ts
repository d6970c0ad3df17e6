/** Maximum body of `POST /v1/spawn` in bytes. The prompt with its log excerpt is most of it. */
export const MAX_SPAWN_BYTES = 1024 * 1024;

/** Maximum body of `POST /v1/context` in bytes. */
export const MAX_CONTEXT_BYTES = 64 * 1024;

/** Maximum answer to `POST /v1/context` in bytes: all parts share it equally. */
export const MAX_CONTEXT_ANSWER_BYTES = 2 * 1024 * 1024;

/** Maximum body of `POST /api/outcomes` in bytes. */
export const MAX_OUTCOME_BYTES = 64 * 1024;

/** Maximum difference between a message's time and the receiver's, in seconds, in both directions. */
export const TOLERANCE_S = 5 * 60;

/** Maximum nesting of a CodeRun's objects and lists, because code that walks it recurses. */
export const MAX_DEPTH = 32;

/** Maximum body of `POST /v1/coderuns/status` in bytes. */
export const MAX_STATUS_BYTES = 4 * 1024;

/** Maximum answer to `POST /v1/coderuns/status` in bytes: an outcome and a little around it. */
export const MAX_STATUS_ANSWER_BYTES = 2 * MAX_OUTCOME_BYTES;
