import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, it } from "vitest";
import { DELETE_OLDER_HEARTBEATS, INSERT_HEARTBEAT, ROOM_BYTES } from "../../../worker/journal/heartbeats.ts";
import { MIGRATIONS } from "../../../worker/journal/migrations.ts";

const FOLDER = path.join(import.meta.dirname, "../../../worker/migrations");

describe("MIGRATIONS", () => {
	it("are those in worker/migrations: add a new one to worker/journal/migrations.ts", () => {
		expect([...MIGRATIONS]).toEqual(
			readdirSync(FOLDER)
				.filter((name) => name.endsWith(".sql"))
				.sort(),
		);
	});
});

describe("the heartbeat in a real SQLite", () => {
	/** Limits the journal to this many more pages than it has. */
	function journal(spare: number): DatabaseSync {
		const db = new DatabaseSync(":memory:");
		for (const name of MIGRATIONS) db.exec(readFileSync(path.join(FOLDER, name), "utf8"));
		const { page_count } = db.prepare("PRAGMA page_count").get() as { page_count: number };
		db.exec(`PRAGMA max_page_count = ${page_count + spare}`);
		return db;
	}

	/** Like a D1 batch: all or nothing. */
	function beat(db: DatabaseSync): boolean {
		db.exec("BEGIN");
		try {
			db.prepare(INSERT_HEARTBEAT).run(Date.now(), ROOM_BYTES);
			db.prepare(DELETE_OLDER_HEARTBEATS).run();
			db.exec("COMMIT");
			return true;
		} catch {
			// A full disk has rolled it back already.
			if (db.isTransaction) db.exec("ROLLBACK");
			return false;
		}
	}

	function takesDelivery(db: DatabaseSync, n: number): boolean {
		try {
			db.prepare(
				"INSERT INTO deliveries (incident_id, delivery_id, event, incident, received_at) VALUES (?, ?, 'status', ?, 0)",
			).run("i", `d-${n}`, "x".repeat(20_000));
			return true;
		} catch {
			return false;
		}
	}

	it("fails before the first delivery does, however often it succeeded before", () => {
		const db = journal(200);
		let taken = 0;
		for (; beat(db); taken++) {
			expect(takesDelivery(db, taken)).toBe(true);
			for (let more = 0; more < 3; more++) beat(db);
		}
		expect(taken).toBeGreaterThan(5);
		expect(beat(db)).toBe(false);
		for (let n = taken; takesDelivery(db, n); n++) expect(n).toBeLessThan(taken + 100);
		expect(beat(db)).toBe(false);
	});

	it("keeps one row", () => {
		const db = journal(1000);
		for (let n = 0; n < 20; n++) expect(beat(db)).toBe(true);
		expect(db.prepare("SELECT count(*) AS count FROM heartbeats").get()).toEqual({ count: 1 });
	});
});
