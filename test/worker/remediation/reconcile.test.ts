import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sweepDue, sweepOverdue } from "../../../worker/dispatch/due-incidents.ts";
import { type RemediationEvent, TRANSITIONS, transit } from "../../../worker/journal/state-machine.ts";
import type { IncidentStatus } from "../../../worker/journal/statuses.ts";
import { isAtSize, runs } from "../../support/tiers/at-size.ts";
import {
	attemptsOf,
	type Happening,
	happen,
	passUntilQuiet,
	run,
	runningRemediation,
	timelineOf,
	WORKFLOW,
} from "../support/remediation-life.ts";
import { sampleId, sampleIncident } from "../support/sample-incident.ts";
import { journalIncident, type Stub, stubEffects, timedOut } from "../support/stub-effects.ts";

const ID = sampleId(1);
const done = { kind: "outcome", attempt: 1, phase: "Succeeded" } as const;
const failed = { kind: "outcome", attempt: 1, phase: "Failed", message: "out of tries" } as const;

describe("reconcile", () => {
	it("is fixed when the check is green on the agent's push, with the times", async () => {
		const stub = await running();
		stub.clock += 60_000;
		await happen(stub, ID, done);
		expect(await statusOf(stub)).toBe("awaiting_ci");
		stub.clock += 60_000;
		await happen(stub, ID, run("success", 200, stub));
		expect(await passUntilQuiet(stub, ID)).toMatchObject({
			status: "fixed",
			fixed_by: "agent",
			fixed_at: stub.clock,
			ended_at: stub.clock,
			reason: "CI passed: https://github.com/5dlabs/cto/actions/runs/200",
		});
		expect((await timelineOf(stub, ID)).map(({ event }) => event)).toEqual(["spawned", "agent_finished", "ci_passed"]);
		expect(await attemptsOf(stub, ID)).toMatchObject([{ attempt: 1, result: "fixed", ci_summary: "passed" }]);
	});

	it("tries again after the pause with what was tried, when CI is still red on the agent's push", async () => {
		const stub = await running();
		await happen(stub, ID, done);
		await happen(stub, ID, run("failure", 200, stub, { job: "clippy", failed_steps: ["cargo clippy"] }));
		expect(await statusOf(stub)).toBe("awaiting_ci");
		const before = stub.clock;
		await passUntilAttempt(stub, 2);
		expect(stub.clock - before).toBeGreaterThanOrEqual(125_000);
		expect(await attemptsOf(stub, ID)).toMatchObject([
			{
				result: "ci_still_failing",
				ci_summary: "failed: clippy: cargo clippy",
				ci_url: "https://github.com/5dlabs/cto/actions/runs/200",
			},
			{ attempt: 2, agent: "rex" },
		]);
		expect(stub.decided.at(-1)?.previous_attempts).toEqual([
			{
				attempt: 1,
				agent: "rex",
				outcome: "ci_still_failing",
				ci: "failed: clippy: cargo clippy https://github.com/5dlabs/cto/actions/runs/200",
			},
		]);
	});

	it("counts a green that comes in the pause, and makes no further attempt", async () => {
		const stub = await running();
		await happen(stub, ID, failed);
		await happen(stub, ID, run("success", 200, stub));
		expect(await passUntilQuiet(stub, ID)).toMatchObject({ status: "fixed", attempt: 2 });
		expect(stub.sent).toHaveLength(1);
	});

	it("goes to the chain, then to a person, and says that nobody was notified without GitHub", async () => {
		const stub = await running();
		for (const attempt of [1, 2, 3]) {
			await happen(stub, ID, { ...failed, attempt, message: `reason ${attempt}` });
			if (attempt < 3) await passUntilAttempt(stub, attempt + 1);
		}
		expect((await attemptsOf(stub, ID)).map(({ agent, result, escalated }) => [agent, result, escalated])).toEqual([
			["rex", "agent_failed", 0],
			["rex", "agent_failed", 0],
			["atlas", "agent_failed", 1],
		]);
		expect(await passUntilQuiet(stub, ID)).toMatchObject({
			status: "escalated",
			reason:
				"the CodeRun ended as Failed: reason 3; all 3 attempts are used up; nobody was notified: no GitHub App is configured",
		});
	});

	it("says that a rerun of the old commit went green by itself", async () => {
		const stub = await running();
		await happen(stub, ID, done);
		await happen(stub, ID, run("success", 100, stub, { run_attempt: 2, head_sha: "sha-100" }));
		expect(await passUntilQuiet(stub, ID)).toMatchObject({ status: "fixed", fixed_by: "rerun" });
	});

	it("knows the fix's own branch and pull request", async () => {
		for (const [index, signal] of [
			{ branch: `healer/${"b".repeat(16)}` },
			{ branch: "other", pr_number: 7 },
		].entries()) {
			const id = (index === 0 ? "b" : "c").repeat(32);
			const stub = await running(id, `main-${index}`);
			await happen(stub, id, { ...done, pr: 7 });
			await happen(stub, id, run("success", 300, stub, { branch: "unrelated" }));
			expect((await passed(stub, id, 60_000)).status).toBe("awaiting_ci");
			await happen(stub, id, run("success", 200, stub, signal));
			expect((await passUntilQuiet(stub, id)).status).toBe("fixed");
		}
	});

	it.each([
		["an older run", { run_id: "99" }],
		["another workflow", { workflow: { name: "Docs" } }],
		["another branch", { branch: "main" }],
		["a fork's branch of the same name", { head_repository: "someone/cto" }],
		["another repository", { repository: "5dlabs/other" }],
	])("does not take the green of %s for its own", async (_name, changes) => {
		const stub = await running();
		await happen(stub, ID, done);
		await happen(stub, ID, run("success", 200, stub, changes));
		expect((await passed(stub, ID, 60_000)).status).toBe("awaiting_ci");
	});

	it.each([
		["under a run-name", { workflow: { name: "Deploy 99ff by @rex", path: WORKFLOW.path } }],
		["once its file can be read again", { workflow: { name: "CI", path: WORKFLOW.path } }],
		["that names no file, as a job does", { workflow: { name: WORKFLOW.name } }],
	])("takes the green of the same workflow %s for its own", async (_name, changes) => {
		const stub = await running();
		await happen(stub, ID, done);
		await happen(stub, ID, run("success", 200, stub, changes));
		expect(await passUntilQuiet(stub, ID)).toMatchObject({ status: "fixed", fixed_by: "agent" });
	});

	it("does not take the green of another file of the same name for its own", async () => {
		const stub = await running();
		await happen(stub, ID, done);
		await happen(stub, ID, run("success", 200, stub, { workflow: { ...WORKFLOW, path: ".github/workflows/b.yml" } }));
		expect((await passed(stub, ID, 60_000)).status).toBe("awaiting_ci");
	});

	it("takes a job's failure for the workflow's, whatever name the run has", async () => {
		const stub = await running();
		await happen(stub, ID, done);
		await happen(stub, ID, run("failure", 200, stub, { workflow: { name: "Deploy" }, job: "clippy" }));
		await happen(stub, ID, run("failure", 200, stub, { workflow: { name: "Deploy 99ff", path: WORKFLOW.path } }));
		await passUntilAttempt(stub, 2);
		expect(await attemptsOf(stub, ID)).toMatchObject([
			{ result: "ci_still_failing", ci_summary: "failed: clippy" },
			{},
		]);
	});

	it("is over before any agent when the run of an allowed failure passes", async () => {
		const stub = stubEffects();
		const job = { id: ID, branch: "fix/parser", run_id: "100", run_attempt: 1, workflow: { name: WORKFLOW.name } };
		await journalIncident(stub, sampleIncident(job), stub.clock + 5000);
		await happen(stub, ID, run("success", 100, stub));
		stub.clock += 5000;
		expect(await passUntilQuiet(stub, ID)).toMatchObject({
			status: "superseded",
			reason:
				"CI passed although a job of the run failed before any attempt: https://github.com/5dlabs/cto/actions/runs/100",
		});
		expect(stub.sent).toEqual([]);
	});

	it("is fixed by the run of an allowed failure that passes while an agent works", async () => {
		const stub = stubEffects();
		await journalIncident(
			stub,
			sampleIncident({
				id: ID,
				branch: "fix/parser",
				run_id: "100",
				run_attempt: 1,
				workflow: { name: WORKFLOW.name },
			}),
		);
		await sweepDue(stub);
		await happen(stub, ID, run("success", 100, stub));
		await happen(stub, ID, done);
		expect(await passUntilQuiet(stub, ID)).toMatchObject({ status: "fixed", fixed_by: "other" });
	});

	it("does not take the green of an attempt for that of a failure whose attempt nobody named", async () => {
		const stub = stubEffects();
		const { run_attempt: _attempt, ...check } = sampleIncident({
			id: ID,
			branch: "fix/parser",
			run_id: "100",
			workflow: WORKFLOW,
		});
		await journalIncident(stub, check);
		await happen(stub, ID, run("success", 100, stub));
		await sweepDue(stub);
		expect(await statusOf(stub)).toBe("running");
	});

	it("asks a person when CI says nothing by its deadline", async () => {
		const stub = await running();
		await happen(stub, ID, done);
		expect(await passUntilQuiet(stub, ID)).toMatchObject({ status: "escalated" });
		expect(await attemptsOf(stub, ID)).toMatchObject([{ result: "ci_silent" }]);
	});

	it("learns from the relay what it was never sent of its CodeRuns", async () => {
		const stub = await running();
		stub.status = timedOut;
		expect(await passUntilQuiet(stub, ID)).toMatchObject({ status: "escalated" });
		expect((await attemptsOf(stub, ID)).map(({ result }) => result)).toEqual(["timed_out", "timed_out", "timed_out"]);
	});

	const orders: readonly [string, (stub: Stub) => readonly Happening[], IncidentStatus][] = [
		["red, then green on two pushes", (stub) => [done, run("failure", 200, stub), run("success", 201, stub)], "fixed"],
		[
			"an old run's failure beside a new green",
			(stub) => [done, run("failure", 99, stub), run("success", 200, stub)],
			"fixed",
		],
		["a green although the agent failed", (stub) => [failed, run("success", 200, stub)], "fixed"],
		[
			"green, then red on two pushes",
			(stub) => [done, run("success", 200, stub), run("failure", 201, stub)],
			"escalated",
		],
		["a rerun that goes green", (stub) => [done, run("success", 100, stub, { run_attempt: 2 })], "fixed"],
	];

	it.each(orders)("ends the same in every order: %s", async (_name, happenings, end) => {
		for (const order of permutations(happenings(stubEffects())).filter((_, index) => isAtSize || index % 3 === 0)) {
			const id = sampleId(1000 + ids++);
			const stub = await running(id, `branch-${id}`);
			for (const happening of order) {
				stub.clock += 1000;
				await happen(stub, id, onBranch(happening, `branch-${id}`));
			}
			stub.clock += 3600_000;
			expect([order.map(nameOf), (await passUntilQuiet(stub, id)).status]).toEqual([order.map(nameOf), end]);
		}
	});

	it("comes to a rest in a state it may be in, whatever is lost, doubled or late", async () => {
		const happening = fc.oneof(
			fc.record({
				kind: fc.constant("outcome" as const),
				attempt: fc.integer({ min: 1, max: 4 }),
				phase: fc.constantFrom("Succeeded", "Failed", "TimedOut", "Deleted", "Whatever"),
			}),
			fc
				.tuple(
					fc.constantFrom("success" as const, "failure" as const),
					fc.integer({ min: 98, max: 104 }),
					fc.constantFrom("User", "Bot"),
				)
				.map(([says, id, type]) =>
					run(says, id, stubEffects(), { actor: { login: type === "Bot" ? "5dlabs-rex[bot]" : "octocat", type } }),
				),
		);
		const life = fc.array(fc.tuple(happening, fc.constantFrom(0, 1000, 130_000, 4_000_000)), { maxLength: 12 });
		await fc.assert(
			fc.asyncProperty(life, async (steps) => {
				const id = sampleId(100_000 + ids++);
				const branch = `branch-${id}`;
				const stub = await running(id, branch);
				for (const [what, pauseMs] of steps) {
					await happen(stub, id, onBranch(what, branch));
					if (pauseMs > 0) await passed(stub, id, pauseMs);
				}
				const row = await passUntilQuiet(stub, id);
				expect(["fixed", "escalated", "superseded"]).toContain(row.status);
				expect((await attemptsOf(stub, id)).length).toBeLessThanOrEqual(3);
				expect(new Set(stub.sent.map(({ id: message }) => message)).size).toBeLessThanOrEqual(3);
				const steps_taken = (await timelineOf(stub, id)).filter(({ event }) => event in TRANSITIONS);
				for (const step of steps_taken) {
					expect(transit(step.from_status as IncidentStatus, step.event as RemediationEvent)).toBe(step.to_status);
				}
			}),
			{ numRuns: runs(25, 4) },
		);
	}, 120_000);
});

