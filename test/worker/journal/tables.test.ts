import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { type ColumnSet, Table } from "../../../worker/journal/table.ts";

// Every table that is defined in the worker, whoever exports it. https://vite.dev/guide/features#glob-import
const MODULES = import.meta.glob<Readonly<Record<string, unknown>>>("../../../worker/journal/*.ts", { eager: true });
const DEFINED = Object.values(MODULES)
	.flatMap((exports) => Object.values(exports))
	.filter((value): value is Table<ColumnSet> => value instanceof Table);

interface TableInfo {
	readonly name: string;
	readonly type: string;
	readonly notnull: 0 | 1;
	readonly dflt_value: string | null;
	readonly pk: number;
}

/** What the journal has, in the words of a definition. */
async function columnsInJournal(table: string) {
	const { results } = await env.JOURNAL.prepare(`PRAGMA table_info(${table})`).all<TableInfo>();
	return results.map(({ name, type, notnull, dflt_value, pk }) => {
		// INTEGER PRIMARY KEY: never null, whatever `notnull` is (https://www.sqlite.org/lang_createtable.html#rowid).
		const isRowNumber = pk === 1 && type === "INTEGER" && notnull === 0;
		const isNullable = notnull === 0 && !isRowNumber;
		return { name, type, isNullable, isOptional: isNullable || isRowNumber || dflt_value !== null };
	});
}

async function tablesInJournal(): Promise<readonly string[]> {
	const { results } = await env.JOURNAL.prepare(
		`SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'd1\\_%' ESCAPE '\\'
			AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND name NOT LIKE '\\_cf%' ESCAPE '\\' ORDER BY name`,
	).all<{ name: string }>();
	return results.map(({ name }) => name);
}

function columnsDefined(table: Table<ColumnSet>) {
	return Object.entries(table.columns).map(([name, { type, isNullable, isOptional }]) => ({
		name,
		type,
		isNullable,
		isOptional,
	}));
}

describe("the defined tables", () => {
	it("are those of the migrated journal, each once", async () => {
		expect(DEFINED.map(({ name }) => name).toSorted()).toEqual(await tablesInJournal());
	});

	it.each(DEFINED.map((table) => [table.name, table] as const))(
		"%s has the journal's columns, in its order",
		async (name, table) => {
			expect(columnsDefined(table)).toEqual(await columnsInJournal(name));
		},
	);

	it.each([
		["a dropped column", "ALTER TABLE transitions DROP COLUMN attempt"],
		["a new column", "ALTER TABLE transitions ADD COLUMN why TEXT"],
		["a renamed column", "ALTER TABLE transitions RENAME COLUMN reason TO why"],
	])("differ from a journal with %s", async (_, change) => {
		const table = DEFINED.find(({ name }) => name === "transitions");
		if (table === undefined) throw new Error("transitions is not defined");
		await env.JOURNAL.prepare(change).run();
		expect(columnsDefined(table)).not.toEqual(await columnsInJournal("transitions"));
	});
});
