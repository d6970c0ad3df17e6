import { describe, expect, it } from "vitest";
import { type Context, decide, type Incident, type LogReading, loadPipeline } from "../../../pipeline/index.ts";
import { smallArtefact } from "./small-artefact.ts";

const pipeline = loadPipeline(smallArtefact);

const incident: Incident = {
	id: "0123456789abcdef0123456789abcdef",
	kind: "ci",
	event: "failed_job",
	delivery_id: "d-1",
	repository: "5DLabs/cto",
	branch: "feat/a",
	run_id: "7",
	run_attempt: 2,
};

const reading: LogReading = {
	lines: 1,
	bytes: 10,
	patterns: { "clippy::": { count: 1, errors: 1, first: 1, last: 1 } },
	gave_up: [],
	excerpt: "error: clippy::all",
};

const okPart = { took_ms: 1, status: "ok" } as const;
const context: Context = {
	job_logs: {
		...okPart,
		from: "github.job_logs",
		data: { reading, jobs: [{ name: "lint", failed_steps: ["clippy"] }] },
	},
	commit: { ...okPart, from: "github.commit", data: { message: "Change it" } },
	pull_request: { ...okPart, from: "github.pull_request", data: { number: 12, title: "A change" } },
	changed_files: { ...okPart, from: "github.changed_files", data: { files: [{ path: "src/a.rs" }] } },
	loki: { from: "loki.query_range", took_ms: 0, status: "skipped", why: "not configured" },
};

async function spawned(given: Context = {}, of: Incident = incident) {
	const decision = await decide(pipeline, { incident: of, context: given, attempt: 1 });
	if (decision.outcome !== "spawn") throw new Error(`filtered by ${decision.filter}`);
	return decision;
}

