import { describe, expect, it } from "vitest";
import { sampleId, unnamedIncident } from "../../support/sample-incident.ts";
import { stubSources } from "./github-answers.ts";

const SHA = "1111111111111111111111111111111111111111";
const OTHER = "2222222222222222222222222222222222222222";
const incident = (more: object) =>
	unnamedIncident({ id: sampleId(1), repository: "5dlabs/cto", default_branch: "main", head_sha: SHA, ...more });

const head = (full_name: string | null, sha = SHA, ref = "main") => ({ ref, sha, repo: full_name && { full_name } });
const listed = (number: number, of: object, state = "open") => ({ number, state, head: of });
const pull = (number: number, of: object, more = {}) => ({
	...listed(number, of),
	title: "Change it",
	base: { ref: "main" },
	...more,
});

describe("github.pull_request", () => {
	it("is the event's, with all that is known of it", async () => {
		const { ask, stub } = stubSources(incident({ pr_number: 4 }), {
			"GET pulls/4": pull(4, head("mallory/cto"), {
				html_url: "https://github.com/5dlabs/cto/pull/4",
				user: { login: "mallory" },
				draft: false,
				mergeable_state: "dirty",
				labels: [{ name: "bug" }, { name: null }],
			}),
		});
		expect(await ask("github.pull_request")).toEqual({
			status: "ok",
			data: {
				number: 4,
				title: "Change it",
				url: "https://github.com/5dlabs/cto/pull/4",
				author: "mallory",
				is_draft: false,
				mergeable_state: "dirty",
				base_branch: "main",
				head_branch: "main",
				head_sha: SHA,
				head_repository: "mallory/cto",
				labels: ["bug"],
			},
		});
		expect(stub.questions()).toEqual(["GET /repos/5dlabs/cto/pulls/4"]);
	});

	it("is found by the branch, though its head has moved", async () => {
		const { ask } = stubSources(incident({ branch: "fix/it", head_repository: "5dlabs/cto" }), {
			"GET pulls?state=open&head=5dlabs%3Afix%2Fit&per_page=20": [listed(7, head("5dlabs/cto", OTHER, "fix/it"))],
			"GET pulls/7": pull(7, head("5dlabs/cto", OTHER, "fix/it")),
		});
		expect(await ask("github.pull_request")).toMatchObject({ status: "ok", data: { number: 7, head_sha: OTHER } });
	});

	it("is the fork's, whose branch is called main as ours is", async () => {
		const { ask } = stubSources(incident({ branch: "main", head_repository: "mallory/cto" }), {
			"GET pulls?state=open&head=mallory%3Amain&per_page=20": [listed(8, head("mallory/cto"))],
			"GET pulls/8": pull(8, head("mallory/cto")),
		});
		expect(await ask("github.pull_request")).toMatchObject({ status: "ok", data: { number: 8 } });
	});

	it("is the fork's, which only the run tells of", async () => {
		const run = {
			id: 815,
			workflow_id: 3,
			run_number: 5,
			head_sha: SHA,
			head_repository: { full_name: "mallory/cto" },
		};
		const { ask } = stubSources(incident({ branch: "main", run_id: "815" }), {
			"GET actions/runs/815": run,
			"GET pulls?state=open&head=mallory%3Amain&per_page=20": [listed(8, head("mallory/cto"))],
			"GET pulls/8": pull(8, head("mallory/cto")),
		});
		expect(await ask("github.pull_request")).toMatchObject({ status: "ok", data: { number: 8 } });
	});

	it("is not that of another branch of the same name", async () => {
		const { ask } = stubSources(incident({ branch: "fix" }), {
			"GET pulls?state=open&head=5dlabs%3Afix&per_page=20": [listed(7, head("5dlabs/cto", OTHER, "fix"))],
			[`GET commits/${SHA}/pulls?per_page=20`]: [],
		});
		expect(await ask("github.pull_request")).toEqual({ status: "empty" });
	});

	it("is found by the commit, where it is open", async () => {
		const { ask } = stubSources(incident({ branch: undefined }), {
			[`GET commits/${SHA}/pulls?per_page=20`]: [
				listed(1, head("5dlabs/cto"), "closed"),
				listed(2, head("5dlabs/cto", OTHER)),
				listed(3, head("mallory/cto")),
			],
			"GET pulls/3": pull(3, head("mallory/cto")),
		});
		expect(await ask("github.pull_request")).toMatchObject({ status: "ok", data: { number: 3 } });
	});

	it.each([404, 422])("is none when GitHub knows nothing of the commit: %d", async (status) => {
		const { ask } = stubSources(incident({ branch: "main" }), {
			[`GET commits/${SHA}/pulls?per_page=20`]: Response.json({ message: "No commit found" }, { status }),
		});
		expect(await ask("github.pull_request")).toEqual({ status: "empty" });
	});

	it("names what was wrong in an answer of another shape", async () => {
		const { ask } = stubSources(incident({ pr_number: 4 }), { "GET pulls/4": { number: "four" } });
		expect(await ask("github.pull_request")).toEqual({
			status: "failed",
			why: "wrong in GitHub's answer: number, state, head, title, base",
		});
	});

	it("lets the incident wait while GitHub limits the rate", async () => {
		const headers = { "retry-after": "600" };
		const { ask, stub } = stubSources(incident({ pr_number: 4 }), {
			"GET pulls/4": Response.json({ message: "secondary rate limit" }, { status: 403, headers }),
		});
		expect(await ask("github.pull_request")).toEqual({
			status: "deferred",
			untilMs: stub.clock + 600_000,
			why: "GitHub's rate limit, until 2026-11-22T12:10:00.000Z",
		});
	});
});
