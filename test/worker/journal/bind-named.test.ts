import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { bindNamed, insertRow, NamedSql } from "../../../worker/journal/bind-named.ts";
import { ignoredTable } from "../../../worker/journal/ignored.ts";
import { rateLimitSlotsTable } from "../../../worker/journal/rate-limit-slots.ts";

const { JOURNAL } = env;

describe("bindNamed", () => {
	it("binds each name once, however often it occurs, and leaves out the others", async () => {
		const sql = "SELECT :one AS a, :two AS b, :one AS c";
		expect(await bindNamed(JOURNAL, sql, { two: null, one: "x", three: 3 }).first()).toEqual({
			a: "x",
			b: null,
			c: "x",
		});
	});

	it("leaves quoted texts as they are", async () => {
		expect(await bindNamed(JOURNAL, "SELECT 'it''s :one' AS a, :one AS b", { one: 1 }).first()).toEqual({
			a: "it's :one",
			b: 1,
		});
	});

	it("throws for a placeholder without a value", () => {
		expect(() => bindNamed(JOURNAL, "SELECT :one", { two: 2 })).toThrow("no value for :one");
	});
});

describe("NamedSql", () => {
	it("is bound as often as it is needed, each time to its own values", async () => {
		const sql = new NamedSql("SELECT ':one' AS text, :two AS two, :one + :two AS sum");
		const both = [sql.bind(JOURNAL, { one: 1, two: 2 }), sql.bind(JOURNAL, { one: 10, two: 20 })];
		expect((await JOURNAL.batch(both)).map(({ results }) => results)).toEqual([
			[{ text: ":one", two: 2, sum: 3 }],
			[{ text: ":one", two: 20, sum: 30 }],
		]);
	});
});

describe("insertRow", () => {
	const slot = { incident_id: "i", attempt: 1, repository: "a/b", taken_at: 5, agent: "rex" };
	const slots = async () => (await JOURNAL.prepare("SELECT * FROM rate_limit_slots").all()).results;

	it("inserts the table's columns only, if the condition holds", async () => {
		const row = { ...slot, unknown_column: 1 };
		const where = "(SELECT count(*) FROM rate_limit_slots WHERE repository = :repository) < :most";
		await insertRow(JOURNAL, rateLimitSlotsTable, row, { where, also: { most: 0 } }).run();
		expect(await slots()).toEqual([]);
		await insertRow(JOURNAL, rateLimitSlotsTable, row, { where, also: { most: 1 } }).run();
		expect(await slots()).toEqual([slot]);
	});

	it("takes a conflict's clause", async () => {
		const onConflict = `ON CONFLICT (day, reason) DO UPDATE SET ${ignoredTable.pick("count").overwritten}`;
		for (const count of [1, 7]) {
			await insertRow(JOURNAL, ignoredTable, { day: "2026-11-29", reason: "x", count }, { onConflict }).run();
		}
		expect((await JOURNAL.prepare("SELECT count FROM ignored").all()).results).toEqual([{ count: 7 }]);
	});
});
