/** Largest body of `POST /v1/spawn` in bytes: the prompt, its log excerpt among it, is most of it. */
export const MAX_SPAWN_BYTES = 1024 * 1024;

/** Largest body of `POST /v1/context` in bytes. */
export const MAX_CONTEXT_BYTES = 64 * 1024;

/** Largest answer to `POST /v1/context` in bytes: each of its parts has an equal share. */
export const MAX_CONTEXT_ANSWER_BYTES = 2 * 1024 * 1024;

/** Largest body of `POST /api/outcomes` in bytes. */
export const MAX_OUTCOME_BYTES = 64 * 1024;

/** How far a message's time may lie from the receiver's, in seconds, both ways (DESIGN section 6). */
export const TOLERANCE_S = 5 * 60;

/** How deep the objects and lists of a CodeRun may be nested: those who walk it recurse. */
export const MAX_DEPTH = 32;

/** Largest body of `POST /v1/coderuns/status` in bytes. */
export const MAX_STATUS_BYTES = 4 * 1024;

/** Largest answer to `POST /v1/coderuns/status` in bytes: an outcome and a little around it. */
export const MAX_STATUS_ANSWER_BYTES = 2 * MAX_OUTCOME_BYTES;
