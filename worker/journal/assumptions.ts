import { type Bindings, NamedSql } from "./bind-named.ts";

/** What a writer assumed. */
export interface Assumption {
	/** Holds if it is so. A constant: the statement of several is put together once. */
	readonly sql: string;
	readonly values: Bindings;
}

const WRONG = "wrong-assumption";

/**
 * The first statement of a transaction whose writer did not read before it wrote: unless all of this is so, it fails, and with
 * it the transaction, of which nothing is written. Saves the calls that reading takes where the answer is nearly always the same.
 */
export function assumeStatement(db: D1Database, assumptions: readonly Assumption[]): D1PreparedStatement {
	const values = Object.assign({ wrong: WRONG }, ...assumptions.map(({ values }) => values));
	return statementOf(assumptions).bind(db, values);
}

/** The statement of the assumptions on the way to it, and those that another one leads to. */
interface Known {
	statement?: NamedSql;
	readonly next: Map<string, Known>;
}

const known: Known = { next: new Map() };

function statementOf(assumptions: readonly Assumption[]): NamedSql {
	let at = known;
	for (const { sql } of assumptions) {
		const next: Known = at.next.get(sql) ?? { next: new Map() };
		at.next.set(sql, next);
		at = next;
	}
	at.statement ??= new NamedSql(textOf(assumptions));
	return at.statement;
}

function textOf(assumptions: readonly Assumption[]): string {
	const holds = assumptions.map(({ sql }) => `(${sql})`).join(" AND ");
	// D1 has no RAISE outside of triggers. SQLite names a path that it cannot read (https://www.sqlite.org/json1.html#path_arguments).
	return `SELECT CASE WHEN ${holds} THEN 1 ELSE json_extract('{}', :wrong) END`;
}

/** Whether a transaction failed only because what it assumed is not so. */
export function isWrongAssumption(cause: unknown): boolean {
	return cause instanceof Error && cause.message.includes(WRONG);
}
