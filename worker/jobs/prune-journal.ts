import { DAY_MS } from "../../wire/durations.ts";
import type { Effects } from "../effects.ts";
import { CHECK_RESULTS_MS, PRUNE_CHECK_RESULTS } from "../journal/check-results.ts";
import { checkKey } from "../journal/checks.ts";
import { PRUNE_DICTIONARIES } from "../journal/dictionaries.ts";
import { FLAKE_MS, FORGET_FLAKES } from "../journal/flakes.ts";
import { PRUNE_IGNORED_DELIVERIES, RING_SIZE } from "../journal/ignored-deliveries.ts";
import { TRIMMED } from "../journal/packed-decision.ts";
import { pruneSlots } from "../journal/rate-limit-slots.ts";
import { ENDED, IS_UNENDED, statusList } from "../journal/state-machine.ts";

// Per minute; the next sweep continues.
const INCIDENTS = 100;
const ROWS = 1000;
// A minute may bring many more ignored deliveries than anything else, and their rows are short.
const MOST_IGNORED = 10_000;

/** No setting shortens it: whoever may push a pipeline could erase the trace of it. */
const AUDIT_KEPT_MS = 400 * DAY_MS;

/** Deletes rows older than `settings.retention` from the journal. Active incidents stay, however old. */
export async function pruneJournal(effects: Pick<Effects, "engine" | "journal" | "log" | "now">): Promise<void> {
	const { incidents_s, prompts_s, ignored_s } = (await effects.engine()).settings.retention;
	const now = effects.now();
	const before = now - incidents_s * 1000;
	const pruned = await pruneIncidents(effects.journal, { before, now, limit: INCIDENTS });
	const trimmed = await trimIncidents(effects.journal, { before: now - prompts_s * 1000, now, limit: INCIDENTS });
	const ends = {
		ignoredBefore: now - ignored_s * 1000,
		auditBefore: now - AUDIT_KEPT_MS,
		flakesBefore: now - FLAKE_MS,
		resultsBefore: now - CHECK_RESULTS_MS,
	};
	await pruneUnowned(effects.journal, { before, ...ends, now, limit: ROWS });
	if (pruned + trimmed > 0) effects.log.info("old incidents pruned", { forgotten: pruned, trimmed });
}

/**
 * SQL: the incident ended before ?1, nothing is due, and it is not locked at ?2; both in milliseconds. Only these incidents
 * are pruned or trimmed.
 */
const FINISHED = `ended_at < ?1 AND ended_at IS NOT NULL AND next_try_at IS NULL AND locked_until <= ?2
	AND status IN (${statusList(ENDED)})`;

/** The tables whose rows belong to an incident. A test compares them with the journal's schema. */
export const BELONGING = [
	"deliveries",
	"attempts",
	"transitions",
	"facts",
	"rate_limit_slots",
	"recorded_deliveries",
	"notification_events",
	"notifications",
	"reruns",
	"flakes",
	"observations",
	"check_runs",
] as const;

/**
 * Deletes incidents that ended before `before`, oldest first, with all rows that belong to them, in one transaction. Skips
 * incidents with a later delivery: GitHub may repeat it, which would open a new incident. Returns how many.
 */
async function pruneIncidents(
	db: D1Database,
	{ before, now, limit }: { readonly before: number; readonly now: number; readonly limit: number },
): Promise<number> {
	const { results } = await db.prepare(PRUNABLE).bind(before, now, limit).all<{ id: string }>();
	if (results.length === 0) return 0;
	const ids = JSON.stringify(results.map(({ id }) => id));
	const [deleted] = await db.batch([
		// Repeats the conditions: a retry or a new delivery may have come in between.
		db
			.prepare(
				`DELETE FROM incidents WHERE id IN (SELECT value FROM json_each(?3)) AND ${FINISHED} AND ${NO_NEW_DELIVERY}`,
			)
			.bind(before, now, ids),
		membersDueAfterPruning(db, ids, now),
		...BELONGING.map((table) =>
			db
				.prepare(
					`DELETE FROM ${table} WHERE incident_id IN (
						SELECT value FROM json_each(?1) WHERE NOT EXISTS (SELECT 1 FROM incidents WHERE id = value)
					)`,
				)
				.bind(ids),
		),
	]);
	return deleted?.meta.changes ?? 0;
}

