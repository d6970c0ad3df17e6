import { describe, expect, it } from "vitest";
import type { DecideInput } from "../../../pipeline/index.ts";
import { sweepDue, sweepOverdue } from "../../../worker/dispatch/due-incidents.ts";
import { findIncident } from "../../../worker/journal/incidents.ts";
import type { Payload } from "../support/failed-job.ts";
import { finishAttempt } from "../support/finish-attempt.ts";
import { jobTold, type PushTold, runTold, type ToldBy } from "../support/push-told.ts";
import { attemptsOf, happen, passUntilQuiet, run, timelineOf, WORKFLOW } from "../support/remediation-life.ts";
import { sampleId, sampleIncident } from "../support/sample-incident.ts";
import { signedDelivery } from "../support/signed-delivery.ts";
import { journalIncident, type Stub, stubEffects, stubEngine } from "../support/stub-effects.ts";
import { stubRelay } from "../support/stub-relay.ts";
import { fireCron, get, passTime, send } from "../support/worker.ts";

const ID = sampleId(1);
const PERSON = { login: "octocat", type: "User" };
const AGENT = { login: "5dlabs-rex[bot]", type: "Bot" };

/** All that waits for the clock is due. */
async function goOn(): Promise<void> {
	await passTime();
	await fireCron();
}

describe("a run in which two fields are red", () => {
	it("is rex's, then blaze's on the newest run, which is no failure of rex", async () => {
		const stub = await bothRed();
		await succeed(stub, 1);
		await red(stub, 200, ["frontend-lint"]);
		await passUntilAttempt(stub, 2);
		expect(await ends(stub)).toEqual([
			["rex", "handed_over", 1],
			["blaze", null, 0],
		]);
		const { evidence, previous_attempts, incident } = last(stub);
		expect(evidence).toMatchObject({
			run_id: "200",
			run_attempt: 1,
			head_sha: "sha-200",
			branch: "fix/parser",
			job: "frontend-lint",
			failed_steps: ["run frontend-lint"],
			url: "https://github.com/5dlabs/cto/actions/runs/200",
		});
		expect(evidence?.jobs).toBeUndefined();
		expect(incident).toMatchObject({ run_id: "100", jobs: ["lint-rust", "frontend-lint"] });
		expect(previous_attempts).toMatchObject([{ attempt: 1, agent: "rex", outcome: "handed_over", is_green: true }]);
		// What the incident is, stays.
		const row = await findIncident(stub.journal, ID);
		expect(row).toMatchObject({ run_id: "100", branch: "fix/parser" });

		await succeed(stub, 2);
		await happen(stub, ID, run("success", 201, stub));
		expect(await passUntilQuiet(stub, ID)).toMatchObject({ status: "fixed", attempt: 2 });
	});

	it("goes to rex again while its part is red, and does not use up blaze's turn with that", async () => {
		const stub = await bothRed();
		await succeed(stub, 1);
		await red(stub, 200, ["lint-rust", "frontend-lint"]);
		await passUntilAttempt(stub, 2);
		await succeed(stub, 2);
		// Two of three attempts are used up: the last is atlas's, but what is red is blaze's.
		await red(stub, 201, ["frontend-lint"]);
		await passUntilAttempt(stub, 3);
		expect(await ends(stub)).toEqual([
			["rex", "ci_still_failing", 0],
			["rex", "handed_over", 1],
			["blaze", null, 0],
		]);
	});

	it("goes on to the other field when the only attempt is used up", async () => {
		const stub = await bothRed(1);
		await succeed(stub, 1);
		await red(stub, 200, ["frontend-lint"]);
		await passUntilAttempt(stub, 2);
		expect(await ends(stub)).toMatchObject([
			["rex", "handed_over", 1],
			["blaze", null, 0],
		]);
		await succeed(stub, 2);
		await red(stub, 201, ["frontend-lint"]);
		expect(await passUntilQuiet(stub, ID)).toMatchObject({ status: "escalated", attempt: 2 });
	});

	it("asks a person when the budget is used up and what is left is the same agent's", async () => {
		const stub = await bothRed(1, ["lint-rust", "test-rust"]);
		await succeed(stub, 1);
		await red(stub, 200, ["test-rust"]);
		expect(await passUntilQuiet(stub, ID)).toMatchObject({ status: "escalated" });
		expect(await ends(stub)).toEqual([["rex", "ci_still_failing", 0]]);
		expect(stub.sent).toHaveLength(1);
		expect((await timelineOf(stub, ID)).filter(({ event }) => event === "escalated")).toMatchObject([
			{ reason: "CI still fails after attempt 1; its only attempt is used up" },
		]);
	});

	it("does not hand over twice to one agent, however the fields break each other", async () => {
		const stub = await bothRed();
		for (let attempt = 1; attempt <= 6; attempt++) {
			await succeed(stub, attempt);
			await red(stub, 200 + attempt, [attempt % 2 === 1 ? "frontend-lint" : "lint-rust"]);
			if ((await passed(stub, attempt + 1)) === "over") break;
		}
		expect((await passUntilQuiet(stub, ID)).status).toBe("escalated");
		const all = await ends(stub);
		expect(all.slice(0, 3)).toEqual([
			["rex", "handed_over", 1],
			["blaze", "handed_over", 1],
			["rex", "ci_still_failing", 0],
		]);
		expect(all.length).toBeLessThanOrEqual(6);
	});
});