let ids = 0;

async function running(id = ID, branch = "fix/parser"): Promise<Stub> {
	const stub = stubEffects();
	await runningRemediation(stub, id, branch);
	return stub;
}

async function statusOf(stub: Stub, id = ID): Promise<string> {
	const row = await stub.journal
		.prepare("SELECT status FROM incidents WHERE id = ?1")
		.bind(id)
		.first<{ status: string }>();
	return row?.status ?? "none";
}

async function passed(stub: Stub, id: string, ms: number): Promise<{ readonly status: string }> {
	stub.clock += ms;
	await sweepDue(stub);
	await sweepOverdue(stub);
	return { status: await statusOf(stub, id) };
}

async function passUntilAttempt(stub: Stub, attempt: number): Promise<void> {
	for (let tries = 0; tries < 100; tries++) {
		if (stub.sent.some(({ id }) => id === `${ID}.${attempt}`)) return;
		await passed(stub, ID, 5_000);
	}
	throw new Error(`attempt ${attempt} was never sent`);
}

function onBranch(happening: Happening, branch: string): Happening {
	return happening.kind === "outcome" ? happening : { kind: "signal", signal: { ...happening.signal, branch } };
}

function nameOf(happening: Happening): string {
	return happening.kind === "outcome" ? happening.phase : `${happening.signal.reports} ${happening.signal.run_id}`;
}

function permutations<T>(items: readonly T[]): T[][] {
	if (items.length <= 1) return [[...items]];
	return items.flatMap((item, index) => permutations(items.toSpliced(index, 1)).map((rest) => [item, ...rest]));
}
