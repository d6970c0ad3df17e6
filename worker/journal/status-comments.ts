import type { Incident } from "../../pipeline/incident.ts";
import type { Result } from "../../wire/result.ts";
import { insertRow } from "./bind-named.ts";
import { type LockRequest, lockRow } from "./lock-row.ts";
import type { LastCommand } from "./stored-json.ts";
import { readStored } from "./stored-json.ts";
import { defineTable, integer, nullable, type RowOf, text, time, withDefault } from "./table.ts";

export const statusCommentsTable = defineTable("status_comments", {
	repository: text(),
	pr_number: integer(),
	installation_id: nullable(integer()),
	/** JSON: null if nobody gave a command. */
	last_command: text(),
	requested_at: time(),
	/** Grows with each request: one that arrives while the comment is written is not lost. */
	revision: withDefault(integer()),
	/** GitHub's number of the comment, once it exists. */
	comment_id: nullable(integer()),
	/** The text last written. */
	posted: nullable(text()),
	/** That text shows the remediations as of then. */
	rendered_at: withDefault(time()),
	/** When it is due; null if there is nothing to write. */
	next_try_at: nullable(time()),
	tries: withDefault(integer()),
	/** Why the latest try failed. */
	problem: nullable(text()),
	/** Its holder may write; after `locked_until` another caller may lock the row. */
	lock: nullable(text()),
	locked_until: withDefault(time()),
});

/** SQL, in an upsert: at once, but a comment that could not be written keeps its pause. */
const NEXT_TRY = "max(excluded.next_try_at, CASE WHEN tries > 0 THEN coalesce(next_try_at, 0) ELSE 0 END)";

const keyColumns = statusCommentsTable.pick("repository", "pr_number");
const lockedColumns = statusCommentsTable.omit("next_try_at", "problem", "lock", "locked_until");

export type StatusCommentKey = RowOf<typeof keyColumns>;

/** The status comment of a pull request, locked by this caller. */
export interface LockedStatusComment extends Omit<RowOf<typeof lockedColumns>, "last_command"> {
	readonly last_command: Result<LastCommand | null>;
	readonly lock: string;
}

/** Requests that the comment is created, or updated if it exists. */
export function requestStatusComment(
	db: D1Database,
	{ repository, pr_number }: StatusCommentKey,
	request: { readonly last_command: LastCommand; readonly installation_id: number | undefined; readonly now: number },
): D1PreparedStatement {
	const { now } = request;
	return insertRow(
		db,
		statusCommentsTable,
		{
			repository,
			pr_number,
			installation_id: request.installation_id ?? null,
			last_command: JSON.stringify(request.last_command),
			requested_at: now,
			next_try_at: now,
		},
		{
			onConflict: `ON CONFLICT (repository, pr_number) DO UPDATE SET
				installation_id = coalesce(excluded.installation_id, installation_id), last_command = excluded.last_command,
				requested_at = excluded.requested_at, revision = revision + 1,
				next_try_at = ${NEXT_TRY}`,
		},
	);
}

/** Tells the pull request of a group's member, once, that its base is fixed. One transaction. */
export function baseFixedStatements(db: D1Database, incident: Incident, now: number): readonly D1PreparedStatement[] {
	const { id, repository, pr_number, installation_id } = incident;
	if (pr_number === undefined) return [];
	const isUnnotified = "status = 'grouped' AND notified_at IS NULL";
	return [
		insertRow(
			db,
			statusCommentsTable,
			{
				...{ repository, pr_number, installation_id: installation_id ?? null, last_command: "null" },
				...{ requested_at: now, next_try_at: now },
			},
			{
				where: `EXISTS (SELECT 1 FROM incidents WHERE id = :id AND ${isUnnotified})`,
				also: { id },
				onConflict: `ON CONFLICT (repository, pr_number) DO UPDATE SET requested_at = excluded.requested_at,
					revision = revision + 1, next_try_at = ${NEXT_TRY}`,
			},
		),
		db.prepare(`UPDATE incidents SET notified_at = ?2 WHERE id = ?1 AND ${isUnnotified}`).bind(id, now),
	];
}

/** Due and unlocked comments. */
export async function dueStatusComments(
	db: D1Database,
	now: number,
	limit: number,
): Promise<readonly StatusCommentKey[]> {
	const { results } = await db
		.prepare(
			`SELECT ${keyColumns.list} FROM status_comments WHERE next_try_at <= ?1 AND locked_until <= ?1
			ORDER BY next_try_at, repository, pr_number LIMIT ?2`,
		)
		.bind(now, limit)
		.all<StatusCommentKey>();
	return results;
}

/** Locks a comment that is due; undefined if it is not due, or locked. */
export async function lockStatusComment(
	db: D1Database,
	{ repository, pr_number }: StatusCommentKey,
	at: LockRequest,
): Promise<LockedStatusComment | undefined> {
	const where = "repository = :repository AND pr_number = :pr_number AND next_try_at <= :now";
	const row = await lockRow(db, statusCommentsTable, lockedColumns, { where, key: { repository, pr_number }, at });
	return row && { ...row, last_command: readStored("status_comments.last_command", row.last_command) };
}

/** Records that the comment reads `posted` and has this id. Without an id, it is no longer needed. */
export async function recordStatusComment(
	db: D1Database,
	{
		repository,
		pr_number,
		lock,
		revision,
	}: Pick<LockedStatusComment, "repository" | "pr_number" | "lock" | "revision">,
	written: { readonly comment_id: number | undefined; readonly posted: string; readonly rendered_at: number },
): Promise<void> {
	const id = written.comment_id ?? null;
	await db
		.prepare(
			`UPDATE status_comments SET comment_id = ?4, posted = ?5, rendered_at = ?6, tries = 0, problem = NULL,
				next_try_at = CASE WHEN revision = ?7 THEN NULL ELSE ?6 END, lock = NULL, locked_until = 0
			WHERE repository = ?1 AND pr_number = ?2 AND lock = ?3`,
		)
		.bind(repository, pr_number, lock, id, id === null ? null : written.posted, written.rendered_at, revision)
		.run();
}

/** Records that the comment could not be written. `until`: the next try; undefined: none until it is requested again. */
export async function failStatusComment(
	db: D1Database,
	{ repository, pr_number, lock, tries }: Pick<LockedStatusComment, "repository" | "pr_number" | "lock" | "tries">,
	failed: { readonly problem: string; readonly until: number | undefined },
): Promise<void> {
	await db
		.prepare(
			`UPDATE status_comments SET tries = ?4, problem = ?5, next_try_at = ?6, lock = NULL, locked_until = 0
			WHERE repository = ?1 AND pr_number = ?2 AND lock = ?3`,
		)
		.bind(repository, pr_number, lock, failed.until === undefined ? 0 : tries + 1, failed.problem, failed.until ?? null)
		.run();
}
