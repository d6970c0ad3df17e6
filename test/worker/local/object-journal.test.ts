import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { journalFaultOf } from "../../../worker/journal/d1-error.ts";
import { objectJournal } from "../../../worker/local/object-journal.ts";

// Both have to behave alike: the tests run on D1, a local hub on the object.
describe.each([
	["D1", () => env.JOURNAL],
	["the journal of a local hub", () => objectJournal(env.JOURNAL_OBJECT)],
])("%s", (_, journalOf) => {
	const db = journalOf();
	const insert = db.prepare("INSERT INTO local_rows (id, text, number) VALUES (?1, ?2, ?3)");
	const all = async () => (await db.prepare("SELECT * FROM local_rows ORDER BY id").all()).results;

	beforeEach(async () => {
		await db.prepare("CREATE TABLE local_rows (id INTEGER PRIMARY KEY, text TEXT UNIQUE, number REAL)").run();
	});
	afterEach(async () => {
		await db.prepare("DROP TABLE local_rows").run();
	});

	it("stores and reads what it is given", async () => {
		await insert.bind(1, "größer 🚀", 1.5).run();
		await insert.bind(9_007_199_254_740_991, null, true).run();
		expect(await all()).toEqual([
			{ id: 1, text: "größer 🚀", number: 1.5 },
			{ id: 9_007_199_254_740_991, text: null, number: 1 },
		]);
		expect(await db.prepare("SELECT text FROM local_rows WHERE id = ?").bind(1).first()).toEqual({ text: "größer 🚀" });
		expect(await db.prepare("SELECT text FROM local_rows WHERE id = ?").bind(1).first("text")).toBe("größer 🚀");
		expect(await db.prepare("SELECT text FROM local_rows WHERE id = ?").bind(2).first()).toBeNull();
	});

	it("stores no number that JSON cannot name", async () => {
		await insert.bind(1, null, Number.POSITIVE_INFINITY).run();
		expect(await all()).toEqual([{ id: 1, text: null, number: null }]);
	});

	it("takes bytes", async () => {
		const bytes = new Uint8Array([0, 104, 105]).subarray(1);
		expect(await db.prepare("SELECT CAST(?1 AS TEXT) AS text").bind(bytes).first("text")).toBe("hi");
		expect(await db.prepare("SELECT length(?1) AS bytes").bind(bytes.slice().buffer).first("bytes")).toBe(2);
	});

	it("counts what a statement changed, what it read and what the database takes", async () => {
		const batch = [insert.bind(1, "a", 1), insert.bind(2, "b", 1), db.prepare("UPDATE local_rows SET number = 2")];
		const results = await db.batch([...batch, db.prepare("SELECT * FROM local_rows")]);
		expect(results.map(({ meta }) => meta.changes)).toEqual([1, 1, 2, 0]);
		expect(results.map(({ meta }) => meta.last_row_id)).toEqual([1, 2, 2, 2]);
		expect(results.map(({ meta }) => [meta.rows_read, meta.rows_written])).toEqual([
			[1, 2],
			[1, 2],
			[2, 2],
			[2, 0],
		]);
		expect(results[3]?.results).toHaveLength(2);
		const { size_after } = results[3]?.meta ?? { size_after: 0 };
		expect(size_after % 4096).toBe(0);
		expect(size_after).toBeGreaterThan(0);
	});

	it("counts what is deleted or written again, also where no index says so", async () => {
		await db.batch([insert.bind(1, "a", 1), insert.bind(2, "b", 1)]);
		const [same, none, emptied, again] = await db.batch([
			db.prepare("UPDATE local_rows SET text = text WHERE id = 1"),
			db.prepare("UPDATE local_rows SET text = 'c' WHERE id = 3"),
			db.prepare("DELETE FROM local_rows"),
			db.prepare("DELETE FROM local_rows"),
		]);
		expect([same, none, emptied, again].map((result) => result?.meta.changes)).toEqual([1, 0, 2, 0]);
	});

	it("counts on after a transaction that failed", async () => {
		await expect(db.batch([insert.bind(1, "a", 1), insert.bind(2, "a", 1)])).rejects.toThrow();
		const [one, two] = await db.batch([insert.bind(1, "a", 1), insert.bind(2, "b", 1)]);
		expect([one?.meta.changes, two?.meta.changes]).toEqual([1, 1]);
	});

	it("runs a batch as one transaction: all of it or nothing", async () => {
		const twice = db.batch([insert.bind(1, "a", 1), insert.bind(2, "a", 1)]);
		await expect(twice).rejects.toThrow("D1_ERROR: UNIQUE constraint failed: local_rows.text: SQLITE_CONSTRAINT");
		expect(await all()).toEqual([]);
		await insert.bind(3, "c", 1).run();
		expect(await all()).toHaveLength(1);
	});

	it("refuses what no column can hold before it asks the database", () => {
		expect(() => insert.bind(1, undefined, 1)).toThrow(
			"D1_TYPE_ERROR: Type 'undefined' not supported for value 'undefined'",
		);
		expect(() => insert.bind(1, {}, 1)).toThrow(
			"D1_TYPE_ERROR: Type 'object' not supported for value '[object Object]'",
		);
	});

	it("names the fault of a statement", async () => {
		await expect(db.prepare("SELECT * FROM nowhere").all()).rejects.toThrow("D1_ERROR: no such table: nowhere");
		await expect(db.prepare("SELECT text AS one FROM local_rows").first("two")).resolves.toBeNull();
	});

	it.each([
		["more than 100 values", () => db.prepare(`SELECT ${Array(101).fill("?").join(", ")}`).bind(...Array(101).fill(1))],
		["a statement of more than 100 KB", () => db.prepare(`SELECT '${"x".repeat(100_000)}'`)],
	])("refuses %s, as too large", async (_name, statement) => {
		const problem = await statement()
			.run()
			.then(() => "it took it", String);
		expect([problem, journalFaultOf(problem)]).toEqual([problem, "too_large"]);
	});

	it("refuses a LIKE pattern of more than 50 bytes", async () => {
		const long = db.prepare("SELECT 'x' LIKE ?1").bind("x".repeat(51));
		await expect(long.run()).rejects.toThrow("D1_ERROR: LIKE or GLOB pattern too complex");
	});
});

it("the journal of a local hub refuses a row of more than 2 MB, as D1 does where it is deployed", () => {
	const db = objectJournal(env.JOURNAL_OBJECT);
	const half = "ä".repeat(500_000);
	expect(() => db.prepare("SELECT ?1, ?2").bind(half, half)).not.toThrow();
	expect(() => db.prepare("SELECT ?1, ?2").bind(half, `${half}x`)).toThrow(
		"D1_ERROR: string or blob too big: SQLITE_TOOBIG",
	);
});
