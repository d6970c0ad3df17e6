/** Statements, and how to read their results: several of these may share one transaction. */
export interface Query<T> {
	readonly statements: readonly D1PreparedStatement[];
	/** The results of these statements alone, in their order. */
	read(results: readonly D1Result[]): T;
}

type Queries = Readonly<Record<string, Query<unknown>>>;
type Answers<Of extends Queries> = { readonly [Name in keyof Of]: Of[Name] extends Query<infer T> ? T : never };

/** Runs queries in one transaction, in their order: one call to the journal, whatever their number. */
export async function runQueries<const Of extends Queries>(db: D1Database, queries: Of): Promise<Answers<Of>> {
	const entries = Object.entries(queries);
	const results = await db.batch(entries.flatMap(([, { statements }]) => statements));
	let from = 0;
	const answers = entries.map(([name, { statements, read }]) => {
		const own = results.slice(from, from + statements.length);
		from += statements.length;
		return [name, read(own)] as const;
	});
	return Object.fromEntries(answers) as Answers<Of>;
}

/** Runs one query by itself. */
export async function runQuery<T>(db: D1Database, query: Query<T>): Promise<T> {
	return query.read(await db.batch([...query.statements]));
}

/** The rows of one statement. */
export function rowsQuery<Row>(statement: D1PreparedStatement): Query<readonly Row[]> {
	return { statements: [statement], read: ([result]) => (result?.results ?? []) as readonly Row[] };
}

/** The first row of one statement, if there is one. */
export function rowQuery<Row>(statement: D1PreparedStatement): Query<Row | undefined> {
	return { statements: [statement], read: ([result]) => (result?.results as readonly Row[] | undefined)?.[0] };
}
