import { cpSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { backtest } from "../../cli/backtest.ts";
import { loadGoodPipeline } from "../../cli/build-pipeline.ts";
import { emptyFolder, pipelineFolder, write } from "../cli/pipeline-folder.ts";
import { recordedOutput } from "../cli/recorded-output.ts";
import { stubWorker } from "../cli/stub-worker.ts";

const PIPELINE = path.join(import.meta.dirname, "../../pipeline.yaml");
const toBlaze = (text: string) => text.replace("name: rust, agent: rex", "name: rust, agent: blaze");
const DEFAULTS = { base: PIPELINE, limit: 1000 };

/** A worker that exports these pages in order. */
async function workerWith(pages: readonly object[], pipeline = PIPELINE): Promise<string> {
	const active = await loadGoodPipeline(pipeline);
	if (!active.ok) throw new Error(active.problem);
	const { url } = await stubWorker((query) => {
		if (query.get("with") === "pipeline") return { body: { artefact: active.value } };
		const at = Number(query.get("cursor") || 0);
		return { body: { searched: {}, next: at + 1 < pages.length ? String(at + 1) : null, ...pages[at] } };
	});
	return url;
}

function incident(id: string, changes: object = {}): object {
	return {
		id,
		status: "fixed",
		pipeline: "0123456789abcdef",
		searched_by: null,
		agent: "rex",
		failure_type: "rust_clippy",
		rule: "rust-failure",
		incident: {
			id,
			kind: "ci",
			event: "workflow_job",
			delivery_id: id,
			repository: "5dlabs/cto",
			failed_steps: ["Run cargo clippy"],
		},
		context: {},
		...changes,
	};
}

describe("backtest", () => {
	it("counts what a rerun fixed as no agent, and as no change", async () => {
		const times = { created_at: "2026-11-22T12:00:00.000Z", ended_at: "2026-11-22T12:05:00.000Z" };
		const run = { run_id: "1", run_attempt: 1, workflow: { name: "CI" }, failed_steps: ["Run npm ci"] };
		const failure = {
			...{ id: "r1", kind: "ci", event: "workflow_run", delivery_id: "r1", repository: "5dlabs/cto", ...run },
			evidence:
				"npm ERR! request to https://registry.npmjs.org/x failed, reason: getaddrinfo ENOTFOUND registry.npmjs.org",
		};
		const none = { agent: null, rule: null, failure_type: "network", fixed_by: "rerun" };
		const url = await workerWith([{ incidents: [incident("r1", { ...none, ...times, incident: failure })] }]);
		const output = recordedOutput();
		expect(await backtest([], { ...DEFAULTS, pipeline: PIPELINE, url }, {}, output)).toBe(0);
		expect(output.lines.map((line) => line.trim()).slice(0, 4)).toEqual([
			"1 replayed:",
			"1 are unchanged",
			"",
			"Agents woken: 0; 1 would be run again first, and passed when that was done",
		]);
	});

	it("shows which incidents of the journal another pipeline would decide differently, and their old outcomes", async () => {
		const url = await workerWith([
			{ incidents: [incident("a1"), incident("a2", { status: "failed" })] },
			{ incidents: [incident("a3", { agent: "blaze" }), incident("a4", { context: null })] },
		]);
		const output = recordedOutput();
		expect(await backtest([], { ...DEFAULTS, pipeline: pipelineFolder(toBlaze), url }, {}, output)).toBe(0);
		expect(output.lines.map((line) => line.trim())).toEqual([
			"where       old              new                changed by  old outcome",
			"a1  5dlabs/cto  rex rust_clippy  blaze rust_clippy  route.rust  fixed",
			"a2  5dlabs/cto  rex rust_clippy  blaze rust_clippy  route.rust  failed",
			"",
			"3 replayed:",
			"2 go to a different agent",
			"1 are unchanged, by a different rule",
			"1 skipped: their context was not stored",
			"",
			"old → new       old outcomes",
			"rex → blaze  2  1 fixed, 1 failed",
			"",
			expect.stringMatching(/^Changed in the policy since version [0-9a-f]{12}:$/),
			expect.stringMatching(/^route\.rust {2}changed {2}\S+pipeline\.yaml:140$/),
		]);
		expect(output.problems).toEqual(["2 incidents replayed..."]);
	});

	it("reports newly skipped and no longer skipped incidents in JSON, and by the exit code when asked", async () => {
		const skipped = incident("b1", { incident: { ...Object(incident("b1")).incident, repository: "octo/other" } });
		const kept = incident("b2", { agent: null, failure_type: null, rule: null, status: "cancelled" });
		const url = await workerWith([{ incidents: [skipped, kept] }]);
		const output = recordedOutput();
		const options = { ...DEFAULTS, pipeline: PIPELINE, url, json: true, failOnChange: true };
		expect(await backtest([], options, {}, output)).toBe(1);
		expect(JSON.parse(output.lines.join("\n"))).toMatchObject({
			changed: 2,
			not_kept: 0,
			compared: [
				{ id: "b1", difference: "skipped", after: { agent: null, rule: "allowed-repository" } },
				{ id: "b2", difference: "not skipped any more", after: { agent: "rex" } },
			],
		});
	});

	it("names the changed entry of a pack, and its file", async () => {
		const own = path.join(import.meta.dirname, "../cases/own-policy");
		const folder = path.join(emptyFolder(), "policy");
		cpSync(own, folder, { recursive: true });
		const pack = readFileSync(path.join(own, "our-tools.yaml"), "utf8");
		write(folder, "our-tools.yaml", pack.replace("field: go", "field: rust").replace("go_routes", "rust_routes"));
		const routes = {
			agent: "gopher",
			failure_type: "go_routes",
			rule: "owner",
			incident: { ...Object(incident("c1")).incident, repository: "acme/web", failed_steps: ["Run routelint ./..."] },
		};
		const url = await workerWith(
			[{ incidents: [incident("c1", routes), incident("c2", { ...routes, context: null })] }],
			path.join(own, "pipeline.yaml"),
		);
		const output = recordedOutput();
		await backtest([], { ...DEFAULTS, pipeline: path.join(folder, "pipeline.yaml"), url }, {}, output);
		expect(output.lines.map((line) => line.trim())).toEqual([
			"where     old               new                 changed by       old outcome",
			"c1  acme/web  gopher go_routes  ferris rust_routes  tools.routelint  fixed",
			"",
			"1 replayed:",
			"1 go to a different agent",
			"1 skipped: their context was not stored",
			"",
			"old → new           old outcomes",
			"gopher → ferris  1  1 fixed",
			"",
			expect.stringMatching(/^Changed in the policy since version [0-9a-f]{12}:$/),
			expect.stringMatching(/^tools\.routelint {2}changed {2}\S+our-tools\.yaml:3$/),
		]);
	});

	it("compares with the recorded decisions where the worker does not export its pipeline", async () => {
		const { url } = await stubWorker(() => ({ body: { incidents: [incident("d1")], searched: {}, next: null } }));
		const output = recordedOutput();
		expect(await backtest([], { ...DEFAULTS, pipeline: PIPELINE, url }, {}, output)).toBe(0);
		expect(output.lines.at(-1)).toContain("1 are unchanged");
		expect(output.problems).toEqual([
			`What changed in the policy is not known: ${url} does not export its pipeline. Is it an older version of Healer?`,
		]);
	});

	it("compares two pipelines on the cases of a file", async () => {
		const cases = write(
			emptyFolder(),
			"cases.jsonl",
			`${JSON.stringify({ id: "c1", failed_steps: ["Run cargo clippy"] })}\n\n${JSON.stringify({ id: "c2", workflow_name: "frontend-ci" })}\n`,
		);
		const output = recordedOutput();
		expect(await backtest([cases], { ...DEFAULTS, pipeline: pipelineFolder(toBlaze) }, {}, output)).toBe(0);
		expect(output.lines.join("\n")).toContain("rex rust_clippy  blaze rust_clippy");
		expect(output.lines.join("\n")).toContain("1 are unchanged");
	});

	it.each([
		[
			"a pipeline with an error",
			{ pipeline: pipelineFolder((text) => text.replace("agent: rex", "agent: rx")) },
			"There is no agent `rx`",
		],
		["no worker given", { pipeline: PIPELINE }, "No worker given"],
		["an unreachable worker", { pipeline: PIPELINE, url: "http://127.0.0.1:9" }, "No answer from"],
	])("ends with 2 for %s", async (_, options, problem) => {
		const output = recordedOutput();
		const env = { HEALER_STATE_DIR: emptyFolder() };
		expect(await backtest([], { ...DEFAULTS, ...options }, env, output)).toBe(2);
		expect(output.problems.join("\n")).toContain(problem);
	});
});
