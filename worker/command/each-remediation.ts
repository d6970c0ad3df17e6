import type { CommandRequest } from "../../pipeline/index.ts";
import type { Cost } from "../budget.ts";
import type { Effects } from "../effects.ts";
import { type PullRequestRemediation, steppedSince } from "../journal/pull-request-remediations.ts";
import type { ManualAction } from "../remediation/retry-remediation.ts";
import { transit } from "../remediation/transitions.ts";

const MOST_TRIES = 5;
// One step that is raced, and what the command itself needs after it.
const STEP_COST: Cost = { statements: 40, subrequests: 40 };

/** Which pull request a command is about, and whose word it is. */
export type CommandTarget = Pick<CommandRequest, "repository" | "pr_number" | "author">;

/** Of one pull request, a command acts on so many remediations, the newest. */
export const MOST_REMEDIATIONS = 100;

/**
 * Takes this step with each of the remediations that it is possible for, unless it was taken since the command came: whoever
 * repeats a command finds what it did already. Gives how many took it, then or now; undefined when the invocation has no
 * room for all of them: called again it does the rest.
 */
export async function stepEach(
	effects: Effects,
	event: "retried" | "stopped",
	remediations: readonly PullRequestRemediation[],
	received_at: number,
	act: (id: string) => Promise<ManualAction>,
): Promise<number | undefined> {
	const ids = remediations.map(({ id }) => id);
	const before = await steppedSince(effects.journal, event, ids, received_at);
	let stepped = before.size;
	for (const { id, status } of remediations) {
		if (before.has(id) || transit(status, event) === undefined) continue;
		if (!effects.budget.has(STEP_COST)) return undefined;
		const by = await unlessRaced(() => act(id));
		if (by.ok) stepped++;
	}
	return stepped;
}

/** Does it again when the remediation went on at the same moment. */
async function unlessRaced(act: () => Promise<ManualAction>): Promise<ManualAction> {
	for (let tries = 1; ; tries++) {
		const done = await act();
		if (done.ok || done.reason !== "raced" || tries === MOST_TRIES) return done;
	}
}

/** `1 remediation`, `2 remediations`. */
export function countOf(count: number): string {
	return count === 1 ? "1 remediation" : `${count} remediations`;
}
