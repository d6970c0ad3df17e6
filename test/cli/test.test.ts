import { writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { test, testOnChange } from "../../cli/test.ts";
import { emptyFolder, write } from "./pipeline-folder.ts";
import { recordedOutput } from "./recorded-output.ts";

const ROOT = path.join(import.meta.dirname, "../..");
const PIPELINE = path.join(ROOT, "pipeline.yaml");

describe("test", () => {
	it("lists the rules that no case covers", async () => {
		const output = recordedOutput();
		const file = cases(`
- { name: a filter refuses, incident: { repository: octo/other }, expect: { filter: allowed-repository } }
- { name: clippy, incident: { failed_steps: [Run cargo clippy] }, expect: { rule: rust } }
- { name: nothing known, incident: {}, expect: { failure_type: general, rule: default } }
- { name: an event, event: workflow_job, payload: { action: completed, repository: { full_name: 5dlabs/cto }, workflow_job: { run_id: 1, conclusion: failure } }, expect: { incident: { kind: ci } } }`);
		expect(await test([file], { pipeline: PIPELINE, json: true }, output)).toBe(0);
		const { coverage } = JSON.parse(output.lines.join("\n")) as {
			coverage: { rules: number; unreached: { stage: string; rule: string }[] };
		};
		const unreached = coverage.unreached.map(({ stage, rule }) => `${stage} ${rule}`);
		expect(coverage.rules - unreached.length).toBe(5);
		for (const reached of ["filters allowed-repository", "classify general", "route rust", "route default"]) {
			expect(unreached).not.toContain(reached);
		}
		expect(unreached).not.toContain("events workflow_job");
		expect(unreached).toContain("events status");
		expect(unreached).toContain("filters skip-markers");
		expect(unreached).toContain("classify security_code_scanning#2");

		expect(await test([file], { pipeline: PIPELINE, coverage: true }, output)).toBe(0);
		expect(output.lines.at(-2)).toMatch(/^ {2}route: .*\bsecurity\b/);
	});

	it("runs again when an input file changes, and ends with the last run's code", async () => {
		const output = recordedOutput();
		const stop = new AbortController();
		const file = cases("- { name: one, incident: {}, expect: { agent: rex } }");
		const ended = testOnChange([file], { pipeline: PIPELINE }, output, stop.signal);
		await expect.poll(() => output.lines.at(-1), { timeout: 10_000 }).toBe("0 of 1 cases passed.");
		writeFileSync(file, "- { name: one, incident: {}, expect: { agent: atlas } }");
		await expect.poll(() => output.lines.at(-1), { timeout: 10_000 }).toBe("1 of 1 cases passed.");
		stop.abort();
		expect(await ended).toBe(0);
	});

	it("shows the differences", async () => {
		const output = recordedOutput();
		const file = cases(`
- name: rust goes to blaze
  incident: { workflow: { name: Controller CI } }
  expect: { agent: blaze, autonomy: observe, claims: { branch: nothing }, labels: { healer/agent: rex } }
- name: a star is an incident
  event: star
  payload: {}
  expect: { agent: rex }
- name: what nobody gathers is known
  context: { weather: { sky: clear } }
  expect: { agent: rex }`);
		expect(await test([file], { pipeline: PIPELINE }, output)).toBe(1);
		expect(output.lines).toEqual([
			`✗ rust goes to blaze  ${file}`,
			'    agent: expected "blaze", got "rex"',
			'    autonomy: expected "observe", got "act"',
			'    claims.branch: expected "nothing", got no value',
			`✗ a star is an incident  ${file}`,
			'    agent: expected "rex", got "ignored: unknown_event"',
			`✗ what nobody gathers is known  ${file}`,
			expect.stringMatching(/^ {4}context: the pipeline does not gather weather, only workflow, argocd, .*, commit$/),
			"0 of 3 cases passed.",
		]);
	});

	it("uses a case's context as gathered data, and null as absent", async () => {
		const output = recordedOutput();
		const file = cases(`
- name: Argo CD says that the application is out of sync
  incident: { conclusion: null }
  context: { argocd: { sync: OutOfSync, health: Healthy } }
  expect: { agent: bolt, rule: argocd, incident: { conclusion: null } }`);
		expect(await test([file], { pipeline: PIPELINE }, output)).toBe(0);
	});

	it.each([
		["a case that expects nothing", "- { name: x, incident: {}, expect: {} }", "expects nothing"],
		["a case without expect", "- { name: x, incident: {} }", "expect"],
		["an unknown field", "- { name: x, incidnet: {}, expect: { agent: rex } }", "incidnet"],
		[
			"an event without its payload",
			"- { name: x, event: star, expect: { agent: rex } }",
			"give event and payload together",
		],
		[
			"a payload file that is not there",
			"- { name: x, event: star, payload: no.json, expect: { agent: rex } }",
			"no.json",
		],
		["a file that is not a list", "name: x", "is not a list of cases"],
		["a file that is not YAML", "- { name: x", "cases.yaml:"],
	])("refuses %s", async (_what, text, said) => {
		const output = recordedOutput();
		expect(await test([cases(text)], { pipeline: PIPELINE }, output)).toBe(2);
		expect(output.problems.join("\n")).toContain(said);
	});

	it("reads payload and log files next to the cases", async () => {
		const folder = emptyFolder();
		write(
			folder,
			"payload.json",
			'{"action":"completed","repository":{"full_name":"5dlabs/cto"},"workflow_job":{"run_id":7,"conclusion":"failure"}}',
		);
		write(folder, "job.log", "error[E0308]: mismatched types\n##[error]Process completed with exit code 101.\n");
		const text = "- { name: x, event: workflow_job, payload: payload.json, log_file: job.log, expect: { agent: rex } }";
		const output = recordedOutput();
		expect(await test([write(folder, "cases.yaml", text)], { pipeline: PIPELINE }, output)).toBe(0);
	});
});

function cases(text: string): string {
	return write(emptyFolder(), "cases.yaml", text);
}
