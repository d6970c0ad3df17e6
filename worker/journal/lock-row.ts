import { type Bindings, bindNamed } from "./bind-named.ts";
import type { ColumnSet, Columns, RowOf } from "./table.ts";

/** Times are in milliseconds. */
export interface LockRequest {
	readonly now: number;
	/** Names the holder; every write of a locked row names it again. */
	readonly lock: string;
	readonly locked_until: number;
}

/**
 * Of a table with the columns `lock` and `locked_until`: locks the row for which `where` holds and returns these columns of
 * it; undefined if there is none, or another caller holds its lock. `where` may name the values of `key`, and `:now`.
 */
export async function lockRow<Set extends ColumnSet>(
	db: D1Database,
	table: { readonly name: string },
	columns: Columns<Set>,
	{ where, key, at }: { readonly where: string; readonly key: Bindings; readonly at: LockRequest },
): Promise<(RowOf<Columns<Set>> & { readonly lock: string }) | undefined> {
	const sql = `UPDATE ${table.name} SET lock = :lock, locked_until = :locked_until
		WHERE ${where} AND locked_until <= :now RETURNING ${columns.list}`;
	const row = await bindNamed(db, sql, { ...key, ...at }).first<RowOf<Columns<Set>>>();
	return row === null ? undefined : { ...row, lock: at.lock };
}
