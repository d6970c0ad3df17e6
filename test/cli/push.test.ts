import path from "node:path";
import { describe, expect, it } from "vitest";
import { loadGoodPipeline } from "../../cli/build-pipeline.ts";
import { pipelines } from "../../cli/pipelines.ts";
import { isActive } from "../../cli/push/push-artefact.ts";
import { type PushOptions, push } from "../../cli/push.ts";
import type { Artefact } from "../../pipeline/index.ts";
import { smallPolicy, write } from "./pipeline-folder.ts";
import { recordedOutput } from "./recorded-output.ts";
import { type StubWorker, stubWorker } from "./stub-worker.ts";

/** A policy that sends the job `clippy` to rex, and one that sends it to atlas. */
const byJob = (text: string) =>
	text
		.replace("when: $failure.category = 'rust'", "when: job = 'clippy'")
		.replace("escalate: [atlas, human]", "escalate: [rex, atlas, human]");
const toAtlas = (text: string) => byJob(text).replace("name: rust\n    agent: rex", "name: rust\n    agent: atlas");
const AUTHOR = { USER: "octocat", PATH: "/nowhere" };

/** A worker on which that policy is active, with these stored incidents. */
async function workerWithPolicy(incidents: readonly object[] = []): Promise<StubWorker> {
	const active = await loadGoodPipeline(smallPolicy(byJob));
	if (!active.ok) throw new Error(active.problem);
	return await stubWorker((query) => {
		if (query.get("with") === "pipeline") return { body: { artefact: active.value } };
		if (query.has("cursor")) return { body: { incidents, searched: {}, next: null } };
		return { body: { version: "0123456789abcdef", before: active.value.version } };
	});
}

function incident(id: string, job: string): object {
	const fields = {
		id,
		kind: "ci",
		event: "workflow_job",
		delivery_id: id,
		repository: "5dlabs/cto",
		job,
	};
	const recorded = { agent: "cipher", failure_type: "old", rule: "old", status: "fixed" };
	return { id, pipeline: "0", searched_by: null, context: {}, incident: fields, ...recorded };
}

function withCases(pipeline: string, agent: string): string {
	const text = `- name: clippy\n  incident: { job: clippy }\n  expect: { agent: ${agent} }\n`;
	write(path.dirname(pipeline), "test/cases/pipeline/own.yaml", text);
	return pipeline;
}

async function pushed(options: PushOptions, confirm?: (question: string) => Promise<boolean>) {
	const output = recordedOutput();
	const code = await push(options, AUTHOR, output, confirm);
	return { code, said: output.lines.join("\n"), problems: output.problems.join("\n") };
}

describe("whether a pipeline is active already", () => {
	const artefact = { version: "0123456789abcdef", source: "# a comment\n" } as Artefact;
	const active = { version: artefact.version, active: artefact.version };
	const told = { version: artefact.version, source: artefact.source };

	it.each([
		["it is", active, told, true],
		["its comments differ", active, { ...told, source: "\n" }, false],
		["another one is active", { ...active, active: "fedcba9876543210" }, told, false],
		["the worker was deployed with it", { ...active, active: "bundled" }, told, false],
		["the worker has not loaded it yet", { ...active, version: "fedcba9876543210" }, told, false],
		["the journal does not answer", { error: "the journal is away" }, { error: "the journal is away" }, false],
	])("%s", async (_, state, source, expected) => {
		const { url } = await stubWorker((query) => ({ body: query.get("with") === "source" ? source : state }));
		expect(await isActive({ url, token: undefined, right: "administer" }, artefact)).toBe(expected);
	});
});

