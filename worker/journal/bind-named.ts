import type { ColumnSet, Columns, Expressions, NewRow, RowOf, Table } from "./table.ts";

export type Bindable = string | number | null | ArrayBuffer | readonly number[];

/** Values by the names of their placeholders. */
export type Bindings = Readonly<Record<string, Bindable | undefined>>;

// A quoted text is left as it is: it may contain a colon.
const PLACEHOLDER = /'(?:[^']|'')*'|:([a-z]\w*)/g;

/**
 * SQL with placeholders such as `:status`, each as often as it occurs; D1 itself has only numbered ones
 * (https://developers.cloudflare.com/d1/worker-api/prepared-statements/). They are numbered once: what is written with every
 * delivery is a constant of its module.
 */
export class NamedSql<Values extends Bindings = Bindings> {
	readonly #numbered: string;
	readonly #names: readonly string[];

	constructor(sql: string) {
		const names: string[] = [];
		this.#numbered = sql.replace(PLACEHOLDER, (quoted, name: string | undefined) => {
			if (name === undefined) return quoted;
			const known = names.indexOf(name);
			return `?${known === -1 ? names.push(name) : known + 1}`;
		});
		this.#names = names;
	}

	/** Values without a placeholder are left out. Throws for a placeholder without a value. */
	bind(db: D1Database, values: Values): D1PreparedStatement {
		const given: Bindings = values;
		const bound = this.#names.map((name) => {
			const value = given[name];
			if (value === undefined) throw new TypeError(`no value for :${name}`);
			return value;
		});
		return db.prepare(this.#numbered).bind(...bound);
	}
}

/** Binds the placeholders of a text that is put together as it is needed. */
export function bindNamed(db: D1Database, sql: string, values: Bindings): D1PreparedStatement {
	return namedSql(sql).bind(db, values);
}

// Statements are written in the code, so there are few texts; each is numbered once in an isolate, not once a delivery.
const knownTexts = new Map<string, NamedSql>();

// Some texts are put together: more of them than any release has would be a mistake, and must not fill the memory.
const MOST_TEXTS = 1_000;

function namedSql(sql: string): NamedSql {
	const known = knownTexts.get(sql);
	if (known !== undefined) return known;
	const made = new NamedSql(sql);
	if (knownTexts.size < MOST_TEXTS) knownTexts.set(sql, made);
	return made;
}

export interface InsertOptions {
	/** SQL: the row is inserted only if this holds; it may name the row's columns as placeholders. */
	readonly where?: string;
	/** The values of other placeholders. */
	readonly also?: Bindings;
	/** SQL: ON CONFLICT and what follows it. */
	readonly onConflict?: string;
}

/** Inserts a row; columns without a value get their default. */
export function insertRow<Set extends ColumnSet>(
	db: D1Database,
	table: Table<Set>,
	row: NewRow<Set>,
	{ also, ...options }: InsertOptions = {},
): D1PreparedStatement {
	const values = row as Bindings;
	const given = table.names.filter((name) => values[name] !== undefined);
	return bindNamed(db, insertText(table, given, options), { ...also, ...values });
}

/** The statement that inserts a row of just these columns: the others get their default. */
export function insertSql<Set extends ColumnSet, Name extends keyof Set & string>(
	table: Table<Set>,
	given: Columns<Pick<Set, Name>>,
	onConflict: string,
): NamedSql<RowOf<Columns<Pick<Set, Name>>> & Bindings> {
	return new NamedSql(insertText(table, given.names, { onConflict }));
}

function insertText<Set extends ColumnSet>(
	table: Table<Set>,
	given: readonly (keyof Set & string)[],
	{ where, onConflict = "" }: Pick<InsertOptions, "where" | "onConflict">,
): string {
	const places = Object.fromEntries(given.map((name) => [name, `:${name}`])) as Expressions<Set>;
	const insert = where === undefined ? table.insertValues(places) : table.insertSelect(places, `WHERE ${where}`);
	return `${insert} ${onConflict}`;
}

/** Inserts full rows by one statement, as JSON. `onConflict`: SQL, ON CONFLICT and what follows it. */
export function insertRows<Set extends ColumnSet>(
	db: D1Database,
	table: Table<Set>,
	rows: readonly RowOf<Table<Set>>[],
	onConflict: string,
): D1PreparedStatement {
	return bindNamed(db, insertRowsText(table, onConflict), { rows: JSON.stringify(rows) });
}

/** The same statement, for rows that are bound to it. */
export function insertRowsSql<Set extends ColumnSet>(
	table: Table<Set>,
	onConflict: string,
): NamedSql<{ readonly rows: string }> {
	return new NamedSql(insertRowsText(table, onConflict));
}

function insertRowsText<Set extends ColumnSet>(table: Table<Set>, onConflict: string): string {
	const values = Object.fromEntries(table.names.map((name) => [name, `value ->> '${name}'`])) as Expressions<Set>;
	// Without WHERE, ON would be read as that of a JOIN: https://www.sqlite.org/lang_upsert.html#parsing_ambiguity
	return table.insertSelect(values, `FROM json_each(:rows) WHERE true ${onConflict}`);
}
