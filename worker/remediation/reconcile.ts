import { outcomeFor, settingsFor } from "../../pipeline/overrides.ts";
import { MINUTE_MS } from "../../wire/durations.ts";
import type { Effects } from "../effects.ts";
import { pauseAfterFailures } from "../journal/failure-pauses.ts";
import { flakeStatement } from "../journal/flakes.ts";
import { inheritStatement } from "../journal/groups.ts";
import { claimBlocker } from "../journal/incident-waits.ts";
import type { IncidentRow } from "../journal/incidents.ts";
import { recordGreen } from "../journal/observations.ts";
import type { StateRows } from "../journal/remediations.ts";
import { endRerunStatement } from "../journal/reruns.ts";
import { baseFixedStatements } from "../journal/status-comments.ts";
import { isUnlocked, type SeenIncident, takeStep } from "../journal/transitions.ts";
import { askCommits } from "./ask-commits.ts";
import { askMerge } from "./ask-merge.ts";
import { askHasFix } from "./has-fix.ts";
import { learnHeads } from "./learn-heads.ts";
import { ASKING_RESULTS_COST, learnResults } from "./learn-results.ts";
import { loadState } from "./load-state.ts";
import { nextStep } from "./next-step.ts";
import { queryRelay } from "./query-relay.ts";
import type { AttemptEnd, NextStep, RelayStatus } from "./remediation-state.ts";
import { remindOfMerge } from "./remind-merge.ts";
import { ASKING_RERUN_COST, askRerun, requestRerun } from "./request-rerun.ts";
import type { GitHubSays } from "./when-quiet.ts";

// A bound against endless loops: no remediation takes more steps at once than it has states.
const MOST_STEPS = 10;
const ASK_AGAIN_MS = 10 * MINUTE_MS;

/**
 * Takes every step of one remediation that its state allows now. Any caller may call it at any time and repeatedly: it reads
 * only the journal, and each step is a compare-and-set. Returns the incident afterwards. `lock`: the lock of a caller that
 * holds the row; a step releases it. `read`: its rows, if the caller has just read them.
 */
export async function reconcile(
	effects: Effects,
	id: string,
	{ lock, read }: { readonly lock?: string; readonly read?: StateRows | undefined } = {},
): Promise<IncidentRow | undefined> {
	const engine = await effects.engine();
	let relayStatus: RelayStatus | undefined;
	let gitHubSays: GitHubSays | undefined;
	let hasAsked = false;
	let asked: "answered" | "silent" | undefined;
	let hasFix: boolean | undefined;
	for (let step = 0; step < MOST_STEPS; step++) {
		const now = effects.now();
		const at = {
			...{ now, overdueAfterMs: effects.overdueAfterMs, canAskGitHub: effects.github !== undefined },
			...{ relayStatus, gitHubSays, asked, hasFix },
		};
		const found = await loadState(effects.journal, id, engine, at, step === 0 ? read : undefined);
		if (found === undefined) return undefined;
		const { incident } = found;
		if (!hasAsked && found.unnamed.length > 0) {
			hasAsked = true;
			if (await learnHeads(effects, found.failure, found.unnamed)) continue;
		}
		const { settle_s } = settingsFor(engine, incident.repository);
		const next = nextStep(found.state, { ...outcomeFor(engine, incident.repository), settle_s });
		if (next === undefined) return await withoutDue(effects, incident);
		if (next.do === "wait") {
			if (await waitUntilThen(effects, incident, next.at)) return { ...incident, next_try_at: next.at };
			// The incident changed concurrently.
			continue;
		}
		if (next.do === "ask_relay") {
			relayStatus = await queryRelay(effects, found);
			continue;
		}
		if (next.do === "ask_github") {
			if (effects.github === undefined) throw new Error("GitHub cannot be asked");
			if (!effects.budget.has(ASKING_RESULTS_COST)) {
				await waitUntilThen(effects, incident, now + MINUTE_MS);
				return incident;
			}
			gitHubSays = await learnResults(effects, effects.github, found);
			continue;
		}
		if (next.do === "request_rerun" || next.do === "ask_rerun") {
			if (effects.github !== undefined && !effects.budget.has(ASKING_RERUN_COST)) {
				await waitUntilThen(effects, incident, now + MINUTE_MS);
				return incident;
			}
			await (next.do === "request_rerun" ? requestRerun : askRerun)(effects, found);
			continue;
		}
		if (next.do === "record_green") {
			if (found.state.observation !== undefined)
				await recordGreen(effects.journal, found.state.observation, next.green);
			continue;
		}
		if (next.do === "ask_commits") {
			await askCommits(effects, found);
			continue;
		}
		if (next.do === "ask_merge") {
			asked = await askMerge(effects, found);
			continue;
		}
		if (next.do === "ask_fix") {
			hasFix = await askHasFix(effects, found);
			if (hasFix !== undefined) continue;
			await waitUntilThen(effects, incident, now + ASK_AGAIN_MS);
			return incident;
		}
		if (next.do === "notify_base_fixed") {
			await effects.journal.batch([...baseFixedStatements(effects.journal, found.failure, now)]);
			continue;
		}
		if (next.do === "remind") {
			await remindOfMerge(effects, found);
			continue;
		}
		if (next.do === "credit_agent") {
			await creditAgent(effects.journal, id);
			continue;
		}
		const locked = await take(effects, incident, next, lock);
		if (locked !== "done") return incident;
		effects.log.info("remediation advanced", { incident_id: id, event: next.event, attempt: incident.attempt });
	}
	throw new Error("the remediation did not reach a stable state");
}

