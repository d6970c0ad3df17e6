import path from "node:path";
import { describe, expect, it } from "vitest";
import { explain } from "../../cli/explain.ts";
import { emptyFolder, write } from "./pipeline-folder.ts";
import { recordedOutput } from "./recorded-output.ts";

const PIPELINE = path.join(import.meta.dirname, "../../pipeline.yaml");

function payload(change: Record<string, unknown> = {}): string {
	return write(
		emptyFolder(),
		"payload.json",
		JSON.stringify({
			action: "completed",
			repository: { full_name: "5dlabs/cto" },
			workflow_job: {
				run_id: 4711,
				name: "build",
				workflow_name: "Nightly",
				conclusion: "failure",
				head_branch: "main",
				...change,
			},
		}),
	);
}

describe("explain", () => {
	it("shows every stage's verdict, with values and missing fields", async () => {
		const output = recordedOutput();
		const options = { event: "workflow_job", pipeline: PIPELINE, verbose: true };
		expect(await explain(payload(), options, output)).toBe(0);
		const text = output.lines.join("\n");
		for (const stage of [
			"events:",
			"filters:",
			"context:",
			"filters, again:",
			"classify:",
			"route:",
			"dedup:",
			"spawn:",
		]) {
			expect(text).toContain(`\n${stage}`);
		}
		expect(text).toContain("(5dlabs/cto|run|4711)");
		expect(text).toContain('workflow_job.conclusion is "failure"');
		expect(text).toContain("missing: commit_message");
		expect(output.lines[0]).toBe("atlas, by default: nothing says what failed.");
	});

	it("says whose failure it is, by a file with the check's history", async () => {
		const log = write(emptyFolder(), "job.log", "error[E0308]: mismatched types\n  --> src/clamp.rs:12:5");
		const results = [
			{ branch: "main", sha: "a1", result: "passed" },
			{ branch: "main", sha: "a2", author: "ada\u001b[2J", result: "same" },
		];
		const history = write(emptyFolder(), "history.yaml", JSON.stringify({ base: "main", results }));
		const output = recordedOutput();
		const options = { event: "workflow_job", pipeline: PIPELINE, log, history };
		expect(await explain(payload({ head_branch: "feature" }), options, output)).toBe(0);
		expect(output.lines.find((line) => line.startsWith("  whose"))).toBe(
			"  whose     The base branch breaks it, not this pull request: main fails for the same cause; first red commit a2 by ada\ufffd[2J",
		);
		const wrong = write(emptyFolder(), "history.yaml", "base: main");
		expect(await explain(payload(), { ...options, history: wrong }, output)).toBe(2);
		expect(output.problems.join()).toContain("results");
	});

	it("begins with one sentence, and folds each stage into a line", async () => {
		const log = write(
			emptyFolder(),
			"job.log",
			[
				"##[group]Run cargo clippy --all-targets",
				"cargo clippy --all-targets",
				"shell: /usr/bin/bash -e {0}",
				"##[endgroup]",
				"error: this function has too many arguments (9/7)",
				"   --> crates/controller/src/leases.rs:131:1",
				"    = help: for further information visit https://rust-lang.github.io/rust-clippy/master/index.html#too_many_arguments",
				"##[error]Process completed with exit code 101.",
			].join("\n"),
		);
		const output = recordedOutput();
		await explain(payload(), { event: "workflow_job", pipeline: PIPELINE, log }, output);
		expect(output.lines[0]).toBe(
			"rex, because the failing step `cargo clippy --all-targets` printed `error: this function has too many arguments (9/7)` (crates/controller/src/leases.rs:131).",
		);
		const stages = output.lines.slice(output.lines.findIndex((line) => line.startsWith("events:")));
		expect(stages.map((line) => line.split(":")[0])).toEqual([
			...[
				"events",
				"filters",
				"lifecycle",
				"context",
				"filters, again",
				"classify",
				"route",
				"rerun",
				"dedup",
				"spawn",
			],
		]);
	});

	it.each(["clippy-pedantic", "clippy-end"])(
		"shows a lint, not the summary below it, as the line that decided: %s",
		async (sample) => {
			const log = `packs/tools/samples/rust/${sample}.log`;
			const output = recordedOutput();
			await explain(payload(), { event: "workflow_job", pipeline: PIPELINE, log }, output);
			expect(output.lines[0]).toMatch(
				/^rex, because the failing step `cargo clippy --workspace` printed `error: casting /,
			);
		},
	);

	it("shows what a delivery reports about running remediations, as a running hub records it", async () => {
		const green = write(
			emptyFolder(),
			"payload.json",
			JSON.stringify({
				action: "completed",
				repository: { full_name: "5dlabs/cto" },
				workflow_run: { id: 4712, name: "Nightly", conclusion: "success", head_branch: "main", run_attempt: 1 },
			}),
		);
		const output = recordedOutput();
		expect(await explain(green, { event: "workflow_run", pipeline: PIPELINE }, output)).toBe(0);
		const text = output.lines.join("\n");
		expect(text).toContain("\nlifecycle: run_green reports success");
		expect(output.lines[0]).toBe(
			"IGNORED: workflow_run reports success: recorded for the remediations of its branch, pull request or alert.",
		);
	});

	it("lists the known events for an unknown one", async () => {
		const output = recordedOutput();
		expect(await explain(payload(), { event: "workflow_jobs", pipeline: PIPELINE }, output)).toBe(0);
		expect(output.lines[0]).toContain("IGNORED: ");
		expect(output.problems.join("\n")).toMatch(
			/^The pipeline listens to base_conflict, check_run, .* Did you mean `workflow_job`\?$/,
		);
	});

	it("takes the log and the changed files into account", async () => {
		const log = write(
			emptyFolder(),
			"job.log",
			"error[E0308]: mismatched types\n##[error]Process completed with exit code 101.\n",
		);
		const options = { event: "workflow_job", pipeline: PIPELINE, log, files: ["src/main.rs"], json: true };
		const output = recordedOutput();
		expect(await explain(payload(), options, output)).toBe(0);
		const { decision } = JSON.parse(output.lines.join("\n"));
		expect(decision).toMatchObject({ agent: "rex", failure_type: "rust_build" });
	});

	it("shows why a delivery is ignored", async () => {
		const output = recordedOutput();
		expect(
			await explain(payload({ conclusion: "success" }), { event: "workflow_job", pipeline: PIPELINE }, output),
		).toBe(0);
		expect(output.lines[0]).toMatch(/^IGNORED: .*workflow_job/);
	});

	it("lets no payload control the terminal", async () => {
		const output = recordedOutput();
		await explain(
			payload({ head_branch: "a\u001b[2Jb\u009b31m\u202ec", name: "x\r\ny" }),
			{ event: "workflow_job", pipeline: PIPELINE },
			output,
		);
		for (const line of output.lines) expect(line).not.toMatch(/[\p{Cc}\u202e]/u);
	});

	it.each([
		["a missing file", "/nowhere/payload.json", "no such file"],
		["text that is not JSON", write(emptyFolder(), "payload.json", "{"), "is not JSON"],
	])("ends with 2 for %s", async (_what, file, said) => {
		const output = recordedOutput();
		expect(await explain(file, { event: "workflow_job", pipeline: PIPELINE }, output)).toBe(2);
		expect(output.problems.join("\n")).toContain(said);
	});
});
