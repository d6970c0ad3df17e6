import { branchMended } from "./branch-mended.ts";
import { endOfPull } from "./pull-request-state.ts";
import type { Recheck } from "./recheck.ts";

/**
 * A command to fix a pull request: that has ended, or has become green. Words beside the command may ask for anything, which a
 * green branch does not answer.
 */
export async function commandServed(about: Recheck): Promise<string | undefined> {
	if (about.incident.command?.args === undefined) return await branchMended(about);
	const pull = await about.queries.pullRequest();
	return pull.ok && pull.value !== undefined ? endOfPull(pull.value) : undefined;
}
