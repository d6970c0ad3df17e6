import { outcomeFor } from "../../pipeline/overrides.ts";
import { MINUTE_MS } from "../../wire/durations.ts";
import type { Effects } from "../effects.ts";
import type { GitHubAnswer } from "../github/github.ts";
import { describeFailure, retryTime } from "../github/read-failure.ts";
import { lockEscalation, recordNotified, retryNotification } from "../journal/escalations.ts";
import { findMembers } from "../journal/groups.ts";
import type { IncidentRow, LockedIncident } from "../journal/incidents.ts";
import { remediationRows } from "../journal/remediations.ts";
import { needStored } from "../journal/stored-json.ts";
import { describeCause } from "../log.ts";
import { postEscalation } from "./escalation-post.ts";
import { escalationText, MOST_MEMBERS } from "./escalation-text.ts";

// One lookup and one write, each bounded by the client.
const LOCK_MS = MINUTE_MS;
// Backs off as if it had been tried this often already: 16 s, 32 s, then every minute.
const TRIES_AHEAD = 3;

/**
 * Notifies a person of an escalated remediation: one comment on its pull request, or one issue if there is none, with the
 * pipeline's label. A repeated call edits that one. If GitHub rejects it, the incident's reason says so. Undefined when done;
 * else the incident, still locked, and why it has to be retried.
 */
export async function notifyHuman(
	effects: Effects,
	id: string,
): Promise<{ readonly locked: LockedIncident; readonly reason: string } | undefined> {
	const now = effects.now();
	const at = { now, lock: effects.newId(), locked_until: now + LOCK_MS };
	const incident = await lockEscalation(effects.journal, id, at);
	if (incident === undefined) return undefined;
	try {
		await post(effects, incident);
		return undefined;
	} catch (cause) {
		// A damaged row, a bug, or a failure of the journal.
		const reason = describeCause(cause);
		effects.log.error("notifying a person failed", { incident_id: id, cause });
		return { locked: incident, reason };
	}
}

async function post(effects: Effects, incident: IncidentRow): Promise<void> {
	const { journal, github } = effects;
	if (github === undefined) {
		const note = "nobody was notified: no GitHub App is configured";
		return await recordNotified(journal, incident, { url: null, note, now: effects.now() });
	}
	const { attempts = [] } = (await remediationRows(journal, incident.id)) ?? {};
	const members = await findMembers(journal, incident.id, MOST_MEMBERS);
	const outcome = outcomeFor(await effects.engine(), incident.repository);
	const failure = needStored("incidents.incident", incident.incident, incident.id);
	const pr =
		failure.pr_number ?? attempts.findLast(({ pull_request }) => pull_request !== null)?.pull_request ?? undefined;
	const posted = await postEscalation(github, {
		incident_id: incident.id,
		of: { repository: incident.repository, installation_id: failure.installation_id },
		...(pr !== undefined && { number: pr }),
		text: escalationText(incident, failure, attempts, github.web_url, members),
		label: outcome.label,
	});
	await conclude(effects, incident, posted);
}

async function conclude(effects: Effects, incident: IncidentRow, posted: GitHubAnswer<string>): Promise<void> {
	const now = effects.now();
	if (posted.ok) {
		await recordNotified(effects.journal, incident, { url: posted.value, note: null, now });
		effects.log.info("person notified", { incident_id: incident.id });
		return;
	}
	const { failure } = posted;
	const until = retryTime(effects, failure, { tries: incident.tries + TRIES_AHEAD, since: incident.ended_at ?? now });
	effects.log.warn("person not notified", { incident_id: incident.id, reason: failure.reason });
	if (until === undefined) {
		await recordNotified(effects.journal, incident, {
			url: null,
			note: `nobody was notified: ${describeFailure(failure)}`,
			now,
		});
		return;
	}
	await retryNotification(effects.journal, incident, { until, tries: incident.tries + 1 });
}
