/** Rows that D1 bills, and queries. */
export interface Rows {
	queries: number;
	read: number;
	written: number;
}

/** D1, counting what it bills: https://developers.cloudflare.com/d1/platform/pricing/ */
export function countedJournal(db: D1Database): { readonly journal: D1Database; take(): Rows } {
	let rows: Rows = { queries: 0, read: 0, written: 0 };
	const own = new WeakMap<object, D1PreparedStatement>();
	const count = <T>(result: D1Result<T>): D1Result<T> => {
		rows.queries++;
		rows.read += result.meta.rows_read;
		rows.written += result.meta.rows_written;
		return result;
	};
	const counted = (statement: D1PreparedStatement): D1PreparedStatement => {
		const shown: D1PreparedStatement = {
			bind: (...values) => counted(statement.bind(...values)),
			run: async <T>() => count(await statement.run<T>()),
			all: async <T>() => count(await statement.all<T>()),
			// `first` itself tells nothing of what it read.
			first: (async (column?: string) => {
				const [row] = count(await statement.all<Record<string, unknown>>()).results;
				return row === undefined ? null : column === undefined ? row : row[column];
			}) as D1PreparedStatement["first"],
			raw: () => {
				throw new Error("raw() is not counted");
			},
		};
		own.set(shown, statement);
		return shown;
	};
	const journal: D1Database = {
		prepare: (sql) => counted(db.prepare(sql)),
		batch: async <T>(statements: D1PreparedStatement[]) =>
			(await db.batch<T>(statements.map((statement) => own.get(statement) ?? statement))).map(count),
		exec: (sql) => db.exec(sql),
		withSession: () => {
			throw new Error("sessions are not counted");
		},
		dump: () => {
			throw new Error("dump() is not counted");
		},
	};
	return {
		journal,
		take() {
			const taken = rows;
			rows = { queries: 0, read: 0, written: 0 };
			return taken;
		},
	};
}
