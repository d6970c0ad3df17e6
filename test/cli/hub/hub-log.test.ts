import { mkdirSync, readFileSync, rmdirSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { openHubLog, runtimeLine } from "../../../cli/hub/hub-log.ts";
import { emptyFolder } from "../pipeline-folder.ts";

const logFile = () => path.join(emptyFolder(), "hub.log");

describe("openHubLog", () => {
	it("writes every line in order, readable by its owner only, and passes it on", async () => {
		const [file, also] = [logFile(), [] as string[]];
		const log = openHubLog(file, (line) => also.push(line));
		for (const line of ["one", "two", "three"]) log.write(line);
		await log.flush();
		log.write("four");
		await log.flush();
		expect(readFileSync(file, "utf8")).toBe("one\ntwo\nthree\nfour\n");
		expect(also).toEqual(["one", "two", "three", "four"]);
		expect(statSync(file).mode & 0o777).toBe(0o600);
	});

	it("starts a new file after 16 MB, and keeps one old file", async () => {
		const file = logFile();
		writeFileSync(file, "x".repeat(16 * 1024 * 1024 + 1));
		const log = openHubLog(file);
		log.write("new");
		await log.flush();
		expect(readFileSync(file, "utf8")).toBe("new\n");
		expect(statSync(`${file}.1`).size).toBe(16 * 1024 * 1024 + 1);
	});

	it("continues when nothing can be written, and reports how many lines are missing once it can", async () => {
		const file = logFile();
		// A folder in place of the file stops root, too.
		mkdirSync(file);
		const log = openHubLog(file);
		for (const line of ["one", "two"]) log.write(line);
		await log.flush();
		rmdirSync(file);
		log.write("three");
		await log.flush();
		const [first, gap, third] = readFileSync(file, "utf8").split("\n");
		expect([first, third]).toEqual(["", "three"]);
		expect(JSON.parse(String(gap))).toMatchObject({
			time: expect.stringMatching(/^20\d\d-\d\d-\d\dT.*Z$/),
			level: "warn",
			source: "hub",
			message: expect.stringMatching(/^2 lines are missing here: EISDIR/),
		});
	});

	it("buffers at most 4 MB for a slow disk", async () => {
		const file = logFile();
		const log = openHubLog(file);
		const megabyte = "x".repeat(1024 * 1024 - 1);
		// The first write is in progress; nothing more happens until this loop has ended.
		for (let line = 0; line < 10; line++) log.write(megabyte);
		await log.flush();
		log.write("end");
		await log.flush();
		const lines = readFileSync(file, "utf8").split("\n");
		expect(lines.filter((line) => line === megabyte)).toHaveLength(4);
		expect(lines.filter((line) => line.includes("6 lines are missing here"))).toHaveLength(1);
		expect(lines.at(-2)).toBe("end");
	});
});

describe("runtimeLine", () => {
	it("leaves the worker's lines as they are", () => {
		const line = '{"time":"2026-11-22T12:00:00.000Z","level":"info","message":"delivery accepted","delivery_id":"d"}';
		expect(runtimeLine("log", line)).toBe(line);
	});

	it.each([
		"uncaught exception; source = Uncaught (in promise)",
		"{}",
		"{ not: JSON }",
		'{"message":"x"}',
		'{"time":"t"}\n{}',
	])("puts workerd's own line into the schema: %s", (message) => {
		expect(JSON.parse(runtimeLine("error", message))).toEqual({
			time: expect.stringMatching(/^2\d{3}-\d\d-\d\dT[\d:.]+Z$/),
			level: "error",
			message,
			source: "workerd",
		});
	});
});
