import { describe, expect, it } from "vitest";
import { jsonLog } from "../../relay/log.ts";

const NOW = () => Date.parse("2026-11-22T12:00:00.000Z");

describe("jsonLog", () => {
	it("writes time, level and message first, one object a line", () => {
		const lines: string[] = [];
		const log = jsonLog((line) => lines.push(line), NOW);
		log({ level: "info", coderun_name: "healer-1", message: "outcome posted" });
		expect(lines).toEqual([
			'{"time":"2026-11-22T12:00:00.000Z","level":"info","message":"outcome posted","coderun_name":"healer-1"}\n',
		]);
	});

	it("gives message and stack of an error, and of anything else that was thrown only its type", () => {
		const lines: string[] = [];
		const log = jsonLog((line) => lines.push(line), NOW);
		log({ level: "error", message: "request failed", cause: new TypeError("no such lease") });
		log({ level: "error", message: "request failed", cause: { secret: "s3cret" } });
		const [thrown, other] = lines.map((line) => JSON.parse(line));
		expect(thrown).toMatchObject({ cause: "no such lease", stack: expect.stringMatching(/^at .*log\.test\.ts/) });
		expect(other).toEqual({
			time: "2026-11-22T12:00:00.000Z",
			level: "error",
			message: "request failed",
			cause: "object",
		});
	});
});
