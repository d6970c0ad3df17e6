import type { Result } from "../../wire/result.ts";
import type { LastCommand } from "./stored-json.ts";
import { readStored } from "./stored-json.ts";

export interface StatusCommentKey {
	readonly repository: string;
	readonly pr_number: number;
}

/** The status comment of a pull request, locked by this caller. */
export interface LockedStatusComment extends StatusCommentKey {
	readonly installation_id: number | null;
	readonly last_command: Result<LastCommand>;
	readonly requested_at: number;
	readonly revision: number;
	readonly comment_id: number | null;
	readonly posted: string | null;
	readonly rendered_at: number;
	readonly tries: number;
	readonly lock: string;
}

/** Requests that the comment is created, or updated if it exists. */
export function requestStatusComment(
	db: D1Database,
	{ repository, pr_number }: StatusCommentKey,
	request: { readonly last_command: LastCommand; readonly installation_id: number | undefined; readonly now: number },
): D1PreparedStatement {
	return db
		.prepare(
			`INSERT INTO status_comments (repository, pr_number, installation_id, last_command, requested_at, next_try_at)
			VALUES (?1, ?2, ?3, ?4, ?5, ?5)
			ON CONFLICT (repository, pr_number) DO UPDATE SET installation_id = coalesce(?3, installation_id), last_command = ?4,
				requested_at = ?5, next_try_at = max(?5, CASE WHEN tries > 0 THEN coalesce(next_try_at, 0) ELSE 0 END),
				revision = revision + 1`,
		)
		.bind(repository, pr_number, request.installation_id ?? null, JSON.stringify(request.last_command), request.now);
}

/** Due and unlocked comments. */
export async function dueStatusComments(
	db: D1Database,
	now: number,
	limit: number,
): Promise<readonly StatusCommentKey[]> {
	const { results } = await db
		.prepare(
			`SELECT repository, pr_number FROM status_comments WHERE next_try_at <= ?1 AND locked_until <= ?1
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
	at: { readonly now: number; readonly lock: string; readonly locked_until: number },
): Promise<LockedStatusComment | undefined> {
	const row = await db
		.prepare(
			`UPDATE status_comments SET lock = ?3, locked_until = ?4
			WHERE repository = ?1 AND pr_number = ?2 AND next_try_at <= ?5 AND locked_until <= ?5 RETURNING *`,
		)
		.bind(repository, pr_number, at.lock, at.locked_until, at.now)
		.first<Omit<LockedStatusComment, "last_command"> & { readonly last_command: string }>();
	return row === null
		? undefined
		: { ...row, last_command: readStored("status_comments.last_command", row.last_command) };
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