describe("the shipped pipeline", () => {
	it("gives a run's Rust job to rex, then its front end to blaze, by the newest run", async () => {
		const relay = stubRelay();
		// Without an App nobody says that `fix/both` is a branch and no tag: the agents push to one of their own.
		const branchOf = (by: PushTold["by"]) => (by === AGENT ? "healer/4774eb5d5ba7355d" : "fix/both");
		const job = (run_id: number, name: string, by: PushTold["by"]): ToldBy => {
			const payload = jobTold({ run_id, branch: branchOf(by), by }) as Payload;
			const step = name === "lint-rust" ? "Run cargo clippy" : "Run eslint";
			const steps = [{ name: step, status: "completed", conclusion: "failure", number: 1 }];
			return { event: "workflow_job", payload: { ...payload, workflow_job: { ...payload.workflow_job, name, steps } } };
		};
		const whole = (run_id: number, by: PushTold["by"], conclusion: "success" | "failure"): ToldBy => ({
			event: "workflow_run",
			payload: runTold({ run_id, branch: branchOf(by), by, conclusion }),
		});
		const tell = async (...told: readonly ToldBy[]) => {
			for (const { event, payload } of told) await send(signedDelivery(payload, { event }));
		};
		await tell(job(100, "lint-rust", PERSON), job(100, "frontend-lint", PERSON), whole(100, PERSON, "failure"));
		await goOn();
		const { incidents } = (await send(get("/api/incidents"))).body as { incidents: { id: string }[] };
		const id = String(incidents[0]?.id);
		await finishAttempt(id, 1);
		await tell(job(200, "frontend-lint", AGENT), whole(200, AGENT, "failure"));
		await goOn();
		await goOn();
		const detail = (await send(get(`/api/incidents/${id}`))).body as { attempts: unknown[] };
		expect(detail.attempts).toMatchObject([
			{ agent: "rex", result: "handed_over" },
			{ agent: "blaze", rule: "frontend", escalated: false },
		]);
		const { spec } = JSON.parse(relay.requests.at(-1)?.body ?? "{}").coderun;
		expect(spec.env).toMatchObject({
			WORKFLOW_RUN_ID: "200",
			TARGET_BRANCH: "master",
			HEALER_FIX_BRANCH: "healer/4774eb5d5ba7355d",
		});
		expect(spec.promptModification).toContain("attempt 1 by rex ended handed_over (its part is green)");
		expect(spec.promptModification).toContain("- Job: `frontend-lint`");
		expect(spec.promptModification).not.toContain("lint-rust, frontend-lint");

		await finishAttempt(id, 2);
		await tell(whole(300, AGENT, "success"));
		await goOn();
		expect((await send(get(`/api/incidents/${id}`))).body).toMatchObject({ status: "fixed", fixed_by: "agent" });
		expect((await send(get("/api/insights"))).body).toMatchObject({ total: { routing: { right: 1, corrected: 0 } } });
	});
});

