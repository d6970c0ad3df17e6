import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { build } from "../../cli/build.ts";
import { check } from "../../cli/check.ts";
import { emptyFolder, smallPolicy, write } from "./pipeline-folder.ts";
import { recordedOutput } from "./recorded-output.ts";

describe("check", () => {
	it("accepts a good pipeline", async () => {
		const output = recordedOutput();
		expect(await check(smallPolicy(), {}, output)).toBe(0);
		expect(output.lines[0]).toMatch(/is valid: version [0-9a-f]{12}\.$/);
	});

	it("shows all errors at once, with their locations", async () => {
		const file = smallPolicy((text) => text.replace("agent: rex", "agent: nobody").replace("ttl: 10m", "ttl: soon"));
		const output = recordedOutput();
		expect(await check(file, {}, output)).toBe(1);
		const said = output.problems.join("\n");
		expect(said).toContain("2 errors.");
		expect(said).toMatch(new RegExp(`${file}:\\d+:\\d+ .*nobody`));
		expect(said).toContain("allowed: rex, atlas");
	});

	/** Two variables that nothing reads. */
	const doubtful = (text: string) => text.replace("settings:\n", "settings:\n  vars:\n    unread: 1\n    unused: 2\n");

	it("shows warnings with a count of their own, and ends with 0", async () => {
		const output = recordedOutput();
		expect(await check(smallPolicy(doubtful), {}, output)).toBe(0);
		const said = output.problems.join("\n");
		expect(said).toMatch(/pipeline\.yaml:\d+:5 {2}warning: .*unread/);
		expect(said).toContain("2 warnings.\n");
		expect(output.lines[0]).toContain("is valid: version");
	});

	it("ends with 1 for a warning when it is strict, and JSON says which is which", async () => {
		const output = recordedOutput();
		expect(await check(smallPolicy(doubtful), { strict: true, json: true }, output)).toBe(1);
		expect(JSON.parse(output.lines.join("\n"))).toMatchObject({
			ok: false,
			version: expect.stringMatching(/^[0-9a-f]{16}$/),
			diagnostics: [
				{ severity: "warning", text: "unread" },
				{ severity: "warning", text: "unused" },
			],
		});
		expect(await check(smallPolicy(), { strict: true }, recordedOutput())).toBe(0);
	});

	it("names the file as the user did", async () => {
		const folder = path.dirname(smallPolicy());
		write(folder, "other.yaml", `${readFileSync(path.join(folder, "pipeline.yaml"), "utf8")}\nnonsense: 1\n`);
		const given = path.relative(process.cwd(), path.join(folder, "other.yaml"));
		const [rendered, json] = [recordedOutput(), recordedOutput()];
		expect(await check(given, {}, rendered)).toBe(1);
		expect(rendered.problems.join("\n")).toContain(`${given}:`);
		expect(rendered.problems.join("\n")).not.toContain("pipeline.yaml:");
		expect(await check(given, { json: true }, json)).toBe(1);
		expect(JSON.parse(json.lines.join("\n"))).toMatchObject({ diagnostics: [{ file: given, text: "nonsense" }] });
	});

	it("prints errors as JSON", async () => {
		const output = recordedOutput();
		expect(
			await check(
				smallPolicy((text) => `${text}\nnonsense: 1\n`),
				{ json: true },
				output,
			),
		).toBe(1);
		expect(JSON.parse(output.lines.join("\n"))).toMatchObject({
			ok: false,
			diagnostics: [{ severity: "error", line: expect.any(Number), column: 1, text: "nonsense" }],
		});
	});

	it("names the file of an invalid template", async () => {
		const file = smallPolicy();
		write(path.dirname(file), "prompts/rust-fix.mustache", "{{#open}}");
		const output = recordedOutput();
		expect(await check(file, {}, output)).toBe(1);
		expect(output.problems.join("\n")).toContain(path.join(path.dirname(file), "prompts/rust-fix.mustache:1:"));
	});

	it("ends with 2 when there is no such file", async () => {
		const output = recordedOutput();
		expect(await check("/nowhere/pipeline.yaml", {}, output)).toBe(2);
		expect(output.problems).toEqual(["Cannot read /nowhere/pipeline.yaml: no such file."]);
	});
});

describe("build", () => {
	it("writes the artefact, the same for the same files", async () => {
		const pipeline = smallPolicy();
		const out = path.join(emptyFolder(), "dist/pipeline.json");
		expect(await build({ pipeline, out }, recordedOutput())).toBe(0);
		const first = readFileSync(out, "utf8");
		expect(await build({ pipeline, out }, recordedOutput())).toBe(0);
		expect(readFileSync(out, "utf8")).toBe(first);
		expect(JSON.parse(first)).toMatchObject({ version: expect.stringMatching(/^[0-9a-f]+$/), agents: { rex: {} } });
	});

	it("writes nothing for an invalid pipeline", async () => {
		const out = path.join(emptyFolder(), "pipeline.json");
		expect(await build({ pipeline: smallPolicy((text) => `${text}\nx: 1\n`), out }, recordedOutput())).toBe(1);
		expect(() => readFileSync(out)).toThrow();
	});
});
