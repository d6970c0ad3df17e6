import type { Incident } from "../../pipeline/incident.ts";
import type { Effects } from "../effects.ts";
import { putOwnComment } from "../github/put-own-comment.ts";
import { remediationRows } from "../journal/remediation-facts.ts";
import { type ChangedSinceTold, changedSinceTold, recordToldStatus } from "../journal/told-changes.ts";
import { escalationText } from "./escalation-text.ts";
import { asCode } from "./plain-markdown.ts";

const BATCH = 20;

/**
 * Lets the comment that told a person of an escalated remediation say how it went on: it is fixed by now, or was started
 * afresh. What GitHub does not take now, the next sweep tries again; a comment that is gone stays away.
 */
export async function followTold(effects: Effects): Promise<void> {
	const { github, journal } = effects;
	if (github === undefined) return;
	for (const incident of await changedSinceTold(journal, BATCH)) {
		if (incident.status !== "escalated") {
			const written = await putOwnComment(github, await commentOf(effects, incident));
			const isLater = !written.ok && ["rate_limited", "unavailable"].includes(written.failure.reason);
			if (isLater) return;
		}
		await recordToldStatus(journal, incident);
	}
}

async function commentOf({ journal }: Effects, incident: ChangedSinceTold) {
	const { id, status, reason, repository, told_url, escalated_for } = incident;
	const told: Incident = JSON.parse(incident.incident);
	const { attempts = [] } = (await remediationRows(journal, id)) ?? {};
	const { body } = escalationText({ ...incident, reason: escalated_for }, told, attempts);
	const [, number = "0", comment = "0"] = /\/(\d+)#issuecomment-(\d+)$/.exec(told_url ?? "") ?? [];
	const now = `### Healer needed a person here: ${asCode(status)} by now${reason === null ? "" : `, ${asCode(reason)}`}`;
	return {
		of: { repository, installation_id: told.installation_id },
		number: Number(number),
		mark: `<!-- healer:${id} -->`,
		body: body.replace(/^### .*$/m, () => now),
		id: Number(comment),
		isNewWanted: false,
	};
}
