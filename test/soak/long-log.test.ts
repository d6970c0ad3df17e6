import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, it } from "vitest";
import { createLogReader } from "../../pipeline/log/log-reader.ts";
import { compileLogSearch } from "../../pipeline/log/log-search.ts";
import { regex, text } from "../pipeline/log/github-log.ts";

const MB = 1_000_000;

it("reading a log keeps no more memory for 100 MB than for 1 MB", () => {
	setFlagsFromString("--expose-gc");
	const gc: () => void = runInNewContext("gc");
	const used = () => {
		gc();
		return process.memoryUsage().heapUsed;
	};
	const reader = createLogReader(compileLogSearch([text("error"), regex("warning \\d+", "i", "warning ")]));
	const write = (from: number, to: number) => {
		for (let n = from; n < to; n++) {
			// A separate text each time, as a decoder returns it.
			reader.write(
				Buffer.from(`##[error]broken ${n}\nwarning ${n}\n${`${"x".repeat(90)} ${n}\n`.repeat(640)}`).toString(),
			);
		}
	};
	write(0, 16);
	const after1 = used();
	write(16, 1600);
	const after100 = used();
	expect(after100 - after1).toBeLessThan(1024 * 1024);
	expect(reader.end().bytes).toBeGreaterThan(90 * MB);
});