describe("an agent that names the specialist", () => {
	it("hands over to it at once, which is not its own failure of CI", async () => {
		const stub = await bothRed();
		await happen(stub, ID, {
			kind: "outcome",
			attempt: 1,
			phase: "Succeeded",
			message: "The lint is right; the component is not.\nHealer-Hand-Over: blaze",
		});
		await passUntilAttempt(stub, 2);
		expect(await ends(stub)).toEqual([
			["rex", "handed_over", 0],
			["blaze", null, 0],
		]);
		expect(last(stub)).toMatchObject({ escalate_to: "blaze", named_by: "agent" });
		expect((await timelineOf(stub, ID)).map(({ reason }) => reason)).toContain(
			"rex names blaze as the one who should have this; attempt 2 is blaze's",
		);
		// Back to the first is one hand-over to it; a third would be the second to blaze.
		for (const [attempt, named] of [
			[2, "rex"],
			[3, "blaze"],
		] as const) {
			await happen(stub, ID, { kind: "outcome", attempt, phase: "Succeeded", message: `Healer-Hand-Over: ${named}` });
			if (attempt === 2) await passUntilAttempt(stub, 3);
		}
		expect((await findIncident(stub.journal, ID))?.status).toBe("awaiting_ci");
		expect((await attemptsOf(stub, ID)).map(({ agent, result }) => [agent, result])).toEqual([
			["rex", "handed_over"],
			["blaze", "handed_over"],
			["rex", null],
		]);
	});

	it("is not heard when the message says anything else, or names nobody of the pipeline", async () => {
		const stub = await bothRed();
		await happen(stub, ID, { kind: "outcome", attempt: 1, phase: "Succeeded", message: "Healer-Hand-Over: root" });
		expect((await findIncident(stub.journal, ID))?.status).toBe("awaiting_ci");
	});
});

/** An incident with these red jobs whose first CodeRun runs. The rules: a red Rust job is rex's, else blaze's. */
async function bothRed(max_attempts = 3, jobs = ["lint-rust", "frontend-lint"]): Promise<Stub> {
	const stub = stubEffects();
	const plain = stubEngine();
	stub.activeEngine = stubEngine({
		outcome: { ...plain.outcome, max_attempts },
		decide: async (input) => {
			const decision = await plain.decide(input);
			if (decision.outcome !== "spawn") return decision;
			const { job, jobs = [] } = input.evidence ?? input.incident;
			const isRust = [job, ...jobs].some((name) => name?.includes("rust"));
			const by = isRust ? ["rex", "rust"] : ["blaze", "frontend"];
			return { ...decision, agent: input.escalate_to ?? by[0] ?? "", failure_category: by[1] ?? "" };
		},
	});
	const times = { occurred_at: new Date(stub.clock).toISOString() };
	const about = { branch: "fix/parser", run_id: "100", head_sha: "sha-100", workflow: WORKFLOW, ...times };
	await journalIncident(stub, sampleIncident({ id: ID, ...about, job: jobs[0] ?? "", jobs }));
	await sweepDue(stub);
	return stub;
}

async function succeed(stub: Stub, attempt: number): Promise<void> {
	await happen(stub, ID, { kind: "outcome", attempt, phase: "Succeeded" });
}

async function red(stub: Stub, run_id: number, jobs: readonly string[]): Promise<void> {
	const started_at = new Date(stub.clock).toISOString();
	for (const job of jobs) {
		await happen(stub, ID, run("failure", run_id, stub, { job, failed_steps: [`run ${job}`], started_at }));
	}
	await happen(stub, ID, run("failure", run_id, stub, { started_at }));
}

function last(stub: Stub): DecideInput {
	const input = stub.decided.at(-1);
	if (input === undefined) throw new Error("nothing was decided");
	return input;
}

async function ends(stub: Stub): Promise<readonly unknown[]> {
	return (await attemptsOf(stub, ID)).map(({ agent, result, was_right }) => [agent, result, was_right]);
}

/** Lets time pass until that attempt runs, or nothing goes on. */
async function passed(stub: Stub, attempt: number): Promise<"running" | "over"> {
	for (let minute = 0; minute < 20; minute++) {
		stub.begin();
		await sweepDue(stub);
		await sweepOverdue(stub);
		const row = await findIncident(stub.journal, ID);
		if (row?.attempt === attempt && row.status === "running") return "running";
		if (row?.next_try_at === null) return "over";
		stub.clock += 60_000;
	}
	return "over";
}

async function passUntilAttempt(stub: Stub, attempt: number): Promise<void> {
	expect(await passed(stub, attempt)).toBe("running");
}
