import type { Incident } from "../../pipeline/incident.ts";
import type { Effects } from "../effects.ts";
import type { GitHubAnswer } from "../github/github.ts";
import { describeFailure, whenAgain } from "../github/when-again.ts";
import type { Progress } from "../incident/progress.ts";
import type { IncidentRow } from "../journal/incident-row.ts";
import { remediationRows } from "../journal/remediation-facts.ts";
import { holdTelling, recordTold, waitToTell } from "../journal/tell.ts";
import { escalationText } from "./escalation-text.ts";
import { postSticky } from "./post-sticky.ts";

// One look at what is there and one write, each bounded by the client.
const HOLD_MS = 60_000;
// It waits as if it had been tried that often already: 16 s, 32 s, then every minute.
const TRIES_AHEAD = 3;

/**
 * Tells a person about an escalated remediation: one comment on its pull request, or one issue where there is none, with
 * the pipeline's label. Told again it changes that one. Where GitHub cannot be told, the incident's reason says so.
 */
export async function tellPerson(effects: Effects, incident: IncidentRow): Promise<Progress> {
	const nothing = { state: "not_taken" } as const;
	const { journal } = effects;
	const now = effects.now();
	if (incident.next_try_at === null || incident.next_try_at > now) return nothing;
	if (effects.github === undefined) {
		await recordTold(journal, incident, { url: null, note: "nobody was told: no GitHub App is configured", now });
		return nothing;
	}
	const held = await holdTelling(journal, incident, { now, lock: effects.newId(), locked_until: now + HOLD_MS });
	if (!held) return nothing;

	const { attempts = [] } = (await remediationRows(journal, incident.id)) ?? {};
	const { outcome } = await effects.engine();
	const told: Incident = JSON.parse(incident.incident);
	const pr =
		told.pr_number ?? attempts.findLast(({ pull_request }) => pull_request !== null)?.pull_request ?? undefined;
	const posted = await postSticky(effects.github, {
		incident_id: incident.id,
		of: { repository: incident.repository, installation_id: told.installation_id },
		...(pr !== undefined && { number: pr }),
		text: escalationText(incident, told, attempts),
		label: outcome.label,
	});
	await conclude(effects, incident, posted);
	return nothing;
}

async function conclude(effects: Effects, incident: IncidentRow, posted: GitHubAnswer<string>): Promise<void> {
	const now = effects.now();
	if (posted.ok) {
		await recordTold(effects.journal, incident, { url: posted.value, note: null, now });
		effects.log.info("a person was told", { incident_id: incident.id });
		return;
	}
	const { failure } = posted;
	const until = whenAgain(effects, failure, { tries: incident.tries + TRIES_AHEAD, since: incident.ended_at ?? now });
	effects.log.warn("a person could not be told", { incident_id: incident.id, reason: failure.reason });
	if (until === undefined) {
		await recordTold(effects.journal, incident, {
			url: null,
			note: `nobody was told: ${describeFailure(failure)}`,
			now,
		});
		return;
	}
	await waitToTell(effects.journal, incident, { until, tries: incident.tries + 1 });
}
