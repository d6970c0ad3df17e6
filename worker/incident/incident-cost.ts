import type { Cost } from "../budget.ts";

/**
 * What processing one incident may cost: 16 calls and 27 statements on the usual way, more where remediations wait for
 * several claims, and what its context asks of GitHub. Tests hold it to this.
 */
export const INCIDENT_COST: Cost = { statements: 45, subrequests: 75 };