/** What waited for one of these is looked at: nobody will fix its cause any more. */
function membersDueAfterPruning(db: D1Database, ids: string, now: number): D1PreparedStatement {
	return db
		.prepare(
			`UPDATE incidents SET next_try_at = ?2 WHERE status = 'grouped' AND leader_id IN (
				SELECT value FROM json_each(?1) WHERE NOT EXISTS (SELECT 1 FROM incidents AS led WHERE led.id = value)
			)`,
		)
		.bind(ids, now);
}

const NO_NEW_DELIVERY =
	"NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.incident_id = incidents.id AND d.received_at >= ?1)";

export const PRUNABLE = `SELECT id FROM incidents INDEXED BY incidents_by_end
	WHERE ${FINISHED} AND ${NO_NEW_DELIVERY} ORDER BY ended_at LIMIT ?3`;

/**
 * Removes the CodeRuns with their prompts, the contexts and the rules' verdicts of incidents that ended before; the attempts'
 * other columns stay. A dead incident keeps the CodeRun that a release would send. Returns the number of incidents.
 */
async function trimIncidents(
	db: D1Database,
	{ before, now, limit }: { readonly before: number; readonly now: number; readonly limit: number },
): Promise<number> {
	const { results } = await db.prepare(TRIMMABLE).bind(before, now, limit).all<{ id: string }>();
	if (results.length === 0) return 0;
	const ids = JSON.stringify(results.map(({ id }) => id));
	const still = `SELECT id FROM incidents WHERE id IN (SELECT value FROM json_each(?3)) AND ${FINISHED}`;
	const at = [before, now, ids] as const;
	const trimmed = await db.batch([
		db
			.prepare(
				`UPDATE attempts SET body = NULL, request = CASE WHEN json_valid(request) THEN json_remove(request, '$.coderun') ELSE '{}' END
				WHERE incident_id IN (${still}) AND NOT EXISTS (
					SELECT 1 FROM incidents i
					WHERE i.id = attempts.incident_id AND i.status = 'dead' AND i.attempt = attempts.attempt
				)`,
			)
			.bind(...at),
		// Of an explanation, the verdict stays: who fixes it and why, and whose failure it is.
		db.prepare(`UPDATE attempts SET facts = NULL, stages = NULL WHERE incident_id IN (${still})`).bind(...at),
		db.prepare(`DELETE FROM facts WHERE incident_id IN (${still})`).bind(...at),
		db
			.prepare(
				`UPDATE incidents SET trimmed_end = ended_at, explanation = CASE
					WHEN json_valid(explanation) AND explanation ->> '$.attempt' IS NULL
					THEN json_set(json_remove(explanation, '$.packed', '$.packed_stages'), '$.stages', json(?4)) ELSE explanation END
				WHERE id IN (${still})`,
			)
			.bind(...at, TRIMMED),
	]);
	return trimmed.at(-1)?.meta.changes ?? 0;
}

export const TRIMMABLE = `SELECT id FROM incidents INDEXED BY incidents_to_trim
	WHERE ${FINISHED} AND ended_at IS NOT trimmed_end ORDER BY ended_at LIMIT ?3`;

