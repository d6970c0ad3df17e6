import { type Bindings, bindNamed } from "./bind-named.ts";

/** SQL that holds if what a writer assumed is so. */
export interface Assumption {
	readonly sql: string;
	readonly values: Bindings;
}

const WRONG = "wrong-assumption";

/**
 * The first statement of a transaction whose writer did not read before it wrote: unless all of this is so, it fails, and with
 * it the transaction, of which nothing is written. Saves the calls that reading takes where the answer is nearly always the same.
 */
export function assumeStatement(db: D1Database, assumptions: readonly Assumption[]): D1PreparedStatement {
	const holds = assumptions.map(({ sql }) => `(${sql})`).join(" AND ");
	// D1 has no RAISE outside of triggers. SQLite names a path that it cannot read (https://www.sqlite.org/json1.html#path_arguments).
	const sql = `SELECT CASE WHEN ${holds} THEN 1 ELSE json_extract('{}', :wrong) END`;
	return bindNamed(db, sql, Object.assign({ wrong: WRONG }, ...assumptions.map(({ values }) => values)));
}

/** Whether a transaction failed only because what it assumed is not so. */
export function isWrongAssumption(cause: unknown): boolean {
	return cause instanceof Error && cause.message.includes(WRONG);
}
