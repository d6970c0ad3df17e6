import { describe, expect, it } from "vitest";
import { exportJournal } from "../../cli/export.ts";
import { emptyFolder } from "./pipeline-folder.ts";
import { recordedOutput } from "./recorded-output.ts";
import { stubWorker } from "./stub-worker.ts";

/** A worker with these pages, by cursor; `null` is a failure. */
async function workerWith(
	pages: Readonly<Record<string, object | null>>,
): Promise<{ readonly url: string; readonly asked: readonly string[] }> {
	return await stubWorker((query) => {
		const found = pages[query.get("cursor") ?? ""];
		if (found === null) return { status: 500, body: { error: "internal error" } };
		return found === undefined ? { status: 400, body: { error: "no such cursor" } } : { body: found };
	});
}

const ENV = { HEALER_STATE_DIR: emptyFolder() };

describe("exportJournal", () => {
	it("writes one line per incident, page by page, and the cursor for newer ones", async () => {
		const { url, asked } = await workerWith({
			"": { journal: [{ id: "a", reason: "two\nlines" }, { id: "b" }], last: "2.b", more: true },
			"2.b": { journal: [{ id: "c" }], last: "3.c", more: false },
		});
		const output = recordedOutput();
		expect(await exportJournal({ url, since: "30d" }, ENV, output)).toBe(0);
		expect(output.lines).toEqual(['{"id":"a","reason":"two\\nlines"}', '{"id":"b"}', '{"id":"c"}']);
		expect(output.problems).toEqual(["2 incidents...", "3 incidents. To export newer ones later: --cursor 3.c"]);
		expect(asked).toEqual([
			"/api/export?with=journal&limit=50&since=30d",
			"/api/export?with=journal&limit=50&since=30d&cursor=2.b",
		]);
	});

	it("prints the cursor to continue from when the worker fails halfway, and continues there", async () => {
		const first = { journal: [{ id: "a" }], last: "1.a", more: true };
		const { url } = await workerWith({ "": first, "1.a": null });
		const output = recordedOutput();
		expect(await exportJournal({ url }, ENV, output)).toBe(1);
		expect(output.problems.slice(1)).toEqual([
			`${url} answered 500: internal error.`,
			"Wrote 1 incidents. To continue: --cursor 1.a",
		]);
		const again = await workerWith({ "1.a": { journal: [{ id: "b" }], last: "2.b", more: false } });
		const rest = recordedOutput();
		expect(await exportJournal({ url: again.url, cursor: "1.a" }, ENV, rest)).toBe(0);
		expect(rest.lines).toEqual(['{"id":"b"}']);
	});

	it.each([
		["a cursor that is none", { cursor: "x" }, 2, "no such cursor"],
		["an unreachable worker", { url: "http://127.0.0.1:9" }, 1, "No answer from"],
	])("ends for %s", async (_, options, code, problem) => {
		const { url } = await workerWith({});
		const output = recordedOutput();
		expect(await exportJournal({ url, ...options }, ENV, output)).toBe(code);
		expect(output.problems.join("\n")).toContain(problem);
		expect(output.lines).toEqual([]);
	});
});
