import type { Incident } from "../../pipeline/incident.ts";
import type { Effects } from "../effects.ts";
import { changeOwnIssue } from "../github/change-own-issue.ts";
import type { GitHub, GitHubAnswer } from "../github/github.ts";
import { partsOf, putOwnComment } from "../github/put-own-comment.ts";
import { remediationRows } from "../journal/remediation-facts.ts";
import { type ChangedSinceTold, changedSinceTold, recordToldStatus } from "../journal/told-changes.ts";
import { escalationText } from "./escalation-text.ts";
import { asCode } from "./plain-markdown.ts";
import { stickyMark } from "./post-sticky.ts";
import { type ToldPlace, toldPlace } from "./told-place.ts";

const BATCH = 20;

/**
 * Lets the comment or issue that told a person of an escalated remediation say how it went on: it is fixed by now, or was
 * started afresh. Its label goes, since nobody is needed any more; an issue is closed when there is nothing left to do.
 * What GitHub does not take now, the next sweep tries again; what is gone stays away.
 */
export async function followTold(effects: Effects): Promise<void> {
	const { github, journal } = effects;
	if (github === undefined) return;
	for (const incident of await changedSinceTold(journal, BATCH)) {
		const place = toldPlace(incident.told_url ?? "");
		if (incident.status !== "escalated" && place !== undefined) {
			const said = await sayHowItWentOn(effects, github, incident, place);
			const isLater = !said.ok && ["rate_limited", "unavailable"].includes(said.failure.reason);
			if (isLater) return;
		}
		await recordToldStatus(journal, incident);
	}
}

async function sayHowItWentOn(
	effects: Effects,
	github: GitHub,
	incident: ChangedSinceTold,
	place: ToldPlace,
): Promise<GitHubAnswer<unknown>> {
	const told: Incident = JSON.parse(incident.incident);
	const of = { repository: incident.repository, installation_id: told.installation_id };
	const body = await bodyNow(effects, incident, told);
	const { number, comment } = place;
	const written = { of, number, mark: stickyMark(incident.id), body };
	const changed =
		comment === undefined
			? await changeOwnIssue(github, { ...written, state: DONE.has(incident.status) ? "closed" : "open" })
			: await putOwnComment(github, { ...written, id: comment, isNewWanted: false });
	if (!changed.ok || incident.others_need_one === 1) return changed;
	const { outcome } = await effects.engine();
	return await github.asInstallation(of, "DELETE /repos/{owner}/{repo}/issues/{issue_number}/labels/{name}", {
		...partsOf(of.repository),
		issue_number: number,
		name: outcome.label,
	});
}

const DONE: ReadonlySet<string> = new Set(["fixed", "superseded", "cancelled"]);

async function bodyNow({ journal }: Effects, incident: ChangedSinceTold, told: Incident): Promise<string> {
	const { id, status, reason, escalated_for } = incident;
	const { attempts = [] } = (await remediationRows(journal, id)) ?? {};
	const { body } = escalationText({ ...incident, reason: escalated_for }, told, attempts);
	const now = `### Healer needed a person here: ${asCode(status)} by now${reason === null ? "" : `, ${asCode(reason)}`}`;
	return body.replace(/^### .*$/m, () => now);
}
