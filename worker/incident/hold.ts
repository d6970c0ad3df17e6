/**
 * How long an incident's row is held at a time, in milliseconds: longer than one send and its bookkeeping. The row of a
 * consumer that died is free after it.
 */
export const LOCK_MS = 30_000;
