import { HOUR_MS } from "../../wire/durations.ts";
import type { Effects } from "../effects.ts";
import { putOwnComment } from "../github/own-comments.ts";
import { describeFailure, isTransient } from "../github/read-failure.ts";
import { recordReminded, scheduleReminder } from "../journal/attempts.ts";
import type { Cost } from "../runtime/budget.ts";
import type { Remediation } from "./load-state.ts";
import { asCode } from "./markdown.ts";

// The App's name, the comments, the comment itself.
const COST: Cost = { statements: 5, subrequests: 30 };
const AGAIN_AFTER_MS = HOUR_MS;

/**
 * Reminds people once that a fix waits to be merged, by a comment on its pull request. The next try is scheduled first, so that
 * one caller writes; a comment that is there already is found by its mark. What GitHub refuses for good is not tried again.
 */
export async function remindOfMerge(
	effects: Effects,
	{ incident, attempts, failure, state }: Remediation,
): Promise<void> {
	const { journal, github, log } = effects;
	const number = state.merge?.pullRequest;
	const last = attempts.at(-1);
	if (github === undefined || number === undefined || last === undefined) return;
	const of = { id: incident.id, attempt: last.attempt };
	const isOurs = await scheduleReminder(journal, of, { from: last.remind_at, to: effects.now() + AGAIN_AFTER_MS });
	if (!isOurs || !effects.budget.has(COST)) return;

	const written = await putOwnComment(github, {
		of: { repository: incident.repository, installation_id: failure.installation_id },
		number,
		mark: `<!-- healer:merge:${incident.id}:${last.attempt} -->`,
		body: reminderText(incident.branch, incident.id),
		createIfMissing: true,
	});
	const isLater = !written.ok && isTransient(written.failure);
	if (!written.ok) {
		log.warn("no reminder of the fix written", { incident_id: incident.id, reason: describeFailure(written.failure) });
	}
	if (!isLater) await recordReminded(journal, incident, { attempt: last.attempt, number, at: effects.now() });
}

function reminderText(branch: string | null, id: string): string {
	return [
		"### This fix waits to be merged",
		"",
		`CI passes on its branch. The failure on ${asCode(branch ?? "the default branch")} counts as fixed once this is merged and the check passes there.`,
		"Until then its further failures start no other agent. Close the pull request if it is not wanted: then a person is notified.",
		"",
		`Incident \`${id}\`.`,
	].join("\n");
}