describe("decide", () => {
	it("classifies, routes, claims and drafts with the context's data", async () => {
		const decision = await spawned(context);
		expect(decision).toMatchObject({
			agent: "rex",
			rule: "rust",
			failure_type: "rust_clippy",
			failure_category: "rust",
			max_active: 1,
			deadline_s: 7200,
			claims: [
				{ name: "branch", key: "5dlabs/cto|branch|feat/a", ttl_s: 600, while_active: true },
				{ name: "pr", key: "5dlabs/cto|pr|12", ttl_s: 600, while_active: false },
			],
		});
		expect(decision.coderun).toEqual({
			metadata: {
				namespace: "cto",
				labels: {
					"healer/agent": "rex",
					"healer/branch": "feat-a-d54ad782bf",
					"healer/attempt": "1",
					"healer/pr": "12",
				},
				annotations: { "healer/branch": "feat/a", "healer/message": "Change it" },
			},
			spec: {
				service: "remediation",
				githubApp: "5DLabs-Rex",
				localTools: "cargo,rg",
				promptModification: "rex fixes rust_clippy on `feat/a`\n```untrusted-data\nerror: clippy::all\n```\n",
				enableDocker: false,
				cliConfig: { cliType: "claude", settings: { rule: "rust" } },
				env: { FAILURE_TYPE: "rust_clippy", PR_NUMBER: "12", RUN_ATTEMPT: "2", TARGET_BRANCH: "feat/a" },
			},
		});
	});

	it("gives no agent its tools if the setting takes them from all", async () => {
		const without = loadPipeline({ ...smallArtefact, settings: { ...smallArtefact.settings, agent_tools: false } });
		const decision = await decide(without, { incident, context, attempt: 1 });
		expect(decision).toMatchObject({ agent: "rex", coderun: { spec: { localTools: "" } } });
	});

	it("uses the default without evidence, and makes no claim without its key", async () => {
		const { branch: _, ...without } = incident;
		const decision = await spawned({}, without);
		expect(decision).toMatchObject({ agent: "atlas", rule: "default", failure_type: "general", claims: [] });
		expect(decision.coderun.spec.env).toEqual({ FAILURE_TYPE: "general", PR_NUMBER: "0", RUN_ATTEMPT: "2" });
		expect(decision.explanation.find(({ stage }) => stage === "dedup")?.rules).toEqual([
			{
				rule: "branch",
				verdict: "unknown",
				clause: { text: "$key(repository, 'branch', branch)", verdict: "unknown", missing: ["branch"] },
			},
			{
				rule: "pr",
				verdict: "unknown",
				clause: { text: "$key(repository, 'pr', pr_number)", verdict: "unknown", missing: ["pr_number"] },
			},
		]);
	});

	it("reads the event's text as a log if there is none", async () => {
		const { job_logs: _, ...without } = context;
		const evidence = "Checked 3 files\n  = note: `-D clippy::needless-return` implied by `-D warnings`\n";
		const decision = await spawned(without, { ...incident, evidence });
		expect(decision).toMatchObject({ agent: "rex", failure_type: "rust_clippy" });
		expect(decision.explanation.find(({ stage }) => stage === "classify")?.rules).toMatchObject([
			{ rule: "rust_clippy", verdict: "true" },
		]);
	});

	it("returns false, not unknown, if the event's text lacks the pattern", async () => {
		const { explanation } = await spawned({}, { ...incident, evidence: "All red." });
		expect(explanation.find(({ stage }) => stage === "classify")?.rules).toMatchObject([
			{ rule: "rust_clippy", verdict: "false" },
			{ rule: "general", verdict: "true" },
		]);
	});

	it("ignores the event's text if a log was read", async () => {
		const { job_logs } = context;
		const silent: LogReading = { ...reading, patterns: {} };
		const read = { ...job_logs, data: { reading: silent, jobs: [] } } as Context[string];
		const decision = await spawned({ job_logs: read }, { ...incident, evidence: "clippy::needless_return" });
		expect(decision).toMatchObject({ agent: "atlas", failure_type: "general" });
	});

	it("runs the filters again, and refuses once the message is known", async () => {
		const commit = { ...okPart, from: "github.commit", data: { message: "No [SKIP-healer]" } } as const;
		const decision = await decide(pipeline, { incident, context: { commit }, attempt: 1 });
		expect(decision).toMatchObject({ outcome: "filtered", filter: "skip-markers" });
	});

	it("explains every stage in order, including evaluation errors", async () => {
		const { explanation } = await spawned(context);
		expect(explanation.map(({ stage, round, outcome }) => `${stage} ${round}: ${outcome}`)).toEqual([
			"context again: 4 of 5 parts",
			"filters again: kept; not known yet: bots",
			"classify again: rust_clippy (rust)",
			"route again: rex, by rust",
			"dedup again: claims: branch, pr",
			"spawn again: a CodeRun for rex in cto",
		]);
		expect(explanation.at(-1)?.rules).toMatchObject([{ rule: "annotations.healer/broken", verdict: "unknown" }]);
		expect(explanation[0]?.rules.find(({ rule }) => rule === "loki")).toMatchObject({
			verdict: "unknown",
			clause: { error: "not configured" },
		});
	});

	it("routes by the share of changed files when logs say nothing", async () => {
		const { changed_files } = context;
		expect(await spawned({ ...(changed_files && { changed_files }) })).toMatchObject({ agent: "rex", rule: "rust" });
	});

	it("gives equal decisions for equal input", async () => {
		expect(await spawned(context)).toEqual(await spawned(context));
	});

	it("survives a context of an unexpected shape", async () => {
		for (const data of [
			null,
			5,
			"x",
			[],
			{ jobs: [null, 5], files: [null], reading: null, number: "12", message: 5 },
		]) {
			const odd = Object.fromEntries(
				Object.entries(context).map(([name, part]) => [name, { from: part.from, took_ms: 1, status: "ok", data }]),
			) as Context;
			expect(await spawned(odd)).toHaveProperty("coderun");
		}
	});

	it("keeps a CodeRun valid for any branch and message", async () => {
		const branches = [
			"_wip",
			".x",
			"fix/",
			"a b",
			"{{x}}",
			"é",
			"-".repeat(80),
			`${"a".repeat(62)}-b`,
			"a: b\n- c",
			"\u{1B}[0m",
		];
		for (const branch of branches) {
			const commit_message = "\u{20AC}".repeat(60_000);
			const { metadata } = (await spawned({}, { ...incident, branch, commit_message })).coderun;
			expect(metadata.labels["healer/branch"]).toMatch(/^([A-Za-z0-9][-A-Za-z0-9_.]{0,61})?[A-Za-z0-9]$/);
			expect(metadata.annotations["healer/branch"]).toBe(branch);
			expect(new TextEncoder().encode(JSON.stringify(metadata.annotations)).length).toBeLessThan(20_000);
		}
	});
});

describe("loadPipeline", () => {
	it("throws on an artefact without a final rule, or with missing agents or prompts", () => {
		const broken = [
			{ ...smallArtefact, classify: [] },
			{ ...smallArtefact, route: smallArtefact.route.slice(0, 1) },
			{ ...smallArtefact, route: [{ name: "default", agent: "nobody" }] },
			{ ...smallArtefact, prompts: {} },
		];
		for (const artefact of broken) expect(() => loadPipeline(artefact)).toThrow("the artefact");
	});
});
