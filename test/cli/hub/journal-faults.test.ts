import { describe, expect, it } from "vitest";
import { explainStart, namingJournalFaults } from "../../../cli/hub/journal-faults.ts";

const DAMAGED =
	'{"level":"error","source":"workerd","message":"e = workerd/util/sqlite.c++:910: failed: SQLite failed; dbErrorMessage(prepareResult, db) = database disk image is malformed: SQLITE_CORRUPT"}';
const SAYS = "The journal's database is damaged. Restore it: docs/storage.md, When the journal fails.";

describe("namingJournalFaults", () => {
	it("reports a damaged journal in the log, and once to the user", () => {
		const [lines, problems]: [string[], string[]] = [[], []];
		const take = namingJournalFaults(
			(line) => void lines.push(line),
			(problem) => void problems.push(problem),
		);
		for (const line of [DAMAGED, '{"level":"info","message":"delivery accepted"}', DAMAGED]) take(line);
		expect(problems).toEqual([SAYS]);
		expect(lines).toEqual([
			DAMAGED,
			JSON.stringify({ level: "error", source: "hub", message: SAYS, journal: "damaged" }),
			'{"level":"info","message":"delivery accepted"}',
			DAMAGED,
		]);
	});
});

describe("explainStart", () => {
	it("adds the fix when the journal is the cause", () => {
		expect(explainStart(new Error("internal error; reference = hh94e22gq9vgg01r297sh63r"))).toContain(
			"\nThe journal's storage failed without giving a reason. On this machine, hub.log names the reason",
		);
		expect(explainStart(new Error("no port is free"))).toBe("no port is free");
	});
});
