import { describe, expect, it } from "vitest";
import { sampleId, sampleIncident } from "../../support/sample-incident.ts";
import { stubSources } from "./github-answers.ts";

const SHA = "1111111111111111111111111111111111111111";
const OTHER = "2222222222222222222222222222222222222222";
const incident = sampleIncident({ id: sampleId(1), repository: "5dlabs/cto", run_id: "815", head_sha: SHA });

const run = (more = {}) => ({
	id: 815,
	name: "CI",
	path: ".github/workflows/ci.yaml",
	event: "pull_request",
	workflow_id: 3,
	run_number: 50,
	run_attempt: 1,
	status: "completed",
	conclusion: "failure",
	html_url: "https://github.com/5dlabs/cto/actions/runs/815",
	head_branch: "main",
	head_sha: SHA,
	head_repository: { full_name: "mallory/cto" },
	actor: { login: "mallory", type: "User" },
	...more,
});
const RUNS = "GET actions/workflows/3/runs?branch=main&per_page=20";
const NO_PULL = {
	"GET pulls?state=open&head=mallory%3Amain&per_page=20": [],
	[`GET commits/${SHA}/pulls?per_page=20`]: [],
};
const BRANCH = "GET /repos/mallory/cto/branches/main";

describe("github.run", () => {
	it("tells the branch's repository, who made it, and that nothing came after", async () => {
		const { ask } = stubSources(incident, {
			...NO_PULL,
			"GET actions/runs/815": run(),
			[RUNS]: { workflow_runs: [run()] },
			[BRANCH]: { commit: { sha: SHA } },
		});
		expect(await ask("github.run")).toEqual({
			status: "ok",
			data: {
				id: "815",
				workflow: { name: "CI", path: ".github/workflows/ci.yaml" },
				event: "pull_request",
				attempt: 1,
				status: "completed",
				conclusion: "failure",
				head_repository: "mallory/cto",
				head_branch: "main",
				head_sha: SHA,
				actor: { login: "mallory", type: "User" },
				head: { sha: SHA, moved: false },
				green_now: false,
			},
		});
	});

	it("tells that the head moved and of the newest run there, not of our own branch of that name", async () => {
		const newer = run({ id: 820, run_number: 52, status: "in_progress", conclusion: null, head_sha: OTHER });
		const ours = run({ id: 900, run_number: 60, conclusion: "success", head_repository: { full_name: "5dlabs/cto" } });
		const { ask } = stubSources(incident, {
			...NO_PULL,
			"GET actions/runs/815": run(),
			[RUNS]: { workflow_runs: [ours, run({ id: 818, run_number: 51 }), newer, run(), run({ id: 7, run_number: 9 })] },
			[BRANCH]: { commit: { sha: OTHER } },
		});
		expect(await ask("github.run")).toMatchObject({
			data: {
				head: { sha: OTHER, moved: true },
				newer: { id: "820", status: "in_progress", head_sha: OTHER },
				green_now: false,
			},
		});
	});

	it.each([
		["a newer run succeeded", run(), [run({ id: 820, run_number: 52, conclusion: "success" })], true],
		["a later attempt of it succeeded", run({ run_attempt: 2, conclusion: "success" }), [], true],
		[
			"it is still green before a newer failure",
			run({ conclusion: "success" }),
			[run({ id: 9, run_number: 51 })],
			false,
		],
		["it runs again", run({ status: "in_progress", conclusion: null }), [], false],
	])("knows whether it is green now: %s", async (_, own, later, green_now) => {
		const { ask } = stubSources(incident, {
			...NO_PULL,
			"GET actions/runs/815": own,
			[RUNS]: { workflow_runs: [...later, own] },
		});
		const result = await ask("github.run");
		expect(result).toMatchObject({ status: "ok", data: { green_now } });
		// The fork's branch is not shown to the App here.
		expect(result).not.toHaveProperty("data.head");
	});

	it("says that GitHub shows no such run", async () => {
		const { ask } = stubSources(incident, {});
		expect(await ask("github.run")).toEqual({
			status: "failed",
			why: "GitHub does not show it to the App (404: Not Found)",
		});
	});
});
