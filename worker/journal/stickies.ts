import { readStored, type Stored } from "./stored-json.ts";

/** The latest command on a pull request, as its comment tells it. */
export interface Said {
	readonly author: string;
	readonly name: string;
	/** Markdown of ours. */
	readonly came_to: string;
}

/** Which pull request. */
export interface StickyKey {
	readonly repository: string;
	readonly pr_number: number;
}

/** The one comment of a pull request, while this caller writes it. */
export interface TakenSticky extends StickyKey {
	readonly installation_id: number | null;
	readonly said: Stored<Said>;
	readonly wanted_at: number;
	readonly wants: number;
	readonly comment_id: number | null;
	readonly posted: string | null;
	readonly looked_at: number;
	readonly tries: number;
	readonly lock: string;
}

/** Has the comment written: made, or changed when it is there. */
export function wantSticky(
	db: D1Database,
	{ repository, pr_number }: StickyKey,
	wanted: { readonly said: Said; readonly installation_id: number | undefined; readonly now: number },
): D1PreparedStatement {
	return db
		.prepare(
			`INSERT INTO stickies (repository, pr_number, installation_id, said, wanted_at, next_try_at)
			VALUES (?1, ?2, ?3, ?4, ?5, ?5)
			ON CONFLICT (repository, pr_number) DO UPDATE SET installation_id = coalesce(?3, installation_id), said = ?4,
				wanted_at = ?5, next_try_at = max(?5, CASE WHEN tries > 0 THEN coalesce(next_try_at, 0) ELSE 0 END),
				wants = wants + 1`,
		)
		.bind(repository, pr_number, wanted.installation_id ?? null, JSON.stringify(wanted.said), wanted.now);
}

/** Those that are due and nobody writes. */
export async function dueStickies(db: D1Database, now: number, limit: number): Promise<readonly StickyKey[]> {
	const { results } = await db
		.prepare(
			`SELECT repository, pr_number FROM stickies WHERE next_try_at <= ?1 AND locked_until <= ?1
			ORDER BY next_try_at, repository, pr_number LIMIT ?2`,
		)
		.bind(now, limit)
		.all<StickyKey>();
	return results;
}

/** Takes one that is due and nobody writes; undefined when there is nothing to take. */
export async function takeSticky(
	db: D1Database,
	{ repository, pr_number }: StickyKey,
	at: { readonly now: number; readonly lock: string; readonly locked_until: number },
): Promise<TakenSticky | undefined> {
	const row = await db
		.prepare(
			`UPDATE stickies SET lock = ?3, locked_until = ?4
			WHERE repository = ?1 AND pr_number = ?2 AND next_try_at <= ?5 AND locked_until <= ?5 RETURNING *`,
		)
		.bind(repository, pr_number, at.lock, at.locked_until, at.now)
		.first<Omit<TakenSticky, "said"> & { readonly said: string }>();
	return row === null ? undefined : { ...row, said: readStored("stickies.said", row.said) };
}

/** The comment stands as `posted`, under this id; or, where that is undefined, it is wanted no more. */
export async function recordSticky(
	db: D1Database,
	{ repository, pr_number, lock, wants }: Pick<TakenSticky, "repository" | "pr_number" | "lock" | "wants">,
	written: { readonly comment_id: number | undefined; readonly posted: string; readonly looked_at: number },
): Promise<void> {
	const id = written.comment_id ?? null;
	await db
		.prepare(
			`UPDATE stickies SET comment_id = ?4, posted = ?5, looked_at = ?6, tries = 0, problem = NULL,
				next_try_at = CASE WHEN wants = ?7 THEN NULL ELSE ?6 END, lock = NULL, locked_until = 0
			WHERE repository = ?1 AND pr_number = ?2 AND lock = ?3`,
		)
		.bind(repository, pr_number, lock, id, id === null ? null : written.posted, written.looked_at, wants)
		.run();
}

/** It could not be written. `until`: when it is tried again; undefined gives it up until it is wanted again. */
export async function failSticky(
	db: D1Database,
	{ repository, pr_number, lock, tries }: Pick<TakenSticky, "repository" | "pr_number" | "lock" | "tries">,
	failed: { readonly problem: string; readonly until: number | undefined },
): Promise<void> {
	await db
		.prepare(
			`UPDATE stickies SET tries = ?4, problem = ?5, next_try_at = ?6, lock = NULL, locked_until = 0
			WHERE repository = ?1 AND pr_number = ?2 AND lock = ?3`,
		)
		.bind(repository, pr_number, lock, failed.until === undefined ? 0 : tries + 1, failed.problem, failed.until ?? null)
		.run();
}
