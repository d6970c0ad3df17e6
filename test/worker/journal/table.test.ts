import { describe, expect, expectTypeOf, it } from "vitest";
import {
	defineTable,
	integer,
	type NewRow,
	nullable,
	type RowOf,
	text,
	withDefault,
} from "../../../worker/journal/table.ts";

const table = defineTable("things", {
	id: text(),
	state: text<"on" | "off">(),
	reason: nullable(text()),
	tries: withDefault(integer()),
});

describe("a table", () => {
	it("lists its columns for SELECT", () => {
		expect(table.list).toBe("id, state, reason, tries");
		expect(table.listOf("t")).toBe("t.id, t.state, t.reason, t.tries");
	});

	it("gives some of its columns, in its order", () => {
		expect(table.pick("tries", "id").list).toBe("id, tries");
		expect(table.omit("state", "reason").list).toBe("id, tries");
		expect(table.omit("id", "tries").overwritten).toBe("state = excluded.state, reason = excluded.reason");
	});

	it("inserts expressions, in its order, without the columns left out", () => {
		const some = { tries: "tries + 1", state: "'on'", id: "?1" };
		expect(table.insertValues(some)).toBe("INSERT INTO things (id, state, tries) VALUES (?1, 'on', tries + 1)");
		expect(table.insertSelect(some, "FROM others")).toBe(
			"INSERT INTO things (id, state, tries) SELECT ?1, 'on', tries + 1 FROM others",
		);
	});

	it("has the types of its rows", () => {
		expectTypeOf<RowOf<typeof table>>().toEqualTypeOf<{
			readonly id: string;
			readonly state: "on" | "off";
			readonly reason: string | null;
			readonly tries: number;
		}>();
		const picked = table.pick("id", "reason");
		expectTypeOf<RowOf<typeof picked>>().toEqualTypeOf<{ readonly id: string; readonly reason: string | null }>();
		expectTypeOf<{ id: string; state: "on" }>().toExtend<NewRow<typeof table.columns>>();
		expectTypeOf<{ id: string }>().not.toExtend<NewRow<typeof table.columns>>();
	});
});
