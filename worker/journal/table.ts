/*
 * The columns of a table, listed once: the row's type, the columns of SELECT and those of INSERT come from it. A test
 * compares every table with the migrated journal. Free of D1's types: the CLI and the page import from these files, too.
 */

/** One column. `Optional`: the journal has a value for it if an INSERT gives none. */
export interface Column<Value = unknown, Optional extends boolean = boolean> {
	readonly type: "TEXT" | "INTEGER" | "BLOB";
	readonly isNullable: boolean;
	readonly isOptional: Optional;
	/** Holds a time, in milliseconds since 1970. */
	readonly isTime: boolean;
	/** The type of its values; never set. */
	readonly value?: Value;
}

const PLAIN = { isNullable: false, isOptional: false, isTime: false } as const;

export function text<Value extends string = string>(): Column<Value, false> {
	return { type: "TEXT", ...PLAIN };
}

export function integer<Value extends number = number>(): Column<Value, false> {
	return { type: "INTEGER", ...PLAIN };
}

/** A time, in milliseconds since 1970. */
export function time(): Column<number, false> {
	return { type: "INTEGER", ...PLAIN, isTime: true };
}

export function blob(): Column<ArrayBuffer, false> {
	return { type: "BLOB", ...PLAIN };
}

/** What `packBlob` made; D1 returns the bytes as numbers. */
export function packed(): Column<ArrayBuffer | readonly number[], false> {
	return { type: "BLOB", ...PLAIN };
}

/** `INTEGER PRIMARY KEY`: SQLite numbers the rows. */
export function rowNumber(): Column<number, true> {
	return { type: "INTEGER", ...PLAIN, isOptional: true };
}

export function nullable<Value>(column: Column<Value>): Column<Value | null, true> {
	return { type: column.type, isNullable: true, isOptional: true, isTime: column.isTime };
}

/** NOT NULL with a DEFAULT. */
export function withDefault<Value>(column: Column<Value>): Column<Value, true> {
	return { type: column.type, isNullable: false, isOptional: true, isTime: column.isTime };
}

export type ColumnSet = Readonly<Record<string, Column>>;

type Row<Set extends ColumnSet> = {
	readonly [Name in keyof Set]: Set[Name] extends Column<infer Value> ? Value : never;
};

/** A row as stored: of a table, or of some of its columns. */
export type RowOf<Of> = Of extends Columns<infer Set> ? Row<Set> : never;

type OptionalNames<Set extends ColumnSet> = {
	[Name in keyof Set]: Set[Name] extends Column<unknown, true> ? Name : never;
}[keyof Set];

/** What INSERT needs: one value for each column, those with a default aside. */
type Insertable<Set extends ColumnSet, Values> = Pick<Values, Exclude<keyof Set, OptionalNames<Set>> & keyof Values> &
	Partial<Pick<Values, OptionalNames<Set> & keyof Values>>;

/** The values of a new row. */
export type NewRow<Set extends ColumnSet> = Insertable<Set, Row<Set>>;

/** An SQL expression for each column of a new row. */
export type Expressions<Set extends ColumnSet> = Insertable<Set, { readonly [Name in keyof Set]: string }>;

/** Some columns of a table, in the table's order. */
export class Columns<Set extends ColumnSet> {
	readonly columns: Set;
	readonly names: readonly (keyof Set & string)[];
	/** SQL: `id, status`. */
	readonly list: string;

	constructor(columns: Set) {
		this.columns = columns;
		this.names = Object.keys(columns);
		this.list = this.names.join(", ");
	}

	/** SQL of a table with an alias: `i.id, i.status`. */
	listOf(alias: string): string {
		return this.names.map((name) => `${alias}.${name}`).join(", ");
	}

	/** SQL for DO UPDATE, which overwrites them with the new row's: `status = excluded.status`. */
	get overwritten(): string {
		return this.names.map((name) => `${name} = excluded.${name}`).join(", ");
	}

	pick<Name extends keyof Set & string>(...names: readonly Name[]): Columns<Pick<Set, Name>> {
		return this.#filtered((name) => names.some((other) => other === name));
	}

	omit<Name extends keyof Set & string>(...names: readonly Name[]): Columns<Pick<Set, Exclude<keyof Set, Name>>> {
		return this.#filtered((name) => !names.some((other) => other === name));
	}

	#filtered<Name extends keyof Set>(isIn: (name: string) => boolean): Columns<Pick<Set, Name>> {
		const kept = Object.entries(this.columns).filter(([name]) => isIn(name));
		return new Columns(Object.fromEntries(kept) as Pick<Set, Name>);
	}
}

export class Table<Set extends ColumnSet> extends Columns<Set> {
	readonly name: string;

	constructor(name: string, columns: Set) {
		super(columns);
		this.name = name;
	}

	/** SQL: inserts a row of these expressions; `from` begins after them, such as FROM, WHERE. */
	insertSelect(expressions: Expressions<Set>, from: string): string {
		const { into, values } = this.#insert(expressions);
		return `${into} SELECT ${values} ${from}`;
	}

	/** SQL: inserts a row of these expressions. */
	insertValues(expressions: Expressions<Set>): string {
		const { into, values } = this.#insert(expressions);
		return `${into} VALUES (${values})`;
	}

	#insert(expressions: Expressions<Set>): { readonly into: string; readonly values: string } {
		const given: Readonly<Record<string, string | undefined>> = expressions;
		const names = this.names.filter((name) => given[name] !== undefined);
		const values = names.map((name) => given[name]).join(", ");
		return { into: `INSERT INTO ${this.name} (${names.join(", ")})`, values };
	}
}

/** The columns in the order of the journal. */
export function defineTable<const Set extends ColumnSet>(name: string, columns: Set): Table<Set> {
	return new Table(name, columns);
}
