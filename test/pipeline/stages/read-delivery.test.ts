import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { loadPipeline, readDelivery } from "../../../pipeline/index.ts";
import { runs } from "../../support/tiers/at-size.ts";
import { realPayload, realPayloads } from "./real-payloads.ts";
import { smallArtefact } from "./small-artefact.ts";

const pipeline = loadPipeline(smallArtefact);

function read(event: string, payload: unknown) {
	return readDelivery(pipeline, { event, delivery_id: "d-1", payload });
}

const failedJob = () =>
	realPayload("workflow_job", ({ action, workflow_job }) => {
		return action === "completed" && (workflow_job as { conclusion: string }).conclusion === "failure";
	}) as { workflow_job: Record<string, unknown>; repository: Record<string, unknown>; sender: unknown };

describe("readDelivery", () => {
	it("maps a real failed job to an incident, with the envelope's fields", async () => {
		const reading = await read("workflow_job", failedJob());
		expect(reading).toMatchObject({ outcome: "incident", identity: "codertocat/hello-world|run|2202229078" });
		expect(reading.outcome === "incident" && reading.incident).toEqual({
			id: "f3eac2edf21bed8656a95710c168ac33",
			kind: "ci",
			event: "failed_job",
			delivery_id: "d-1",
			repository: "Codertocat/Hello-World",
			default_branch: "master",
			sender: { login: "Codertocat", type: "User" },
			run_id: "2202229078",
			run_attempt: 1,
			branch: "main",
			head_sha: "3484a3fb816e0859fd6e1cea078d76385ff50625",
			workflow: { name: "CodeQL" },
			job: "linters",
			failed_steps: ["Run yarn run format-check"],
			conclusion: "failure",
			url: "https://github.com/octo-org/octo-repo/runs/1291536064",
		});
	});

	it("explains the evaluated entries, and filters that are still unknown", async () => {
		const { explanation } = await read("workflow_job", failedJob());
		expect(explanation.map(({ stage, round, outcome }) => ({ stage, round, outcome }))).toEqual([
			{ stage: "events", round: "first", outcome: "failed_job takes it" },
			{ stage: "filters", round: "first", outcome: "kept; not known yet: bots, skip-markers" },
		]);
		expect(explanation[0]?.rules.map(({ rule, verdict }) => [rule, verdict])).toEqual([
			["never", "false"],
			["failed_job", "true"],
		]);
	});

	it("ignores an event that no entry listens to", async () => {
		expect(await read("star", { action: "created" })).toMatchObject({
			outcome: "ignored",
			reason: { kind: "unknown_event", event: "star" },
		});
	});

	it("ignores a delivery without a matching entry, and names its action", async () => {
		expect(await read("workflow_job", { action: "queued" })).toMatchObject({
			outcome: "ignored",
			reason: { kind: "not_matched", event: "workflow_job", action: "queued" },
		});
	});

	it("ignores a payload with no repository, or an invalid one", async () => {
		for (const repository of [undefined, {}, { full_name: 5 }, { full_name: "a/b/c" }, { full_name: "../x y/z" }]) {
			expect(await read("workflow_job", { ...failedJob(), repository })).toMatchObject({
				reason: { kind: "no_repository" },
			});
		}
	});

	it("ignores a check run without sha or App, naming what is missing", async () => {
		const payload = {
			action: "completed",
			check_run: { conclusion: "failure" },
			repository: { full_name: "5dlabs/cto" },
		};
		expect(await read("check_run", payload)).toMatchObject({
			outcome: "ignored",
			reason: { kind: "no_identity", event: "check_run", missing: ["check_run.head_sha", "check_run.app.slug"] },
		});
	});

	it("reads a job without a branch, and omits fields of another type", async () => {
		const payload = failedJob();
		Object.assign(payload.workflow_job, {
			head_branch: null,
			head_sha: 5,
			run_attempt: "1",
			html_url: "javascript:1",
			name: "",
		});
		const reading = await read("workflow_job", payload);
		const incident = reading.outcome === "incident" ? reading.incident : {};
		for (const field of ["branch", "head_sha", "run_attempt", "url", "job"]) expect(incident).not.toHaveProperty(field);
	});

	it("returns the incident that a filtered delivery would have been", async () => {
		const payload = failedJob();
		payload.repository.full_name = "someone/else";
		expect(await read("workflow_job", payload)).toMatchObject({
			outcome: "ignored",
			reason: { kind: "filtered", filter: "allowed-repository" },
			incident: { repository: "someone/else", run_id: "2202229078" },
		});
	});

	it("gives one run one identity, for any attempt, job and case of the repository", async () => {
		const first = await read("workflow_job", failedJob());
		const other = failedJob();
		Object.assign(other.workflow_job, { run_attempt: 2, id: 77, name: "another job" });
		other.repository.full_name = "codertocat/HELLO-world";
		const second = await read("workflow_job", other);
		expect(
			first.outcome === "incident" && second.outcome === "incident" && first.incident.id === second.incident.id,
		).toBe(true);
	});

	it("uses an internal event's payload as its identity, in any order of keys", async () => {
		const one = await read("play", {
			repository: { full_name: "5dlabs/cto" },
			stage: "build",
			error: "x",
			branch: "b",
		});
		const same = await read("play", {
			branch: "b",
			error: "x",
			stage: "build",
			repository: { full_name: "5dlabs/cto" },
		});
		const other = await read("play", {
			repository: { full_name: "5dlabs/cto" },
			stage: "test",
			error: "x",
			branch: "b",
		});
		const ids = [one, same, other].map((reading) => reading.outcome === "incident" && reading.incident.id);
		expect(ids[0]).toBe(ids[1]);
		expect(ids[0]).not.toBe(ids[2]);
	});

	it("cuts long fields without making them equal, and cleans hostile ones", async () => {
		const branchOf = async (head_branch: string) => {
			const payload = failedJob();
			Object.assign(payload.workflow_job, { head_branch });
			const reading = await read("workflow_job", payload);
			return reading.outcome === "incident" ? reading.incident.branch : undefined;
		};
		const long = await branchOf(`${"x".repeat(1_000_000)}a`);
		expect(long).toHaveLength(1024 + "…[cut 998977 characters, sha256:0123456789abcdef]".length);
		expect(long).not.toBe(await branchOf(`${"x".repeat(1_000_000)}b`));
		expect(await branchOf("a\0b\u{D800}c{{x}}\u{1B}[31m")).toBe("a\u{FFFD}b\u{FFFD}c{{x}}\u{1B}[31m");
	});

	it("never throws on GitHub's own payloads, under any event name", async () => {
		for (const { event, payload } of realPayloads) {
			expect(await read(event, payload)).toHaveProperty("explanation");
			for (const as of ["workflow_job", "check_run", "play"]) expect(await read(as, payload)).toHaveProperty("outcome");
		}
	});

	it("never throws on any JSON", async () => {
		const property = fc.asyncProperty(
			fc.constantFrom("workflow_job", "check_run", "play"),
			fc.jsonValue(),
			async (event, payload) => {
				expect(await read(event, payload)).toHaveProperty("outcome");
			},
		);
		await fc.assert(property, { numRuns: runs(300) });
	});

	it("never throws on a payload nested very deep", async () => {
		const deep = JSON.parse(`${'{"a":'.repeat(50_000)}1${"}".repeat(50_000)}`);
		const payload = { ...failedJob(), action: deep, deep };
		for (const event of ["workflow_job", "check_run", "play"])
			expect(await read(event, payload)).toHaveProperty("outcome");
	});

	it("never throws when fields of a real payload are missing or of another type, and never shares an id", async () => {
		const wrong = fc.constantFrom<unknown>(undefined, null, 0, -1, 1e21, "", "x", true, [], {}, [[1]]);
		const paths = ["action", "repository", "repository.full_name", "sender", "workflow_job"].concat(
			["run_id", "head_branch", "name", "conclusion", "steps", "workflow_name"].map((name) => `workflow_job.${name}`),
		);
		const ids = new Map<string, string>();
		const property = fc.asyncProperty(
			fc.array(fc.tuple(fc.constantFrom(...paths), wrong), { maxLength: 4 }),
			async (edits) => {
				const payload = failedJob();
				for (const [path, value] of edits) put(payload, path.split("."), value);
				const reading = await read("workflow_job", payload);
				if (reading.outcome !== "incident") return;
				const runKey = `${reading.incident.repository.toLowerCase()} ${String(payload.workflow_job.run_id)}`;
				expect(ids.get(reading.incident.id) ?? runKey).toBe(runKey);
				ids.set(reading.incident.id, runKey);
			},
		);
		await fc.assert(property, { numRuns: runs(500) });
	});
});

function put(into: Record<string, unknown>, [name = "", ...rest]: string[], value: unknown): void {
	if (rest.length === 0) into[name] = value;
	else if (typeof into[name] === "object" && into[name] !== null)
		put(into[name] as Record<string, unknown>, rest, value);
}
