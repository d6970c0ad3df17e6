import { describe, expect, it } from "vitest";
import type { Incident } from "../../../../pipeline/incident.ts";
import { sampleId, sampleIncident } from "../../support/sample-incident.ts";
import { type Answers, stubSources } from "./github-answers.ts";

const SHA = "1111111111111111111111111111111111111111";
const RUNS = `GET actions/runs?head_sha=${SHA}&per_page=100`;
const CHECKS = `GET commits/${SHA}/check-runs?filter=latest&per_page=100&page=1`;
const STATUSES = `GET commits/${SHA}/status?per_page=100`;
const NOTHING: Answers = {
	[RUNS]: { workflow_runs: [] },
	[CHECKS]: { check_runs: [] },
	[STATUSES]: { statuses: [] },
};

const { run_id: _, ...without } = sampleIncident({ id: sampleId(1), kind: "review", event: "pull_request_review" });
const ofCommit: Incident = { ...without, head_sha: SHA };
const ofPullRequest: Incident = { ...without, kind: "manual", event: "issue_comment", pr_number: 7 };

const run = (id: number, workflow_id: number, conclusion: string | null = "failure", more = {}) => ({
	id,
	name: `Workflow ${workflow_id}`,
	path: `.github/workflows/${workflow_id}.yaml`,
	event: "pull_request",
	workflow_id,
	run_number: id,
	run_attempt: 2,
	status: conclusion === null ? "in_progress" : "completed",
	conclusion,
	html_url: `https://github.com/5dlabs/cto/actions/runs/${id}`,
	head_sha: SHA,
	...more,
});
const jobs = (id: number, ...names: string[]): Answers => ({
	[`GET actions/runs/${id}/jobs?per_page=100&page=1&filter=latest`]: {
		jobs: names.map((name, n) => ({
			id: id * 100 + n,
			name,
			conclusion: "failure",
			steps: [{ name: `Run ${name}`, conclusion: "failure" }],
		})),
	},
	...Object.fromEntries(
		names.map((_name, n) => [
			`GET actions/jobs/${id * 100 + n}/logs`,
			() => new Response(null, { status: 302, headers: { location: `https://storage.test/${id * 100 + n}` } }),
		]),
	),
});
const log = (text: string) => () => new Response(text);
const check = (name: string, conclusion: string | null, slug = "vercel", output = {}) => ({
	name,
	conclusion,
	app: { slug },
	html_url: `https://github.com/5dlabs/cto/runs/${name}`,
	output: { title: null, summary: null, text: null, ...output },
});

