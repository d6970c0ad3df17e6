import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { explainJournalFault, journalFaultOf } from "../../../worker/journal/d1-error.ts";

describe("journalFaultOf", () => {
	it.each([
		["D1_ERROR: no such table: incidents: SQLITE_ERROR", "migrations_missing"],
		["D1_ERROR: no such column: told at offset 7: SQLITE_ERROR", "migrations_missing"],
		["D1_ERROR: table deliveries has no column named incident: SQLITE_ERROR", "migrations_missing"],
		[
			"workerd/util/sqlite.c++:1757: failed: SQLite failed; dbErrorMessage(err, db) = database disk image is malformed: SQLITE_CORRUPT",
			"damaged",
		],
		[
			"workerd/util/sqlite.c++:910: failed: SQLite failed; dbErrorMessage(prepareResult, db) = file is not a database: SQLITE_NOTADB",
			"damaged",
		],
		["D1_ERROR: database or disk is full: SQLITE_FULL", "full"],
		["D1_ERROR: Exceeded maximum DB size", "full"],
		["D1_ERROR: attempt to write a readonly database: SQLITE_READONLY", "read_only"],
		["D1_ERROR: string or blob too big: SQLITE_TOOBIG", "too_large"],
		["D1_ERROR: too many SQL variables at offset 300: SQLITE_ERROR", "too_large"],
		["D1_ERROR: Too many API requests by single Worker invocation.", "too_many_queries"],
		["D1_ERROR: D1 DB is overloaded. Requests queued for too long.", "overloaded"],
		["D1_ERROR: D1 DB storage operation exceeded timeout which caused object to be reset.", "overloaded"],
		["D1_ERROR: Network connection lost.", "unreachable"],
		["D1_ERROR: Cannot resolve D1 DB due to transient issue on remote node.", "unreachable"],
		["internal error; reference = hh94e22gq9vgg01r297sh63r", "internal"],
	])("reads %s as %s", (message, fault) => {
		expect(journalFaultOf(message)).toBe(fault);
	});

	it("is undefined for what is no fault of the journal", () => {
		expect(journalFaultOf("Cannot read properties of undefined")).toBeUndefined();
		expect(journalFaultOf("D1_ERROR: UNIQUE constraint failed: incidents.id: SQLITE_CONSTRAINT")).toBeUndefined();
	});

	it("reads what this runtime says of a missing table", async () => {
		const error = await env.JOURNAL.prepare("SELECT 1 FROM not_there")
			.run()
			.catch((cause: unknown) => cause);
		expect(journalFaultOf(String(error))).toBe("migrations_missing");
	});
});

describe("explainJournalFault", () => {
	it("names the cure", () => {
		expect(explainJournalFault("migrations_missing")).toContain(
			"npx wrangler d1 migrations apply healer-journal --remote",
		);
		expect(explainJournalFault("damaged")).toBe(
			"The journal's database is damaged. Restore it: docs/storage.md, When the journal fails.",
		);
	});
});
