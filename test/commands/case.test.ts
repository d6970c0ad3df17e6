import { readFileSync } from "node:fs";
import path from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { verdictOf } from "../../cli/backtest/verdict.ts";
import { loadGoodPipeline } from "../../cli/build-pipeline.ts";
import { type CaseOptions, writeCase } from "../../cli/case.ts";
import { caseContext } from "../../cli/cases/case-context.ts";
import { readCaseFile } from "../../cli/cases/case-file.ts";
import { incidentOfCase } from "../../cli/cases/incident-of-case.ts";
import { test as testCases } from "../../cli/test.ts";
import {
	type Artefact,
	type Context,
	decide,
	type Incident,
	loadPipeline,
	type Pipeline,
	readLogText,
} from "../../pipeline/index.ts";
import { emptyFolder, write } from "../cli/pipeline-folder.ts";
import { recordedOutput } from "../cli/recorded-output.ts";
import { stubWorker } from "../cli/stub-worker.ts";

const PIPELINE = path.join(import.meta.dirname, "../../pipeline.yaml");
const CASES = path.join(import.meta.dirname, "../cases/pipeline");

let artefact: Artefact;
let pipeline: Pipeline;
beforeAll(async () => {
	const loaded = await loadGoodPipeline(PIPELINE);
	if (!loaded.ok) throw new Error(loaded.problem);
	artefact = loaded.value;
	pipeline = loadPipeline(artefact);
}, 60_000);

interface Stored {
	readonly id: string;
	readonly incident: Incident;
	readonly context: Context | null;
}

function numbered(n: number): string {
	return n.toString(16).padStart(32, "0");
}

/** An incident as the journal has it, decided by the shipped pipeline. */
async function stored(
	n: number,
	fields: Partial<Incident>,
	given: { log?: string; files?: string[]; data?: object } = {},
) {
	const id = numbered(n);
	const incident = { ...incidentOfCase(artefact, {}), installation_id: 7, ...fields, id, delivery_id: id } as Incident;
	const log = given.log === undefined ? undefined : readLogText(pipeline.logSearch, given.log);
	const context = caseContext(artefact, { log, changed_files: given.files }, { ...given.data });
	const { agent, failure_type, rule } = verdictOf(await decide(pipeline, { incident, context, attempt: 1 }));
	return {
		id,
		status: "fixed",
		pipeline: artefact.version,
		searched_by: artefact.version,
		agent,
		failure_type,
		rule,
		incident,
		context,
	};
}

async function workerWith(incidents: readonly Stored[]): Promise<string> {
	const searched = { [artefact.version]: pipeline.logSearch.keys };
	const { url } = await stubWorker((query) => ({
		body: { incidents: incidents.filter(({ id }) => id === query.get("incident")), searched, next: null },
	}));
	return url;
}

async function written(url: string, incident: string, options: Partial<CaseOptions> = {}) {
	const output = recordedOutput();
	const code = await writeCase(incident, { pipeline: PIPELINE, url, ...options }, {}, output);
	return { code, text: output.lines.join("\n"), problems: output.problems.join("\n") };
}

