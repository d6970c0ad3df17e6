import { type Bindings, bindNamed } from "./bind-named.ts";
import { type Query, rowQuery, runQuery } from "./query.ts";
import type { ColumnSet, Columns, RowOf } from "./table.ts";

/** Times are in milliseconds. */
export interface LockRequest {
	readonly now: number;
	/** Names the holder; every write of a locked row names it again. */
	readonly lock: string;
	readonly locked_until: number;
}

/** A locked row: its columns, and the lock that every write of it names. */
export type LockedRow<Set extends ColumnSet> = RowOf<Columns<Set>> & { readonly lock: string };

/**
 * Of a table with the columns `lock` and `locked_until`: locks the row for which `where` holds and returns these columns of
 * it; undefined if there is none, or another caller holds its lock. `where` may name the values of `key`, and `:now`.
 */
export async function lockRow<Set extends ColumnSet>(
	db: D1Database,
	table: { readonly name: string },
	columns: Columns<Set>,
	how: { readonly where: string; readonly key: Bindings; readonly at: LockRequest },
): Promise<LockedRow<Set> | undefined> {
	return await runQuery(db, lockQuery(db, table, columns, how));
}

/** The same, for a transaction with others. `until`: SQL of the time, unless it is that of the request. */
export function lockQuery<Set extends ColumnSet>(
	db: D1Database,
	table: { readonly name: string },
	columns: Columns<Set>,
	{
		where,
		key,
		at,
		until = ":locked_until",
	}: { readonly where: string; readonly key: Bindings; readonly at: LockRequest; readonly until?: string },
): Query<LockedRow<Set> | undefined> {
	const sql = `UPDATE ${table.name} SET lock = :lock, locked_until = ${until}
		WHERE ${where} AND locked_until <= :now RETURNING ${columns.list}`;
	const { statements, read } = rowQuery<RowOf<Columns<Set>>>(bindNamed(db, sql, { ...key, ...at }));
	return {
		statements,
		read(results) {
			const row = read(results);
			return row === undefined ? undefined : { ...row, lock: at.lock };
		},
	};
}