describe("github.job_logs of an incident without a run", () => {
	it("reads what is red on the commit: runs, checks of other Apps, statuses", async () => {
		const { ask, stored } = stubSources(
			ofCommit,
			{
				[RUNS]: { workflow_runs: [run(12, 2), run(11, 1), run(10, 3, "success")] },
				...jobs(12, "lint"),
				...jobs(11, "build", "test"),
				[CHECKS]: {
					check_runs: [
						check("lint", "failure", "github-actions"),
						check("preview", "failure", "vercel", { title: "It failed", summary: "no space left on device" }),
						check("docs", "success"),
						check("slow", null),
					],
				},
				[STATUSES]: {
					statuses: [
						{ context: "ci/other", state: "error", description: "gone", target_url: "https://ci.test/1" },
						{ context: "ci/fine", state: "success", description: null, target_url: null },
					],
				},
			},
			{ "/1200": log("no space left\n"), "/1100": log("one\n"), "/1101": log("two\n") },
		);
		expect(await ask("github.job_logs")).toEqual({
			status: "ok",
			data: {
				reading: expect.objectContaining({
					patterns: {
						"no space left": {
							count: 2,
							errors: 2,
							error: { log: 0, line: 1, text: "no space left" },
							first: 1,
							last: 4,
						},
					},
					excerpt: [
						"=== job lint of Workflow 2 12 ===\nno space left",
						"=== job build of Workflow 1 11 ===\none",
						"=== vercel preview ===\nIt failed\nno space left on device",
						"=== status ci/other ===\ngone",
						"=== job test of Workflow 1 11 ===\ntwo",
					].join("\n\n"),
				}),
				jobs: [
					{ name: "lint", failed_steps: ["Run lint"], run_id: "12", log: "whole" },
					{ name: "build", failed_steps: ["Run build"], run_id: "11", log: "whole" },
					{
						name: "preview",
						failed_steps: [],
						url: "https://github.com/5dlabs/cto/runs/preview",
						app: "vercel",
						log: "whole",
					},
					{ name: "ci/other", failed_steps: [], url: "https://ci.test/1", app: "status", log: "whole" },
					{ name: "test", failed_steps: ["Run test"], run_id: "11", log: "whole" },
				],
				runs: [
					{
						id: "12",
						workflow: { name: "Workflow 2", path: ".github/workflows/2.yaml" },
						attempt: 2,
						conclusion: "failure",
						url: "https://github.com/5dlabs/cto/actions/runs/12",
					},
					expect.objectContaining({ id: "11" }),
				],
			},
		});
		expect(stored).toHaveLength(3);
	});

	it("takes of each workflow the newest run that succeeded or failed, for each event that starts it", async () => {
		const { ask } = stubSources(ofCommit, {
			...NOTHING,
			[RUNS]: {
				workflow_runs: [
					run(29, 1, null),
					run(28, 1, "cancelled"),
					run(21, 1),
					run(20, 1, "success"),
					run(19, 2, "success"),
					run(18, 2),
					run(17, 2, "failure", { event: "push" }),
				],
			},
			...jobs(21, "a"),
			...jobs(17, "b"),
		});
		expect(await ask("github.job_logs")).toMatchObject({ data: { runs: [{ id: "21" }, { id: "17" }] } });
	});

	it("looks at the head of the pull request where the event tells only that, once for all who ask", async () => {
		const { ask, stub } = stubSources(ofPullRequest, {
			...NOTHING,
			"GET pulls/7": {
				number: 7,
				state: "open",
				title: "Parse",
				head: { ref: "fix/parser", sha: SHA, repo: null },
				base: { ref: "main" },
			},
		});
		expect(await ask("github.job_logs")).toEqual({ status: "empty" });
		expect(await ask("github.pull_request")).toMatchObject({ status: "ok" });
		expect(await ask("github.job_logs")).toEqual({ status: "empty" });
		const asked = stub.questions().map((question) => question.replace("/repos/5dlabs/cto/", ""));
		expect(asked.toSorted()).toEqual([RUNS, CHECKS, STATUSES, "GET pulls/7"].toSorted());
	});

	it("is empty where neither commit nor pull request is known", async () => {
		const { ask, stub } = stubSources(without, {});
		expect(await ask("github.job_logs")).toEqual({ status: "empty" });
		expect(stub.questions()).toEqual([]);
	});

	it("tells a red run that never had a job, which there is no log of", async () => {
		const { ask } = stubSources(ofCommit, {
			...NOTHING,
			[RUNS]: { workflow_runs: [run(12, 2, "startup_failure")] },
			...jobs(12),
		});
		expect(await ask("github.job_logs")).toMatchObject({
			status: "ok",
			data: { jobs: [{ name: "Workflow 2", run_id: "12", log: "none", why: "its run has no failed job" }] },
			incomplete: "the log of job Workflow 2 is missing: its run has no failed job",
		});
	});

	it("leaves out the check whose button was pressed", async () => {
		const pressed: Incident = { ...ofCommit, event: "check_run_remediate", app: "stitch", job: "review" };
		const { ask } = stubSources(pressed, {
			...NOTHING,
			[CHECKS]: { check_runs: [check("review", "failure", "stitch"), check("review", "failure", "vercel")] },
		});
		expect(await ask("github.job_logs")).toMatchObject({ data: { jobs: [{ name: "review", app: "vercel" }] } });
	});

	it("takes five runs and twenty checks, and says that there are more", async () => {
		const runs = Array.from({ length: 7 }, (_, n) => run(n + 1, n + 1));
		const checks = Array.from({ length: 30 }, (_, n) => check(`check ${n}`, "failure", "vercel", { title: "no" }));
		const { ask } = stubSources(ofCommit, {
			...NOTHING,
			[RUNS]: { workflow_runs: runs },
			[CHECKS]: { check_runs: checks },
			...Object.assign({}, ...runs.map(({ id }) => jobs(id, `job ${id}`))),
		});
		const result = await ask("github.job_logs");
		expect(result).toMatchObject({ data: { jobs: { length: 25 }, runs: { length: 5, 0: { id: "7" } } } });
		expect(result).toMatchObject({
			incomplete: expect.stringContaining("; only the newest 5 of 7 failed runs; only 20 of 30 failed checks"),
		});
	});

	it("goes through three pages of checks", async () => {
		const full = Array.from({ length: 100 }, (_, n) => check(`job ${n}`, "failure", "github-actions"));
		const { ask } = stubSources(ofCommit, {
			...NOTHING,
			[CHECKS]: { check_runs: full },
			[CHECKS.replace("&page=1", "&page=2")]: { check_runs: full },
			[CHECKS.replace("&page=1", "&page=3")]: { check_runs: [...full.slice(1), check("preview", "failure")] },
		});
		expect(await ask("github.job_logs")).toMatchObject({
			data: { jobs: [{ name: "preview", why: "its output is empty" }] },
			incomplete: expect.stringContaining("only 300 of its checks"),
		});
	});

	it.each([
		["its runs", RUNS, "the runs of the commit: GitHub refused it to the App (403: no)"],
		["its checks", CHECKS, "its checks: GitHub refused it to the App (403: no)"],
	])("says that GitHub does not show %s, and tells the rest", async (_what, list, incomplete) => {
		const { ask } = stubSources(ofCommit, {
			...NOTHING,
			[STATUSES]: { statuses: [{ context: "ci", state: "failure", description: "red" }] },
			[list]: Response.json({ message: "no" }, { status: 403 }),
		});
		expect(await ask("github.job_logs")).toMatchObject({ status: "ok", data: { jobs: [{ name: "ci" }] }, incomplete });
	});

	it("fails where GitHub shows nothing of it, and waits where it limits the rate", async () => {
		expect(await stubSources(ofCommit, {}).ask("github.job_logs")).toMatchObject({ status: "failed" });
		const limited = Response.json({ message: "slow down" }, { status: 429, headers: { "retry-after": "60" } });
		const { ask, stub } = stubSources(ofCommit, { ...NOTHING, [CHECKS]: limited });
		expect(await ask("github.job_logs")).toMatchObject({ status: "deferred", untilMs: stub.clock + 60_000 });
	});
});
