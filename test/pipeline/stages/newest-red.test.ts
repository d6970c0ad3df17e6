import { describe, expect, it } from "vitest";
import { decide, evidenceIncident, type Incident, loadPipeline, redJobs } from "../../../pipeline/index.ts";
import { smallArtefact } from "./small-artefact.ts";

const incident: Incident = {
	id: "0123456789abcdef0123456789abcdef",
	kind: "ci",
	event: "failed_job",
	delivery_id: "d-1",
	repository: "5DLabs/cto",
	head_repository: "5DLabs/cto",
	branch: "main",
	head_sha: "a".repeat(40),
	run_id: "7",
	run_attempt: 2,
	jobs: ["lint-rust", "frontend-lint"],
	job: "lint-rust",
	failed_steps: ["cargo clippy"],
	conclusion: "failure",
	commit_message: "feat: x",
	url: "https://github.com/5dlabs/cto/actions/runs/7",
	actor: { login: "octocat", type: "User" },
	evidence: "clippy::all",
};

describe("evidenceIncident", () => {
	it("is about what is red now, and stays the incident that it was", () => {
		const newest = {
			run_id: "9",
			run_attempt: 1,
			head_sha: "b".repeat(40),
			branch: "healer/0123456789abcdef",
			url: "https://github.com/5dlabs/cto/actions/runs/9",
			jobs: ["frontend-lint"],
			failed_steps: ["eslint"],
		};
		expect(evidenceIncident(incident, newest)).toEqual({
			id: "0123456789abcdef0123456789abcdef",
			kind: "ci",
			event: "failed_job",
			delivery_id: "d-1",
			repository: "5DLabs/cto",
			head_repository: "5DLabs/cto",
			branch: "main",
			head_sha: "b".repeat(40),
			run_id: "9",
			run_attempt: 1,
			job: "frontend-lint",
			failed_steps: ["eslint"],
			url: "https://github.com/5dlabs/cto/actions/runs/9",
		});
	});

	it("names no job, step or commit of the failure before, when nobody named the new one's", () => {
		const about = evidenceIncident(incident, { run_id: "9", jobs: [], failed_steps: [] });
		expect([about.job, about.jobs, about.failed_steps, about.head_sha, about.url, about.run_attempt]).toEqual(
			Array(6).fill(undefined),
		);
	});

	it("keeps the text of an event without a run, which nothing else has", () => {
		expect(evidenceIncident(incident, { jobs: ["clippy"], failed_steps: [] }).evidence).toBe("clippy::all");
	});
});

describe("redJobs", () => {
	it("takes those of the context before those of the events", () => {
		const part = { took_ms: 1, status: "ok", from: "github.job_logs" } as const;
		expect(redJobs(incident, { job_logs: { ...part, data: { jobs: [{ name: "a" }, { name: "b" }] } } })).toEqual([
			"a",
			"b",
		]);
		expect(redJobs(incident, {})).toEqual(["lint-rust", "frontend-lint"]);
	});
});

describe("decide, on what is red now", () => {
	const pipeline = loadPipeline(smallArtefact);
	const evidence = evidenceIncident(incident, { run_id: "9", head_sha: "b".repeat(40), jobs: [], failed_steps: [] });

	it("claims and pushes where the incident is, whatever the newest run's branch", async () => {
		const first = await decide(pipeline, { incident, context: {}, attempt: 1 });
		const next = await decide(pipeline, { incident, evidence, context: {}, attempt: 2 });
		if (first.outcome !== "spawn" || next.outcome !== "spawn") throw new Error("filtered");
		expect(next.claims).toEqual(first.claims);
		expect(next.coderun.metadata.annotations["healer/branch"]).toBe("main");
	});

	it("names who chose the agent", async () => {
		const named = await decide(pipeline, { incident, context: {}, attempt: 2, escalate_to: "rex", named_by: "agent" });
		expect(named).toMatchObject({ agent: "rex", rule: "hand-over" });
	});
});
