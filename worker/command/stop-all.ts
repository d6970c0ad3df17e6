import type { CommandRequest } from "../../pipeline/index.ts";
import type { Effects } from "../effects.ts";
import type { CommandResult } from "../journal/commands.ts";
import { pullRequestRemediations, steppedSince } from "../journal/pull-request-remediations.ts";
import { stopRemediation } from "../remediation/stop-remediation.ts";
import { transit } from "../remediation/transitions.ts";
import { countOf, unlessRaced } from "./each-remediation.ts";

const MOST = 100;

/** `/healer stop`: ends every remediation of the pull request that is under way or waits. */
export async function stopAll(
	effects: Effects,
	{ repository, pr_number, author }: Pick<CommandRequest, "repository" | "pr_number" | "author">,
	received_at: number,
): Promise<CommandResult> {
	const all = await pullRequestRemediations(effects.journal, { repository, pr_number }, MOST);
	const before = await steppedSince(
		effects.journal,
		"stopped",
		all.map(({ id }) => id),
		received_at,
	);
	let stopped = before.size;
	for (const { id, status } of all) {
		if (before.has(id) || transit(status, "stopped") === undefined) continue;
		const by = await unlessRaced(() => stopRemediation(effects, id, author));
		if (by.ok) stopped++;
	}
	const said =
		stopped === 0
			? "nothing was under way here."
			: `${countOf(stopped)} stopped. A CodeRun that runs goes on to its end; nothing follows from it.`;
	return { reaction: "+1", said };
}
