import { DAY_S } from "../../wire/durations.ts";

/** How far the clocks of two relays may differ, in milliseconds. */
export const CLOCK_SLACK_MS = 10_000;

/** Claims older than this are renewed before a CodeRun is created. */
export const MAX_CLAIM_AGE_MS = 20_000;

/** Upper bound for creating a CodeRun; after that it must not appear any more. */
export const CREATE_WITHIN_MS = 10_000;

/** How long after taking a claim a call may still create its CodeRun, by any relay's clock. */
export const IN_FLIGHT_MS = MAX_CLAIM_AGE_MS + CREATE_WITHIN_MS + CLOCK_SLACK_MS;

/** Ttl of an incident's claim on its own id. */
export const OWN_CLAIM_TTL_S = 30 * DAY_S;

/** Ttl of the claim on an agent, under which its unfinished CodeRuns are counted and the new one is created. */
export const AGENT_CLAIM_TTL_S = 30;

/** How long a call waits for the claim on an agent. */
export const AGENT_WAIT_MS = 5_000;
