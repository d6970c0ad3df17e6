import { describe, expect, it } from "vitest";
import { readLogText } from "../../../pipeline/log/log-reader.ts";
import { compileLogSearch } from "../../../pipeline/log/log-search.ts";
import { rereadLog } from "../../../pipeline/log/reread-log.ts";

const search = (...texts: readonly string[]) =>
	compileLogSearch(texts.map((text) => ({ pattern: { kind: "text", text }, literals: [text] })));

const OLD = search("clippy::", "warning:");
const WHOLE = "Compiling x\nwarning: unused\n##[error]clippy::needless_collect\nerror: 1 problem\n";
const LONG = `${"a line of no importance, such as there are many\n".repeat(3)}early mention\n${Array.from({ length: 3000 }, (_, n) => `Compiling crate ${n}\n`).join("")}##[error]late problem\n`;

describe("rereadLog", () => {
	it("gives another pipeline the old patterns' results, including negative ones", () => {
		const reread = rereadLog(search("clippy::", "CVE-"), readLogText(OLD, WHOLE), OLD.keys);
		expect(reread.patterns).toMatchObject({ "clippy::": { count: 1, errors: 1, first: 3, last: 3 } });
		expect(Object.keys(reread.patterns)).toEqual(["clippy::"]);
		expect(reread.gave_up).toEqual([]);
	});

	it("searches new patterns in an excerpt that is the whole log, where absence is certain", () => {
		const reread = rereadLog(search("1 problem", "CVE-"), readLogText(OLD, WHOLE), OLD.keys);
		expect(Object.keys(reread.patterns)).toEqual(["1 problem"]);
		expect(reread.gave_up).toEqual([]);
	});

	it("leaves new patterns unknown that the excerpt of a longer log does not show", () => {
		const reread = rereadLog(search("late problem", "crate 17", "warning:"), readLogText(OLD, LONG), OLD.keys);
		expect(Object.keys(reread.patterns)).toEqual(["late problem"]);
		expect(reread.gave_up).toEqual(["crate 17"]);
	});
});
