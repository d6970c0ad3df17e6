import type { Effects } from "../effects.ts";
import type { CommandResult } from "../journal/commands.ts";
import { pullRequestRemediations } from "../journal/pull-request-remediations.ts";
import { stopRemediation } from "../remediation/stop-remediation.ts";
import { type CommandTarget, countOf, MOST_REMEDIATIONS, stepEach } from "./each-remediation.ts";

/** `/healer stop`: ends every remediation of the pull request that is under way or waits. */
export async function stopAll(
	effects: Effects,
	{ repository, pr_number, author }: CommandTarget,
	received_at: number,
): Promise<CommandResult | { readonly until: number }> {
	const all = await pullRequestRemediations(effects.journal, { repository, pr_number }, MOST_REMEDIATIONS);
	const stop = (id: string) => stopRemediation(effects, id, author);
	const stopped = await stepEach(effects, "stopped", all, received_at, stop);
	if (stopped === undefined) return { until: effects.now() };
	const message =
		stopped === 0
			? "nothing was under way here."
			: `${countOf(stopped)} stopped. A CodeRun that runs goes on to its end; nothing follows from it.`;
	return { reaction: "+1", message };
}
