import type { Signal } from "../../pipeline/index.ts";
import { insertRow } from "./bind-named.ts";
import { type LockRequest, lockRow } from "./lock-row.ts";
import { readStored } from "./stored-json.ts";
import { defineTable, integer, nullable, type RowOf, text, time, withDefault } from "./table.ts";

/** Base branches that moved, until their open pull requests were asked whether they can still be merged. */
export const conflictScansTable = defineTable("conflict_scans", {
	repository: text(),
	branch: text(),
	/** The commit that it moved to. */
	head_sha: nullable(text()),
	/** JSON: numbers of the pull requests that are left; null: they were not listed yet. */
	numbers: nullable(text()),
	next_try_at: time(),
	tries: withDefault(integer()),
	/** Its holder may write; after `locked_until` another caller may lock the row. */
	lock: nullable(text()),
	locked_until: withDefault(time()),
});

const keyColumns = conflictScansTable.pick("repository", "branch");
const lockedColumns = conflictScansTable.pick("repository", "branch", "numbers", "tries");

type ConflictScanKey = RowOf<typeof keyColumns>;

/** A base branch that this caller has locked. */
export interface LockedConflictScan extends ConflictScanKey {
	/** Undefined: the pull requests were not listed yet. */
	readonly numbers: readonly number[] | undefined;
	readonly tries: number;
	readonly lock: string;
}

/** Requests that the pull requests of a branch are asked; a scan of its earlier commit starts over. */
export function requestConflictScan(
	db: D1Database,
	{ repository, branch, head_sha }: Pick<Signal, "repository" | "branch" | "head_sha">,
	at: number,
): D1PreparedStatement[] {
	if (branch === undefined) return [];
	return [
		insertRow(
			db,
			conflictScansTable,
			{ repository, branch, head_sha: head_sha ?? null, next_try_at: at },
			{
				onConflict: `ON CONFLICT (repository, branch) DO UPDATE SET head_sha = excluded.head_sha, numbers = NULL,
					next_try_at = excluded.next_try_at, tries = 0, lock = NULL, locked_until = 0
				WHERE head_sha IS NOT excluded.head_sha`,
			},
		),
	];
}

/** Due and unlocked branches, longest due first. */
export async function dueConflictScans(
	db: D1Database,
	now: number,
	limit: number,
): Promise<readonly ConflictScanKey[]> {
	const { results } = await db
		.prepare(
			`SELECT ${keyColumns.list} FROM conflict_scans WHERE next_try_at <= ?1 AND locked_until <= ?1
			ORDER BY next_try_at, repository, branch LIMIT ?2`,
		)
		.bind(now, limit)
		.all<ConflictScanKey>();
	return results;
}

/** Locks a due branch; undefined if it is not due, done or locked. A damaged list is read again from GitHub. */
export async function lockConflictScan(
	db: D1Database,
	key: ConflictScanKey,
	at: LockRequest,
): Promise<LockedConflictScan | undefined> {
	const where = "repository = :repository AND branch = :branch AND next_try_at <= :now";
	const row = await lockRow(db, conflictScansTable, lockedColumns, { where, key: { ...key }, at });
	if (row === undefined) return undefined;
	const numbers = row.numbers === null ? undefined : readStored("conflict_scans.numbers", row.numbers);
	return { ...row, numbers: numbers?.ok ? numbers.value : undefined };
}

/** Schedules the rest. Changes nothing if the branch moved again meanwhile. */
export async function continueConflictScan(
	db: D1Database,
	{ repository, branch, lock }: LockedConflictScan,
	rest: { readonly numbers: readonly number[] | undefined; readonly next_try_at: number; readonly tries: number },
): Promise<void> {
	await db
		.prepare(
			`UPDATE conflict_scans SET numbers = ?4, next_try_at = ?5, tries = ?6, lock = NULL, locked_until = 0
			WHERE repository = ?1 AND branch = ?2 AND lock = ?3`,
		)
		.bind(
			...[repository, branch, lock],
			rest.numbers === undefined ? null : JSON.stringify(rest.numbers),
			...[rest.next_try_at, rest.tries],
		)
		.run();
}

/** Everything was asked. Changes nothing if the branch moved again meanwhile. */
export async function endConflictScan(db: D1Database, { repository, branch, lock }: LockedConflictScan): Promise<void> {
	await db
		.prepare("DELETE FROM conflict_scans WHERE repository = ?1 AND branch = ?2 AND lock = ?3")
		.bind(repository, branch, lock)
		.run();
}
