import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { finish } from "../../cli/finish.ts";
import { emptyFolder } from "./pipeline-folder.ts";
import { recordedOutput } from "./recorded-output.ts";

const NAME = "healer-ci-rex-0123456789abcdef";

describe("finish", () => {
	it.each([NAME, `${NAME}.yaml`])("takes %s, and ends the CodeRun", async (written) => {
		const state = emptyFolder();
		mkdirSync(path.join(state, "coderuns"));
		const file = path.join(state, "coderuns", `${NAME}.yaml`);
		writeFileSync(file, `metadata:\n  name: ${NAME}\n`);
		const output = recordedOutput();
		expect(await finish(written, { phase: "Succeeded" }, { HEALER_STATE_DIR: state }, output)).toBe(0);
		expect(output.lines).toEqual([`${NAME} is finished: Succeeded.`]);
		expect(readFileSync(file, "utf8")).toContain("phase: Succeeded");
	});

	it("names the folder where a CodeRun was not found", async () => {
		const state = emptyFolder();
		const output = recordedOutput();
		expect(await finish(NAME, { phase: "Failed" }, { HEALER_STATE_DIR: state }, output)).toBe(1);
		expect(output.problems).toEqual([`no CodeRun named ${NAME} in ${path.join(state, "coderuns")}.`]);
	});
});
