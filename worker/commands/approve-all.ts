import { approveDecision, whyNotApproved } from "../dispatch/approve-decision.ts";
import type { Effects } from "../effects.ts";
import { pullRequestRemediations } from "../journal/pull-request-remediations.ts";
import type { CommandResult } from "../journal/stored-json.ts";
import { type CommandTarget, countOf, MOST_REMEDIATIONS, stepEach } from "./command-actions.ts";

/**
 * `/healer approve`: approves each decision of the pull request that waits for a person and was made before the comment: nobody
 * approves what they could not see.
 */
export async function approveAll(
	effects: Effects,
	{ repository, pr_number, author }: CommandTarget,
	received_at: number,
): Promise<CommandResult | { readonly until: number }> {
	const all = await pullRequestRemediations(effects.journal, { repository, pr_number }, MOST_REMEDIATIONS);
	const refusals = new Set<string>();
	const approved = await stepEach(effects, "approved", all, received_at, async (id) => {
		const done = await approveDecision(effects, id, { by: author }, { at: received_at });
		if (!done.ok && done.reason !== "raced") refusals.add(whyNotApproved(done));
		return done;
	});
	if (approved === undefined) return { until: effects.now() };
	if (approved > 0) return { reaction: "eyes", message: `${countOf(approved)} approved: its agent is sent.` };
	const why = [...refusals].join("; ");
	const message = why === "" ? "nothing waits for an approval here." : `not approved: ${why}.`;
	return { reaction: "confused", message };
}