async function take(
	effects: Effects,
	incident: IncidentRow,
	{ event, reason, end, rerun, set: asked, behind }: NextStep & { readonly do: "step" },
	lock: string | undefined,
) {
	const now = effects.now();
	const isNext = event === "retry_scheduled";
	const set = event === "left" ? { ...asked, next_try_at: now } : asked;
	const fixed_at = event === "ci_passed" ? now : null;
	const isHolder = lock !== undefined && incident.lock === lock;
	const locked = await takeStep(effects.journal, incident.id, {
		event,
		reason,
		now,
		when: isHolder ? { lock } : { seen: incident },
		set: {
			blocked_on: isNext ? await branchClaim(effects.journal, incident) : null,
			failing_since: null,
			tries: 0,
			not_before: null,
			fixed_by: null,
			fixed_at,
			...set,
		},
		with: [
			...(end === undefined ? [] : [endAttemptStatement(effects.journal, incident, end, { now, isHolder })]),
			...(behind === undefined ? [] : [inheritStatement(effects.journal, incident, behind)]),
			...(event === "left" ? [unsentStatement(effects.journal, incident, reason)] : []),
		],
		after: [
			...(rerun === undefined
				? []
				: [endRerunStatement(effects.journal, incident.id, { result: rerun, why: reason, now })]),
			...(end === undefined ? [] : await breakerStatements(effects, incident, now)),
			...(set.fixed_by === "rerun" ? [flakeStatement(effects.journal, incident.id, now)] : []),
		],
	});
	if (locked === "done" && set.next_try_at != null) await effects.wake(incident.id, set.next_try_at - now);
	return locked;
}

/** The attempt that ends may be the last of too many failures in a row. */
async function breakerStatements(
	effects: Effects,
	{ id, attempt, repository, agent }: IncidentRow,
	now: number,
): Promise<readonly D1PreparedStatement[]> {
	if (agent === null) return [];
	const rules = (await effects.engine()).limitsFor(repository, agent);
	return pauseAfterFailures(effects.journal, { id, attempt, repository, agent }, rules, now);
}