/** Deletes rows older than `before`, in milliseconds, that belong to no single incident; at most `limit` of each table. */
async function pruneUnowned(
	db: D1Database,
	{
		before,
		ignoredBefore,
		auditBefore,
		flakesBefore,
		resultsBefore,
		now,
		limit,
	}: {
		readonly before: number;
		readonly ignoredBefore: number;
		readonly auditBefore: number;
		readonly flakesBefore: number;
		readonly resultsBefore: number;
		readonly now: number;
		readonly limit: number;
	},
): Promise<void> {
	const today = new Date(ignoredBefore).toISOString().slice(0, 10);
	await db.batch([
		db.prepare(PRUNE_CHECKS).bind(before, limit),
		db.prepare(PRUNE_CHECK_RESULTS).bind(resultsBefore, limit),
		db.prepare(PRUNE_PULL_REQUESTS).bind(before, limit),
		db.prepare(PRUNE_RESOLVED_ALERTS).bind(before, limit),
		db.prepare(PRUNE_COMMANDS).bind(before, limit),
		db.prepare(PRUNE_STATUS_COMMENTS).bind(before, limit),
		pruneSlots(db, now, limit),
		db.prepare(PRUNE_AUDIT).bind(auditBefore, limit),
		db.prepare(FORGET_FLAKES).bind(flakesBefore, limit),
		db.prepare(PRUNE_NOTIFICATIONS).bind(before, limit),
		db.prepare(PRUNE_NOTIFICATION_EVENTS).bind(before, limit),
		db.prepare(PRUNE_SEARCHED),
		db.prepare(PRUNE_DICTIONARIES).bind(now),
		db.prepare("DELETE FROM ignored WHERE day < ?1").bind(today),
		db.prepare(PRUNE_IGNORED_DELIVERIES).bind(ignoredBefore, RING_SIZE, MOST_IGNORED),
	]);
}

const PRUNE_SEARCHED = `DELETE FROM searched WHERE NOT EXISTS (SELECT 1 FROM facts WHERE facts.pipeline = searched.pipeline)
	AND NOT EXISTS (SELECT 1 FROM attempts WHERE attempts.pipeline = searched.pipeline AND attempts.facts IS NOT NULL)`;

/** An active incident may wait for anything reported since it began, so newer rows stay. */
const OLDEST_OPEN = `(
	SELECT min(created_at) FROM incidents WHERE ${IS_UNENDED}
)`;

const PRUNE_CHECKS = `DELETE FROM checks WHERE (${checkKey.list}) IN (
	SELECT ${checkKey.list} FROM checks
	WHERE received_at < min(?1, coalesce(${OLDEST_OPEN}, ?1)) ORDER BY received_at LIMIT ?2
)`;

const PRUNE_PULL_REQUESTS = `DELETE FROM pull_requests WHERE (repository, number) IN (
	SELECT repository, number FROM pull_requests
	WHERE closed_at < min(?1, coalesce(${OLDEST_OPEN}, ?1)) ORDER BY closed_at LIMIT ?2
)`;

const PRUNE_RESOLVED_ALERTS = `DELETE FROM resolved_alerts WHERE (repository, type, number) IN (
	SELECT repository, type, number FROM resolved_alerts
	WHERE received_at < min(?1, coalesce(${OLDEST_OPEN}, ?1)) ORDER BY received_at LIMIT ?2
)`;

const PRUNE_COMMANDS = `DELETE FROM commands WHERE id IN (
	SELECT id FROM commands WHERE done_at IS NOT NULL AND received_at < ?1 ORDER BY received_at LIMIT ?2
)`;

const PRUNE_AUDIT = "DELETE FROM audit WHERE id IN (SELECT id FROM audit WHERE at < ?1 ORDER BY at LIMIT ?2)";

const PRUNE_NOTIFICATIONS =
	"DELETE FROM notifications WHERE id IN (SELECT id FROM notifications WHERE ended_at < ?1 ORDER BY ended_at LIMIT ?2)";

/** Only those of which no message could be made, whatever the sweep tried. */
const PRUNE_NOTIFICATION_EVENTS =
	"DELETE FROM notification_events WHERE id IN (SELECT id FROM notification_events WHERE at < ?1 ORDER BY at LIMIT ?2)";

/** The comment itself stays on its pull request, and would be found there again. */
const PRUNE_STATUS_COMMENTS = `DELETE FROM status_comments WHERE (repository, pr_number) IN (
	SELECT repository, pr_number FROM status_comments WHERE next_try_at IS NULL AND requested_at < ?1 ORDER BY requested_at LIMIT ?2
)`;