describe("push", () => {
	it("shows the changed policy and the decisions it changes, then pushes with author and message", async () => {
		const { url, asked } = await workerWithPolicy([incident("a1", "clippy"), incident("a2", "eslint")]);
		const pipeline = withCases(smallPolicy(toAtlas), "atlas");
		const { code, said, problems } = await pushed({ pipeline, url, message: "Atlas takes Rust & more" });
		expect(code).toBe(0);
		expect(problems).toBe("1 of 1 cases passed.");
		expect(said).toContain(["--- pipeline.yaml (active)", "+++ pipeline.yaml (new)"].join("\n"));
		expect(said).toMatch(/^@@ -\d+,7 \+\d+,7 @@ /m);
		expect(said).toContain("-    agent: rex\n+    agent: atlas\n");
		expect(said).toContain("1 of the 2 newest stored incidents would be decided otherwise.\n");
		expect(said).toContain("  a1  5dlabs/cto / clippy: rex general → atlas general\n");
		expect(said).toContain("0123456789abcdef is active on");
		expect(asked.at(-1)).toBe("/api/pipeline?author=octocat&message=Atlas+takes+Rust+%26+more");
	});

	it("pushes nothing when a case fails, unless the cases are skipped", async () => {
		const { url, asked } = await workerWithPolicy();
		const pipeline = withCases(smallPolicy(toAtlas), "rex");
		const refused = await pushed({ pipeline, url });
		expect(refused.code).toBe(1);
		expect(refused.problems).toContain('agent: expected "rex", got "atlas"');
		expect(refused.problems).toContain("Not pushed: 1 case fails.");
		expect(asked).toEqual([]);
		expect((await pushed({ pipeline, url, skipCases: true })).code).toBe(0);
		expect(asked.at(-1)).toBe("/api/pipeline?author=octocat");
	});

	it("does all but the push in a dry run, also as JSON", async () => {
		const { url, asked } = await workerWithPolicy([incident("a1", "clippy")]);
		const pipeline = smallPolicy(toAtlas);
		const shown = await pushed({ pipeline, url, dryRun: true });
		expect(shown.code).toBe(0);
		expect(shown.said).toContain("is not pushed: this was a dry run.");
		expect(asked).toEqual(["/api/export?with=pipeline", "/api/export?limit=50&cursor="]);
		const { code, said } = await pushed({ pipeline, url, dryRun: true, json: true });
		expect(code).toBe(0);
		expect(JSON.parse(said)).toMatchObject({
			dry_run: true,
			diff: expect.arrayContaining(["-    agent: rex", "+    agent: atlas"]),
			tried: 1,
			changed: [{ id: "a1", before: { agent: "rex" }, after: { agent: "atlas" } }],
		});
		expect(asked.every((asking) => asking.startsWith("/api/export"))).toBe(true);
	});

	it("says that nothing changes", async () => {
		const { url } = await workerWithPolicy();
		expect((await pushed({ pipeline: smallPolicy(byJob), url, dryRun: true })).said).toContain("No change:");
	});

	it("asks before it activates where somebody can be asked", async () => {
		const { url, asked } = await workerWithPolicy();
		const pipeline = smallPolicy(toAtlas);
		const questions: string[] = [];
		const answer = (yes: boolean) => async (question: string) => {
			questions.push(question);
			return yes;
		};
		expect(await pushed({ pipeline, url }, answer(false))).toMatchObject({
			code: 1,
			problems: expect.stringContaining("Not pushed."),
		});
		expect(asked.at(-1)).not.toContain("/api/pipeline");
		expect((await pushed({ pipeline, url }, answer(true))).code).toBe(0);
		expect(questions[1]).toMatch(/^Activate [0-9a-f]{16} on http.* \[y\/N\] $/);
	});

	it("pushes to an older worker, which does not say what is active, but not in a dry run", async () => {
		const { url, asked } = await stubWorker((query) =>
			query.has("with")
				? { status: 400, body: { error: "with may be journal or audit" } }
				: { body: { version: "0123456789abcdef", before: "bundled" } },
		);
		const pipeline = smallPolicy(byJob);
		expect(await pushed({ pipeline, url, dryRun: true })).toMatchObject({ code: 1 });
		expect(await pushed({ pipeline, url })).toMatchObject({
			code: 0,
			problems: expect.stringContaining("What changes cannot be shown:"),
		});
		expect(asked.at(-1)).toBe("/api/pipeline?author=octocat");
	});
});

describe("pipelines", () => {
	it("lists the versions with who pushed them and why", async () => {
		const versions = [
			{
				version: "b".repeat(16),
				pushed_at: "2026-11-02T00:00:00.000Z",
				author: "Octo Cat",
				message: "Rust to rex",
				active: true,
			},
			{ version: "a".repeat(16), pushed_at: "2026-11-01T00:00:00.000Z", author: null, message: null, active: false },
		];
		const { url } = await stubWorker(() => ({ body: { version: "x", active: "b".repeat(16), versions } }));
		const output = recordedOutput();
		expect(await pipelines({ url }, {}, output)).toBe(0);
		expect(output.lines).toEqual([
			"        version           pushed                    by        message",
			"active  bbbbbbbbbbbbbbbb  2026-11-02T00:00:00.000Z  Octo Cat  Rust to rex",
			"        aaaaaaaaaaaaaaaa  2026-11-01T00:00:00.000Z",
		]);
	});
});
