import type { ColumnSet, Expressions, NewRow, RowOf, Table } from "./table.ts";

export type Bindable = string | number | null | ArrayBuffer | readonly number[];

/** Values by the names of their placeholders. */
export type Bindings = Readonly<Record<string, Bindable | undefined>>;

// A quoted text is left as it is: it may contain a colon.
const PLACEHOLDER = /'(?:[^']|'')*'|:([a-z]\w*)/g;

/**
 * Binds placeholders such as `:status`, each as often as it occurs; D1 itself has only numbered ones
 * (https://developers.cloudflare.com/d1/worker-api/prepared-statements/). Values without a placeholder are left out. Throws
 * for a placeholder without a value.
 */
export function bindNamed(db: D1Database, sql: string, values: Bindings): D1PreparedStatement {
	const { numbered, names } = numberPlaceholders(sql);
	const bound = names.map((name) => {
		const value = values[name];
		if (value === undefined) throw new TypeError(`no value for :${name}`);
		return value;
	});
	return db.prepare(numbered).bind(...bound);
}

interface Numbered {
	readonly numbered: string;
	readonly names: readonly string[];
}

// Statements are written in the code, so there are few texts; each is numbered once in an isolate, not once a delivery.
const numberedTexts = new Map<string, Numbered>();

// Some texts are put together: more of them than any release has would be a mistake, and must not fill the memory.
const MOST_TEXTS = 1_000;

function numberPlaceholders(sql: string): Numbered {
	const known = numberedTexts.get(sql);
	if (known !== undefined) return known;
	const numbered = numberAnew(sql);
	if (numberedTexts.size < MOST_TEXTS) numberedTexts.set(sql, numbered);
	return numbered;
}

function numberAnew(sql: string): Numbered {
	const names: string[] = [];
	const numbered = sql.replace(PLACEHOLDER, (quoted, name: string | undefined) => {
		if (name === undefined) return quoted;
		const known = names.indexOf(name);
		return `?${known === -1 ? names.push(name) : known + 1}`;
	});
	return { numbered, names };
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
	{ where, also, onConflict = "" }: InsertOptions = {},
): D1PreparedStatement {
	const values = row as Bindings;
	const given = table.names.filter((name) => values[name] !== undefined);
	const places = Object.fromEntries(given.map((name) => [name, `:${name}`])) as Expressions<Set>;
	const insert = where === undefined ? table.insertValues(places) : table.insertSelect(places, `WHERE ${where}`);
	return bindNamed(db, `${insert} ${onConflict}`, { ...also, ...values });
}

/** Inserts full rows by one statement, as JSON. `onConflict`: SQL, ON CONFLICT and what follows it. */
export function insertRows<Set extends ColumnSet>(
	db: D1Database,
	table: Table<Set>,
	rows: readonly RowOf<Table<Set>>[],
	onConflict: string,
): D1PreparedStatement {
	const values = Object.fromEntries(table.names.map((name) => [name, `value ->> '${name}'`])) as Expressions<Set>;
	// Without WHERE, ON would be read as that of a JOIN: https://www.sqlite.org/lang_upsert.html#parsing_ambiguity
	const insert = table.insertSelect(values, `FROM json_each(:rows) WHERE true ${onConflict}`);
	return bindNamed(db, insert, { rows: JSON.stringify(rows) });
}
