import { env } from "cloudflare:workers";

/** One call of the worker to D1: the statements that it sends together, and what sends them. */
export type Fault = <T>(sql: readonly string[], go: () => Promise<T>) => Promise<T>;

/** The tests' own D1 behind a fault. Each is a binding of its own, as a new isolate has one. */
export function faultyJournal(fault: Fault): D1Database {
	const sqlOf = new WeakMap<object, string>();
	const real = new WeakMap<object, D1PreparedStatement>();
	const wrapped = (sql: string, statement: D1PreparedStatement): D1PreparedStatement => {
		const own = {
			bind: (...values: unknown[]) => wrapped(sql, statement.bind(...values)),
			run: () => fault([sql], () => statement.run()),
			all: () => fault([sql], () => statement.all()),
			first: (column?: string) =>
				fault([sql], () => (column === undefined ? statement.first() : statement.first(column))),
		} as unknown as D1PreparedStatement;
		sqlOf.set(own, sql);
		real.set(own, statement);
		return own;
	};
	return {
		prepare: (sql: string) => wrapped(sql, env.JOURNAL.prepare(sql)),
		batch: (statements: D1PreparedStatement[]) =>
			fault(
				statements.map((one) => sqlOf.get(one) ?? ""),
				() => env.JOURNAL.batch(statements.map((one) => real.get(one) ?? one)),
			),
	} as unknown as D1Database;
}

export const good: Fault = (_sql, go) => go();

export const isWrite = (sql: string): boolean => !/^\s*SELECT\b/i.test(sql);

/** Never answers, and does nothing. */
export const hangs: Fault = () => new Promise(() => undefined);

export const hangsOnWrites: Fault = (sql, go) => (sql.some(isWrite) ? hangs(sql, go) : go());

export const throws: Fault = async () => {
	throw new Error("D1_ERROR: internal error; reference = 0vk311b04o4ppug2lekijrjr");
};

export const throwsOnWrites: Fault = (sql, go) => (sql.some(isWrite) ? throws(sql, go) : go());

/** What takes no more room still works. */
export const full: Fault = async (sql, go) => {
	if (sql.some((one) => /^\s*INSERT\b/i.test(one))) throw new Error("D1_ERROR: database or disk is full: SQLITE_FULL");
	return await go();
};
