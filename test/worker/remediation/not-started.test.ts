import { describe, expect, it } from "vitest";
import { sweepDue } from "../../../worker/dispatch/due-incidents.ts";
import { findIncident } from "../../../worker/journal/incidents.ts";
import {
	attemptsOf,
	happen,
	passUntilQuiet,
	run,
	runningRemediation,
	timelineOf,
} from "../support/remediation-life.ts";
import { sampleId } from "../support/sample-incident.ts";
import { type Stub, stubEffects } from "../support/stub-effects.ts";

const ID = sampleId(1);

async function running(): Promise<Stub> {
	const stub = stubEffects();
	await runningRemediation(stub, ID);
	return stub;
}

/** The relay reports how the current attempt's CodeRun ended; the next attempt is sent after the pause. */
async function ends(stub: Stub, attempt: number, phase: string): Promise<void> {
	await happen(stub, ID, { kind: "outcome", attempt, phase, message: "as the relay says" });
	stub.clock += 120_000;
	await sweepDue(stub);
}

describe("a CodeRun that no controller started", () => {
	it("is tried again after the pause by the same agent, and uses no budget", async () => {
		const stub = await running();
		await happen(stub, ID, { kind: "outcome", attempt: 1, phase: "NotStarted" });
		expect(await findIncident(stub.journal, ID)).toMatchObject({
			status: "waiting",
			attempt: 2,
			reason:
				"no controller started the CodeRun: it had no phase at its start deadline; attempt 2 follows, and this one counts against no agent",
			next_try_at: stub.clock + 120_000,
			escalate_to: null,
		});
		expect(await attemptsOf(stub, ID)).toMatchObject([
			{ outcome: "NotStarted", result: null, ended_at: stub.clock, spawned_at: null },
		]);
		stub.clock += 120_000;
		await sweepDue(stub);
		for (const attempt of [2, 3]) await ends(stub, attempt, "Failed");
		// Rex failed twice in the same way, which the first attempt is no part of.
		expect((await attemptsOf(stub, ID)).map(({ agent, result }) => [agent, result])).toEqual([
			["rex", null],
			["rex", "agent_failed"],
			["rex", "agent_failed"],
			["atlas", null],
		]);
		expect((await findIncident(stub.journal, ID))?.status).toBe("running");
	});

	it("leaves the turn with the agent that the escalation chose", async () => {
		const stub = await running();
		for (const attempt of [1, 2]) await ends(stub, attempt, "Failed");
		await ends(stub, 3, "NotStarted");
		expect((await attemptsOf(stub, ID)).map(({ agent }) => agent)).toEqual(["rex", "rex", "atlas", "atlas"]);
	});

	it("is not in the next agent's prompt", async () => {
		const stub = await running();
		await ends(stub, 1, "NotStarted");
		expect(stub.decided.at(-1)).toMatchObject({ attempt: 2, previous_attempts: [] });
	});

	it("is a person's after five in one budget, with the true reason", async () => {
		const stub = await running();
		for (const attempt of [1, 2, 3, 4, 5]) await ends(stub, attempt, "NotStarted");
		const row = await passUntilQuiet(stub, ID);
		expect(row).toMatchObject({ status: "escalated", attempt: 5 });
		const escalated = (await timelineOf(stub, ID)).find(({ event }) => event === "escalated");
		expect(escalated?.reason).toBe(
			"no controller started the CodeRun: it had no phase at its start deadline, 5 times; no agent has tried",
		);
		expect(stub.sent).toHaveLength(5);
	});

	it("ends as superseded when CI passed meanwhile: no agent has tried", async () => {
		const stub = await running();
		await happen(stub, ID, run("success", 200, stub, { actor: { login: "octocat", type: "User" } }));
		await happen(stub, ID, { kind: "outcome", attempt: 1, phase: "NotStarted" });
		expect(await findIncident(stub.journal, ID)).toMatchObject({ status: "superseded", fixed_by: "other" });
	});
});

describe("a CodeRun that somebody deleted", () => {
	it("is tried again after the pause, and says so", async () => {
		const stub = await running();
		await happen(stub, ID, { kind: "outcome", attempt: 1, phase: "Deleted" });
		expect(await findIncident(stub.journal, ID)).toMatchObject({
			status: "waiting",
			reason:
				"the CodeRun was deleted before it finished, by a person or a tool; its agent did not fail; attempt 2 follows: 2 of 3 attempts are left",
			next_try_at: stub.clock + 120_000,
			not_before: stub.clock + 120_000,
		});
	});

	it("twice in a row is not the same failure twice", async () => {
		const stub = await running();
		for (const attempt of [1, 2]) await ends(stub, attempt, "Deleted");
		const reasons = (await timelineOf(stub, ID)).flatMap(({ event, reason }) =>
			event === "retry_scheduled" ? [reason] : [],
		);
		expect(reasons.at(-1)).toBe(
			"the CodeRun was deleted before it finished, by a person or a tool; its agent did not fail; attempt 3 by atlas follows: the attempts before atlas's are used up",
		);
	});
});
