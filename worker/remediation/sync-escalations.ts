import type { Incident } from "../../pipeline/incident.ts";
import type { Effects } from "../effects.ts";
import type { GitHub, GitHubAnswer } from "../github/github.ts";
import { changeOwnIssue, partsOf, putOwnComment } from "../github/own-comments.ts";
import { DamagedRow } from "../journal/d1-error.ts";
import { type ChangedEscalation, changedEscalations, recordEscalationStatus } from "../journal/escalations.ts";
import { remediationRows } from "../journal/remediations.ts";
import { needStored } from "../journal/stored-json.ts";
import type { Cost } from "../runtime/budget.ts";
import { type CommentRef, commentRef, escalationMark } from "./escalation-post.ts";
import { escalationText } from "./escalation-text.ts";
import { asCode } from "./markdown.ts";

const BATCH = 20;
const LONGEST_MS = 20_000;
// Of one: its comment is found and changed, its label taken off.
const COST: Cost = { statements: 5, subrequests: 15 };

/**
 * Lets the comment or issue that told a person of an escalated remediation say how it went on: it is fixed by now, or was
 * started afresh. Its label goes, since nobody is needed any more; an issue is closed when there is nothing left to do.
 * What GitHub does not take now, the next sweep tries again; what is gone stays away.
 */
export async function syncEscalations(effects: Effects): Promise<void> {
	const { github, journal } = effects;
	if (github === undefined) return;
	const startedAt = effects.now();
	let after: ChangedEscalation | undefined;
	do {
		const page: readonly ChangedEscalation[] = await changedEscalations(journal, BATCH, after);
		for (const incident of page) {
			if (!effects.budget.has(COST) || effects.now() - startedAt > LONGEST_MS) return;
			if ((await followOne(effects, github, incident)) === "later") return;
		}
		after = page.at(-1);
	} while (after !== undefined);
}

/** `later`: GitHub takes nothing now. One that fails costs itself only. */
async function followOne(
	effects: Effects,
	github: GitHub,
	incident: ChangedEscalation,
): Promise<"done" | "failed" | "later"> {
	try {
		const place = commentRef(incident.escalation_url ?? "");
		if (incident.status !== "escalated" && place !== undefined) {
			const said = await sayHowItWentOn(effects, github, incident, place);
			const isLater = !said.ok && ["rate_limited", "unavailable"].includes(said.failure.reason);
			if (isLater) return "later";
		}
		await recordEscalationStatus(effects.journal, incident);
		return "done";
	} catch (cause) {
		effects.log.error("the comment of an escalation could not be changed", {
			incident_id: incident.id,
			cause,
		});
		// No later try reads it either.
		if (cause instanceof DamagedRow) await recordEscalationStatus(effects.journal, incident);
		return "failed";
	}
}

async function sayHowItWentOn(
	effects: Effects,
	github: GitHub,
	incident: ChangedEscalation,
	place: CommentRef,
): Promise<GitHubAnswer<unknown>> {
	const failure = needStored("incidents.incident", incident.incident, incident.id);
	const of = { repository: incident.repository, installation_id: failure.installation_id };
	const body = await bodyNow(effects, incident, failure);
	const { number, comment } = place;
	const written = { of, number, mark: escalationMark(incident.id), body };
	const changed =
		comment === undefined
			? await changeOwnIssue(github, { ...written, state: DONE.has(incident.status) ? "closed" : "open" })
			: await putOwnComment(github, { ...written, id: comment, createIfMissing: false });
	if (!changed.ok || incident.others_escalated === 1) return changed;
	const { outcome } = await effects.engine();
	return await github.asInstallation(of, "DELETE /repos/{owner}/{repo}/issues/{issue_number}/labels/{name}", {
		...partsOf(of.repository),
		issue_number: number,
		name: outcome.label,
	});
}

const DONE: ReadonlySet<string> = new Set(["fixed", "superseded", "cancelled"]);

async function bodyNow({ journal }: Effects, incident: ChangedEscalation, failure: Incident): Promise<string> {
	const { id, status, reason, escalation_reason } = incident;
	const { attempts = [] } = (await remediationRows(journal, id)) ?? {};
	const { body } = escalationText({ ...incident, reason: escalation_reason }, failure, attempts);
	const now = `### Healer needed a person here: ${asCode(status)} by now${reason === null ? "" : `, ${asCode(reason)}`}`;
	return body.replace(/^### .*$/m, () => now);
}
