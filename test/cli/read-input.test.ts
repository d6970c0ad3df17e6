import { execFileSync, spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { createServer } from "node:net";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { backtest } from "../../cli/backtest.ts";
import { loadGoodPipeline } from "../../cli/build-pipeline.ts";
import { readCaseFile } from "../../cli/cases/case-file.ts";
import { readText } from "../../cli/read-input.ts";
import { readLogFile } from "../../cli/read-log-file.ts";
import { loadPipeline } from "../../pipeline/index.ts";
import { emptyFolder, smallPolicy } from "./pipeline-folder.ts";
import { recordedOutput } from "./recorded-output.ts";

function namedPipe(): string {
	const file = path.join(emptyFolder(), "pipe");
	execFileSync("mkfifo", [file]);
	return file;
}

describe("readText", () => {
	it("reads a file", async () => {
		const file = path.join(emptyFolder(), "text");
		writeFileSync(file, "wörds\n");
		expect(await readText(file)).toEqual({ ok: true, value: "wörds\n" });
	});

	it("names anything that is not a file", async () => {
		const [folder, pipe, socket] = [emptyFolder(), namedPipe(), path.join(emptyFolder(), "socket")];
		const server = createServer();
		await new Promise<void>((resolve) => server.listen(socket, resolve));
		const problems = [folder, pipe, socket, "/dev/zero"].map(async (file) => [file, await readText(file)]);
		expect(Object.fromEntries(await Promise.all(problems))).toEqual({
			[folder]: { ok: false, problem: `Cannot read ${folder}: it is a folder.` },
			[pipe]: { ok: false, problem: `Cannot read ${pipe}: it is a named pipe (FIFO).` },
			[socket]: { ok: false, problem: `Cannot read ${socket}: it is a socket.` },
			"/dev/zero": { ok: false, problem: "Cannot read /dev/zero: it is a device." },
		});
		server.close();
	});

	it("reads what a shell pipes in, by its path", () => {
		const script = `import { readText } from ${JSON.stringify(path.join(import.meta.dirname, "../../cli/read-input.ts"))};
			console.log(JSON.stringify(await readText("/dev/stdin")));`;
		const command = `printf piped | "${process.execPath}" --input-type=module -e "$SCRIPT"`;
		const { stdout } = spawnSync("sh", ["-c", command], { encoding: "utf8", env: { ...process.env, SCRIPT: script } });
		expect(JSON.parse(stdout)).toEqual({ ok: true, value: "piped" });
	});
});

describe("a named pipe where a command takes a file", () => {
	const problem = (pipe: string) => `Cannot read ${pipe}: it is a named pipe (FIFO).`;

	it("is refused as a log", async () => {
		const artefact = await loadGoodPipeline(smallPolicy());
		if (!artefact.ok) throw new Error(artefact.problem);
		const pipe = namedPipe();
		expect(await readLogFile(loadPipeline(artefact.value), pipe)).toEqual({ ok: false, problem: problem(pipe) });
	});

	it("is refused as cases, and as a log or payload that a case names", async () => {
		const pipe = namedPipe();
		expect(await readCaseFile(pipe)).toEqual({ ok: false, problem: problem(pipe) });
		const cases = path.join(path.dirname(pipe), "cases.yaml");
		writeFileSync(cases, "[{ name: one, incident: {}, log_file: pipe, expect: { agent: rex } }]");
		expect(await readCaseFile(cases)).toEqual({ ok: false, problem: `${cases}, "one": ${problem(pipe)}` });
		writeFileSync(cases, "[{ name: one, event: push, payload: pipe, expect: { agent: rex } }]");
		expect(await readCaseFile(cases)).toEqual({ ok: false, problem: `${cases}, "one": ${problem(pipe)}` });
	});

	it("is refused as cases to backtest", async () => {
		const pipe = namedPipe();
		const [output, pipeline] = [recordedOutput(), smallPolicy()];
		await backtest([pipe], { pipeline, base: pipeline, limit: 1 }, {}, output);
		expect(output.problems).toEqual([problem(pipe)]);
	});
});