/** What was decided before it joined a group is not sent any more: it is decided again, as the next attempt. */
function unsentStatement(
	db: D1Database,
	{ id, attempt, updated_at }: IncidentRow,
	reason: string | null,
): D1PreparedStatement {
	return db
		.prepare(
			`UPDATE attempts SET refused = ?3 WHERE incident_id = ?1 AND attempt = ?2 AND spawned_at IS NULL
				AND EXISTS (SELECT 1 FROM incidents WHERE id = ?1 AND status = 'grouped' AND updated_at = ?4)`,
		)
		.bind(id, attempt, reason, updated_at);
}

/** The check passed before the merge of the agent's fix was known. */
async function creditAgent(db: D1Database, id: string): Promise<void> {
	await db
		.prepare("UPDATE incidents SET fixed_by = 'agent' WHERE id = ?1 AND status = 'fixed' AND fixed_by = 'other'")
		.bind(id)
		.run();
}

/** The branch claim of the previous attempt, so that newer incidents queue behind the next attempt for it. */
async function branchClaim(db: D1Database, { id, attempt }: IncidentRow): Promise<string | null> {
	const key = await db
		.prepare(
			"SELECT json_extract(request, '$.claims[0].key') AS key FROM attempts WHERE incident_id = ?1 AND attempt = ?2",
		)
		.bind(id, attempt)
		.first<string>("key");
	return key === null ? null : claimBlocker({ key });
}

/** Schedules the next check. Changes nothing that is visible outside. False if the incident changed concurrently. */
async function waitUntilThen(effects: Effects, incident: IncidentRow, at: number): Promise<boolean> {
	if (incident.next_try_at !== at || incident.failing_since !== null) {
		if (!(await setDue(effects.journal, incident, at))) return false;
	}
	await effects.wake(incident.id, Math.max(0, at - effects.now()));
	return true;
}

/** Clears the due time of an incident for which there is nothing to do. */
async function withoutDue(effects: Effects, incident: IncidentRow): Promise<IncidentRow> {
	const { status, next_try_at } = incident;
	const isForSending = status === "accepted" || status === "waiting" || status === "escalated";
	if (!isForSending && next_try_at !== null) await setDue(effects.journal, incident, null);
	return incident;
}

/** Sets the due time unless a signal or an outcome changed it concurrently. Ends a series of failed tries. */
async function setDue(db: D1Database, row: IncidentRow, at: number | null): Promise<boolean> {
	const { id, status, attempt, updated_at, next_try_at } = row;
	const done = await db
		.prepare(
			`UPDATE incidents SET next_try_at = ?5, tries = 0, failing_since = NULL,
				reason = CASE WHEN status IN ('running', 'awaiting_ci') OR (status = 'awaiting_merge' AND failing_since IS NOT NULL)
					THEN NULL ELSE reason END
			WHERE id = ?1 AND status = ?2 AND attempt = ?3 AND updated_at = ?4 AND next_try_at IS ?6`,
		)
		.bind(id, status, attempt, updated_at, at, next_try_at)
		.run();
	return done.meta.changes === 1;
}

/**
 * Records how the current attempt ended, if its incident is unchanged: belongs in the transaction of the step that ends it.
 * `isHolder`: the caller holds the row's lock; others end no attempt that its holder may be sending.
 */
export function endAttemptStatement(
	db: D1Database,
	{ id, status, attempt, updated_at }: SeenIncident,
	end: AttemptEnd,
	{ now, isHolder = false }: { readonly now: number; readonly isHolder?: boolean },
): D1PreparedStatement {
	return db
		.prepare(
			`UPDATE attempts SET result = ?3, signature = ?4, ci_summary = ?5, ci_url = ?6, ended_at = ?7, ended_on = ?10
			WHERE incident_id = ?1 AND attempt = ?2 AND EXISTS (
				SELECT 1 FROM incidents WHERE id = ?1 AND status = ?8 AND attempt = ?2 AND updated_at = ?9
					AND (?11 = 1 OR ${isUnlocked("?7")})
			)`,
		)
		.bind(
			...[id, attempt, end.result, end.signature, end.ci_summary, end.ci_url, now, status, updated_at],
			...[end.ended_on === undefined ? null : JSON.stringify(end.ended_on), isHolder ? 1 : 0],
		);
}
