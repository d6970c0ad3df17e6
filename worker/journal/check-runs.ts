import { fixOf } from "./groups.ts";
import { FIELDS, incidentsTable } from "./incidents.ts";
import { type LockRequest, lockRow } from "./lock-row.ts";
import { defineTable, integer, nullable, type RowOf, text, time, withDefault } from "./table.ts";

/** The check run on a pull request's commit that says that its failure is left to the agent of its base (`group.check_run`). */
export const checkRunsTable = defineTable("check_runs", {
	incident_id: text(),
	/** GitHub's number; null until it is known. */
	check_run_id: nullable(integer()),
	/** The title last posted. */
	posted: nullable(text()),
	created_at: time(),
	/** When it is looked at next; null: there is nothing to post any more. */
	next_try_at: nullable(time()),
	tries: withDefault(integer()),
	/** Why the latest try failed. */
	problem: nullable(text()),
	/** Its holder may write; after `locked_until` another caller may lock the row. */
	lock: nullable(text()),
	locked_until: withDefault(time()),
});

const lockedColumns = checkRunsTable.omit("next_try_at", "problem", "lock", "locked_until");

export type LockedCheckRun = RowOf<typeof lockedColumns> & { readonly lock: string };

/**
 * Writes down a check run for each pull request's failure that waits for a fix of the branch that it is merged into, at most
 * `limit` of them: each once.
 */
export async function planCheckRuns(db: D1Database, now: number, limit: number): Promise<void> {
	const planned = checkRunsTable.insertSelect(
		{ incident_id: "member.id", created_at: "?1", next_try_at: "?1" },
		`FROM incidents AS member JOIN incidents AS leader ON leader.id = member.leader_id
			AND leader.repository = member.repository AND leader.own_branch = member.base
		WHERE member.status = 'grouped' AND member.base IS NOT member.own_branch
			AND json_extract(member.incident, '$.pr_number') IS NOT NULL AND json_extract(member.incident, '$.head_sha') IS NOT NULL
			AND NOT EXISTS (SELECT 1 FROM check_runs WHERE incident_id = member.id)
		ORDER BY member.created_at LIMIT ?2 ON CONFLICT DO NOTHING`,
	);
	await db.prepare(planned).bind(now, limit).run();
}

/** The incidents whose check runs are due and not locked. */
export async function dueCheckRuns(db: D1Database, now: number, limit: number): Promise<readonly string[]> {
	const { results } = await db
		.prepare(
			`SELECT incident_id FROM check_runs WHERE next_try_at <= ?1 AND locked_until <= ?1
			ORDER BY next_try_at, incident_id LIMIT ?2`,
		)
		.bind(now, limit)
		.all<{ incident_id: string }>();
	return results.map(({ incident_id }) => incident_id);
}

/** Locks a check run that is due; undefined if it is not due, or locked. */
export async function lockCheckRun(
	db: D1Database,
	incident_id: string,
	at: LockRequest,
): Promise<LockedCheckRun | undefined> {
	const where = "incident_id = :incident_id AND next_try_at <= :now";
	return await lockRow(db, checkRunsTable, lockedColumns, { where, key: { incident_id }, at });
}

const shown = incidentsTable.pick("id", "status", "repository", "base");

/** What a check run says, and where it belongs. */
export interface LeftAlone extends RowOf<typeof shown> {
	readonly installation_id: number | null;
	readonly head_sha: string;
	/** The pull request with the fix of its cause. */
	readonly fix: number | null;
}

/** Undefined if the retention removed the incident. */
export async function findLeftAlone(db: D1Database, incidentId: string): Promise<LeftAlone | undefined> {
	const found = db.prepare(
		`SELECT ${shown.list}, ${FIELDS} ->> 'installation_id' AS installation_id, ${FIELDS} ->> 'head_sha' AS head_sha,
			${fixOf("incidents.leader_id")} AS fix
		FROM incidents WHERE id = ?1`,
	);
	return (await found.bind(incidentId).first<LeftAlone>()) ?? undefined;
}

/** Records what it says now. `next_try_at`: when it may say something else; null: that was the last of it. */
export async function recordCheckRun(
	db: D1Database,
	{ incident_id, lock }: LockedCheckRun,
	written: {
		readonly check_run_id: number | null;
		readonly posted: string | null;
		readonly next_try_at: number | null;
	},
): Promise<void> {
	await db
		.prepare(
			`UPDATE check_runs SET check_run_id = ?3, posted = ?4, next_try_at = ?5, tries = 0, problem = NULL, lock = NULL,
				locked_until = 0
			WHERE incident_id = ?1 AND lock = ?2`,
		)
		.bind(incident_id, lock, written.check_run_id, written.posted, written.next_try_at)
		.run();
}

/** Records that it could not be posted. `until`: the next try; undefined: there is none. */
export async function failCheckRun(
	db: D1Database,
	{ incident_id, lock }: LockedCheckRun,
	{ problem, until }: { readonly problem: string; readonly until: number | undefined },
): Promise<void> {
	await db
		.prepare(
			`UPDATE check_runs SET tries = tries + 1, problem = ?3, next_try_at = ?4, lock = NULL, locked_until = 0
			WHERE incident_id = ?1 AND lock = ?2`,
		)
		.bind(incident_id, lock, problem, until ?? null)
		.run();
}
