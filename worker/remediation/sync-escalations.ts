import type { Incident } from "../../pipeline/incident.ts";
import { outcomeFor } from "../../pipeline/overrides.ts";
import type { Effects } from "../effects.ts";
import type { GitHub, GitHubAnswer } from "../github/github.ts";
import { changeOwnIssue, partsOf, putOwnComment } from "../github/own-comments.ts";
import { isTransient } from "../github/read-failure.ts";
import { DamagedRow } from "../journal/d1-error.ts";
import { type ChangedEscalation, changedEscalations, recordEscalationStatus } from "../journal/escalations.ts";
import { findMembers } from "../journal/groups.ts";
import { remediationRows } from "../journal/remediations.ts";
import { needStored } from "../journal/stored-json.ts";
import type { Cost } from "../runtime/budget.ts";
import { type CommentRef, commentRef, escalationMark } from "./escalation-post.ts";
import { escalationText, MOST_MEMBERS } from "./escalation-text.ts";
import { asCode } from "./markdown.ts";

const BATCH = 20;
const LONGEST_MS = 20_000;
// Of one incident: its comment is found and edited, its label removed.
const COST: Cost = { statements: 5, subrequests: 15 };

/**
 * Updates the escalation comment or issue of remediations that have continued since: fixed, or started over. Removes the
 * label, since nobody is needed any more, and closes an issue when nothing is left to do. If GitHub does not accept it now,
 * the next sweep retries; a deleted comment is not recreated.
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
			if ((await syncOne(effects, github, incident)) === "later") return;
		}
		after = page.at(-1);
	} while (after !== undefined);
}

/** `later`: GitHub accepts nothing now. A failure affects only this incident. */
async function syncOne(
	effects: Effects,
	github: GitHub,
	incident: ChangedEscalation,
): Promise<"done" | "failed" | "later"> {
	try {
		const place = commentRef(incident.escalation_url ?? "");
		if (incident.status !== "escalated" && place !== undefined) {
			const updated = await updateEscalation(effects, github, incident, place);
			if (!updated.ok && isTransient(updated.failure)) return "later";
		}
		await recordEscalationStatus(effects.journal, incident);
		return "done";
	} catch (cause) {
		effects.log.error("updating the escalation comment failed", {
			incident_id: incident.id,
			cause,
		});
		// A retry cannot read the row either.
		if (cause instanceof DamagedRow) await recordEscalationStatus(effects.journal, incident);
		return "failed";
	}
}

async function updateEscalation(
	effects: Effects,
	github: GitHub,
	incident: ChangedEscalation,
	place: CommentRef,
): Promise<GitHubAnswer<unknown>> {
	const failure = needStored("incidents.incident", incident.incident, incident.id);
	const of = { repository: incident.repository, installation_id: failure.installation_id };
	const body = await bodyNow(effects, incident, { failure, web: github.web_url });
	const { number, comment } = place;
	const written = { of, number, mark: escalationMark(incident.id), body };
	const changed =
		comment === undefined
			? await changeOwnIssue(github, { ...written, state: DONE.has(incident.status) ? "closed" : "open" })
			: await putOwnComment(github, { ...written, id: comment, createIfMissing: false });
	if (!changed.ok || incident.others_escalated === 1) return changed;
	const outcome = outcomeFor(await effects.engine(), incident.repository);
	return await github.asInstallation(of, "DELETE /repos/{owner}/{repo}/issues/{issue_number}/labels/{name}", {
		...partsOf(of.repository),
		issue_number: number,
		name: outcome.label,
	});
}

const DONE: ReadonlySet<string> = new Set(["fixed", "superseded", "cancelled"]);

async function bodyNow(
	{ journal }: Effects,
	incident: ChangedEscalation,
	{ failure, web }: { readonly failure: Incident; readonly web: string },
): Promise<string> {
	const { id, status, reason, escalation_reason } = incident;
	const { attempts = [] } = (await remediationRows(journal, id)) ?? {};
	const members = await findMembers(journal, id, MOST_MEMBERS);
	const { body } = escalationText({ ...incident, reason: escalation_reason }, failure, attempts, web, members);
	const now = `### Healer no longer needs a person here: ${asCode(status)}${reason === null ? "" : `, ${asCode(reason)}`}`;
	return body.replace(/^### .*$/m, () => now);
}
