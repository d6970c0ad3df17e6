import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { finishCodeRun, renderFinishing } from "../../../../relay/cluster/directory/finish-coderun.ts";
import { servedRelay } from "../../../support/relay-on-directory.ts";
import { spawnRequest } from "../../../support/spawn-request.ts";

const NAME = "healer-ci-rex-ed573f914714fbca";
const NOON = Date.UTC(2026, 10, 22, 12);

describe("finishCodeRun", () => {
	it("writes the phase and changes nothing else", async () => {
		const { state, spawn } = await servedRelay();
		await spawn(spawnRequest());
		const path = join(state, "coderuns", `${NAME}.yaml`);
		const before: unknown = parse(await readFile(path, "utf8"));
		expect(await finishCodeRun(state, NAME, "Succeeded", NOON)).toEqual({ ok: true });
		expect(parse(await readFile(path, "utf8"))).toEqual({
			...Object(before),
			status: { phase: "Succeeded", finishedAt: "2026-11-22T12:00:00.000Z" },
		});
	});

	it("explains an invalid name or phase", async () => {
		const { state, spawn } = await servedRelay();
		await spawn(spawnRequest());
		const saying = async (name: string, phase: string) =>
			renderFinishing(name, phase, await finishCodeRun(state, name, phase, NOON));
		expect(await saying("healer-ci-rex-0", "Failed")).toBe("no CodeRun named healer-ci-rex-0");
		expect(await saying("../claims/x", "Failed")).toBe("no CodeRun named ../claims/x");
		expect(await saying(NAME, "Running")).toBe(
			"Running is not a terminal phase of a CodeRun; use one of Succeeded, Failed, Completed, Error",
		);
		expect(await saying(NAME, "Failed")).toBe(`${NAME} is finished: Failed`);
		expect(await saying(NAME, "Succeeded")).toBe(`${NAME} has finished already: Failed`);
		await writeFile(join(state, "coderuns", `${NAME}.yaml`), "a: [");
		expect(await saying(NAME, "Failed")).toBe(`the file of ${NAME} is not valid YAML`);
	});
});
