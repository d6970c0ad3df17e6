/** Two relays' clocks may differ by this much, in milliseconds. */
export const CLOCK_SLACK_MS = 10_000;

/** Claims taken longer ago than this are taken again before a CodeRun is created. */
export const MAX_CLAIM_AGE_MS = 20_000;

/** Creating a CodeRun takes this long at most, or it does not happen. */
export const CREATE_WITHIN_MS = 10_000;

/** How long after taking a claim a call may still create its CodeRun, as seen by any relay's clock. */
export const IN_FLIGHT_MS = MAX_CLAIM_AGE_MS + CREATE_WITHIN_MS + CLOCK_SLACK_MS;

/** An incident's claim on its own id. */
export const OWN_CLAIM_TTL_S = 30 * 24 * 3600;

/** The claim on an agent, under which its unfinished CodeRuns are counted and the new one is made. */
export const AGENT_CLAIM_TTL_S = 30;

/** How long a call waits for its turn at an agent. */
export const AGENT_WAIT_MS = 5_000;