describe("writeCase", () => {
	it("prints what was known and what was decided", async () => {
		const incident = await stored(
			1,
			{ branch: "fix/a", job: "lint", failed_steps: ["Run cargo clippy"], head_sha: "abc" },
			{
				log: "error: this could be a const fn\n  = help: https://rust-lang.github.io/rust-clippy/master\n",
				files: ["src/lib.rs"],
			},
		);
		const { code, text, problems } = await written(await workerWith([incident]), incident.id);
		expect([code, problems]).toEqual([0, ""]);
		expect(parse(text)).toEqual([
			{
				name: "5dlabs/cto / lint: rust_clippy (00000000)",
				incident: {
					kind: "ci",
					event: "workflow_job",
					repository: "5dlabs/cto",
					branch: "fix/a",
					job: "lint",
					failed_steps: ["Run cargo clippy"],
					head_sha: "abc",
					conclusion: "failure",
				},
				log: "error: this could be a const fn\n  = help: https://rust-lang.github.io/rust-clippy/master",
				changed_files: ["src/lib.rs"],
				settings: { repositories: ["5dlabs/cto"] },
				expect: { agent: "rex", failure_type: "rust_clippy" },
			},
		]);
		expect(text).toContain("log: |-\n    error: this could be");
	});

	it("writes cases that pass, for incidents of many kinds", async () => {
		const given: Awaited<ReturnType<typeof stored>>[] = [];
		for (const name of ["routing-evidence", "tools/rust", "tools/security", "tools/infrastructure"]) {
			const cases = await readCaseFile(path.join(CASES, `${name}.yaml`));
			if (!cases.ok) throw new Error(cases.problem);
			const ownSettings = cases.value.filter(({ event, settings }) => event === undefined && settings === undefined);
			for (const one of [...ownSettings.slice(0, 1), ...ownSettings.slice(-1)]) {
				const { log, changed_files: files, context: data, incident } = one;
				given.push(
					await stored(given.length + 1, incident as Partial<Incident>, {
						...(log && { log }),
						...(files && { files }),
						...(data && { data }),
					}),
				);
			}
		}
		const url = await workerWith(given);
		const out = path.join(emptyFolder(), "cases.yaml");
		for (const { id } of given) expect(await written(url, id, { out })).toMatchObject({ code: 0, problems: "" });
		const output = recordedOutput();
		expect(await testCases([out], { pipeline: PIPELINE }, output)).toBe(0);
		expect(output.lines.at(-1)).toBe("8 of 8 cases passed.");
	});

	it("keeps data of other sources where the decision rests on it", async () => {
		const lines = Array.from({ length: 4000 }, (_, n) => `line ${n} of a long build`);
		const incident = await stored(
			1,
			{ kind: "change", event: "pull_request", branch: "fix/a" },
			{
				log: lines.join("\n"),
				data: { pull_request: { mergeable_state: "dirty" } },
			},
		);
		const { text, problems } = await written(await workerWith([incident]), incident.id);
		expect(problems).toBe("");
		expect(parse(text)[0].context).toEqual({ pull_request: { mergeable_state: "dirty" } });
	});

	it("expects the filter that refused it", async () => {
		const incident = await stored(1, { branch: "main", commit_message: "Try it [skip-healer]" });
		const { text } = await written(await workerWith([incident]), `https://healer.example/incidents/${incident.id}`);
		expect(parse(text)[0].expect).toEqual({ filter: "skip-markers" });
	});

	it("expects what would have been right, and says that it fails until then", async () => {
		const incident = await stored(1, { failed_steps: ["Run cargo clippy"] });
		const { code, text, problems } = await written(await workerWith([incident]), incident.id, { agent: "bolt" });
		expect(code).toBe(0);
		expect(parse(text)[0].expect).toEqual({ agent: "bolt" });
		expect(problems).toContain('agent: expected "bolt", got "rex"');
	});

	it("adds to a file below what is there, and to nothing that is no list", async () => {
		const incident = await stored(1, { failed_steps: ["Run cargo clippy"] });
		const url = await workerWith([incident]);
		const out = write(emptyFolder(), "own.yaml", "# ours\n- name: a\n  expect: { agent: rex }\n");
		expect(await written(url, incident.id, { out })).toMatchObject({
			code: 0,
			text: `Added "5dlabs/cto: rust_clippy (00000000)" to ${out}.`,
		});
		expect(readFileSync(out, "utf8")).toMatch(/^# ours\n- name: a\n {2}expect: \{ agent: rex \}\n\n- name: /);
		const other = write(emptyFolder(), "pipeline.yaml", "version: 1\n");
		expect(await written(url, incident.id, { out: other })).toMatchObject({ code: 2 });
		expect(readFileSync(other, "utf8")).toBe("version: 1\n");
	});

	it("fails for an incident that is not there, or whose context is gone", async () => {
		const url = await workerWith([{ ...(await stored(1, {})), context: null }]);
		expect(await written(url, numbered(2))).toMatchObject({
			code: 1,
			problems: `${url} has no decided incident ${numbered(2)}.`,
		});
		expect((await written(url, numbered(1))).problems).toContain("was not stored, or was pruned");
	});
});
