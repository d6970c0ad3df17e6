import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { processIncident } from "../../../worker/dispatch/process-incident.ts";
import { findFound } from "../../../worker/journal/packed-decision.ts";
import type { IncidentStatus } from "../../../worker/journal/statuses.ts";
import { releaseIncident, retryRemediation, stopRemediation } from "../../../worker/remediation/actions.ts";
import { reassignRemediation } from "../../../worker/remediation/reassign.ts";
import { runs } from "../../support/tiers/at-size.ts";
import { claimingCluster, endCodeRun } from "../support/claiming-cluster.ts";
import { agentDone, HOUR, pass, protectingStub, pullRequest, rowOf, runEnds } from "../support/merge-life.ts";
import {
	attemptsOf,
	happen,
	passUntilQuiet,
	run,
	runningRemediation,
	timelineOf,
} from "../support/remediation-life.ts";
import { sampleId, sampleIncident } from "../support/sample-incident.ts";
import { hub } from "../support/shipped-hub.ts";
import { journalIncident, type Stub, stubEffects } from "../support/stub-effects.ts";

const ID = sampleId(1);
const TO_BOLT = { agent: "bolt", by: "octocat" } as const;

async function running(): Promise<Stub> {
	const stub = stubEffects();
	await runningRemediation(stub, ID);
	return stub;
}

async function agentsOf(stub: Stub, id = ID) {
	return (await attemptsOf(stub, id)).map(({ attempt, agent, result, escalated }) => [
		attempt,
		agent,
		result,
		escalated,
	]);
}

describe("reassignRemediation of a remediation under way", () => {
	it("ends the running attempt, gives the next one to the agent, and lets it wait for the CodeRun", async () => {
		const stub = stubEffects();
		const cluster = claimingCluster(stub);
		// As the relay answers a higher attempt while the CodeRun of the earlier one is unfinished.
		stub.relay = (_id, body) => {
			const [first] = cluster.made;
			if (first === undefined || first.finished) return cluster.spawn(body);
			const coderun_name = first.coderun.metadata.name;
			return { ok: true, result: { result: "held", claim: "incident", by: ID, until: null, coderun_name } };
		};
		await runningRemediation(stub, ID);
		stub.clock += 60_000;
		expect(await reassignRemediation(stub, ID, TO_BOLT)).toEqual({ ok: true, status: "waiting", attempt: 2 });
		const name = cluster.made[0]?.coderun.metadata.name;
		expect(await rowOf(stub, ID)).toMatchObject({
			status: "waiting",
			attempt: 2,
			budget_from: 2,
			escalate_to: "bolt",
			next_try_at: stub.clock,
			reason: `retried with bolt by octocat; attempt 2 starts once ${name} is gone or finished`,
		});
		expect(stub.woken.at(-1)).toEqual({ id: ID, delayMs: 0 });

		await pass(stub, 60_000);
		expect(cluster.made).toHaveLength(1);
		expect(await rowOf(stub, ID)).toMatchObject({ status: "waiting", agent: "bolt", blocked_on: `incident:${ID}` });
		await endCodeRun(stub, cluster.made[0]);
		await pass(stub, 1000);
		expect(await rowOf(stub, ID)).toMatchObject({ status: "running", attempt: 2, agent: "bolt" });
		expect(cluster.made.map(({ agent, attempt }) => [agent, attempt])).toEqual([
			["rex", 1],
			["bolt", 2],
		]);
		expect(await agentsOf(stub)).toEqual([
			[1, "rex", "stopped", 0],
			[2, "bolt", null, 1],
		]);
		expect((await timelineOf(stub, ID)).filter(({ event }) => event !== "deferred")).toMatchObject([
			{ event: "spawned", attempt: 1 },
			{ event: "reassigned", attempt: 1, from_status: "running", to_status: "waiting" },
			{ event: "spawned", attempt: 2 },
		]);
		expect(stub.decided.at(-1)).toMatchObject({
			escalate_to: "bolt",
			previous_attempts: [{ attempt: 1, agent: "rex", outcome: "stopped" }],
		});
	});

	it("is fixed by the push of the agent before, and calls no other one", async () => {
		const stub = await running();
		await reassignRemediation(stub, ID, TO_BOLT);
		await happen(stub, ID, run("success", 200, stub));
		expect(await passUntilQuiet(stub, ID)).toMatchObject({ status: "fixed", fixed_by: "agent" });
		expect(stub.sent).toHaveLength(1);
	});

	it("leaves the outcome of the attempt before without effect", async () => {
		const stub = await running();
		await reassignRemediation(stub, ID, TO_BOLT);
		await happen(stub, ID, { kind: "outcome", attempt: 1, phase: "Failed", message: "no idea" });
		expect(await rowOf(stub, ID)).toMatchObject({ status: "waiting", attempt: 2 });
		expect(await attemptsOf(stub, ID)).toMatchObject([{ result: "stopped", given_to: "bolt", outcome: "Failed" }]);
	});

	it("gives the agent its own budget, and the escalation follows it", async () => {
		const stub = await running();
		await reassignRemediation(stub, ID, TO_BOLT);
		for (const attempt of [2, 3, 4]) {
			await pass(stub, 180_000);
			await happen(stub, ID, { kind: "outcome", attempt, phase: "Failed", message: `reason ${attempt}` });
		}
		expect(await agentsOf(stub)).toEqual([
			[1, "rex", "stopped", 0],
			[2, "bolt", "agent_failed", 1],
			[3, "bolt", "agent_failed", 1],
			[4, "atlas", "agent_failed", 1],
		]);
		expect((await rowOf(stub, ID)).status).toBe("escalated");
	});

	it("takes one that waits for CI", async () => {
		const stub = await running();
		await happen(stub, ID, { kind: "outcome", attempt: 1, phase: "Succeeded" });
		expect(await reassignRemediation(stub, ID, TO_BOLT)).toEqual({ ok: true, status: "waiting", attempt: 2 });
		await pass(stub, 1000);
		expect(await rowOf(stub, ID)).toMatchObject({ status: "running", agent: "bolt" });
	});

	it("takes one whose fix waits to be merged: what passed before is not waited for again", async () => {
		const stub = protectingStub();
		const fix = `healer/${ID.slice(0, 16)}`;
		await agentDone(stub, ID, "release/retry", 12);
		await runEnds(stub, ID, "success", 200, { branch: fix });
		await pass(stub, 60_000);
		expect((await rowOf(stub, ID)).status).toBe("awaiting_merge");
		expect(await reassignRemediation(stub, ID, TO_BOLT)).toEqual({ ok: true, status: "waiting", attempt: 2 });
		await pass(stub, 1000);
		expect(await rowOf(stub, ID)).toMatchObject({ status: "running", agent: "bolt" });
		await happen(stub, ID, { kind: "outcome", attempt: 2, phase: "Succeeded", pr: 12 });
		expect((await rowOf(stub, ID)).status).toBe("awaiting_ci");
		await pass(stub, 60_000);
		await runEnds(stub, ID, "success", 201, { branch: fix });
		expect((await rowOf(stub, ID)).status).toBe("awaiting_merge");
		await pullRequest(stub, ID, "merged", { branch: fix, pr_number: 12 });
		await pass(stub, 2 * HOUR);
		expect((await rowOf(stub, ID)).status).toBe("fixed");
	});

	it("keeps the attempt of the same agent that is at work", async () => {
		const stub = await running();
		const to = { agent: "rex", by: "octocat" };
		expect(await reassignRemediation(stub, ID, to)).toEqual({ ok: true, status: "running", attempt: 1 });
		expect((await timelineOf(stub, ID)).map(({ event }) => event)).toEqual(["spawned"]);
	});
});

describe("reassignRemediation of what is not sent yet", () => {
	it("gives an undecided one to the agent, as its first attempt", async () => {
		const stub = stubEffects();
		await journalIncident(stub, sampleIncident({ id: ID }), stub.clock + 5000);
		expect(await reassignRemediation(stub, ID, TO_BOLT)).toEqual({ ok: true, status: "waiting", attempt: 1 });
		await pass(stub, 1000);
		expect(await rowOf(stub, ID)).toMatchObject({ status: "running", attempt: 1, agent: "bolt" });
	});

	it("leaves a decision as it is stored, and decides the next attempt", async () => {
		const stub = stubEffects();
		stub.relay = () => ({ ok: false, reason: "unreachable", isFinal: false });
		await journalIncident(stub, sampleIncident({ id: ID }));
		await processIncident(stub, ID);
		const [before] = stub.sent;
		expect(await reassignRemediation(stub, ID, TO_BOLT)).toEqual({ ok: true, status: "waiting", attempt: 2 });
		await pass(stub, 1000);
		expect(stub.sent[0]).toEqual(before);
		expect(stub.sent.at(-1)?.id).toBe(`${ID}.2`);
		expect(await agentsOf(stub)).toEqual([
			[1, "rex", "stopped", 0],
			[2, "bolt", null, 1],
		]);
		// The first one is not known to have run, so the prompt does not mention it.
		expect(stub.decided.at(-1)?.previous_attempts).toEqual([]);
	});

	it("sends the same bytes if they are that agent's already", async () => {
		const stub = stubEffects();
		stub.relay = () => ({ ok: false, reason: "unreachable", isFinal: false });
		await journalIncident(stub, sampleIncident({ id: ID }));
		await processIncident(stub, ID);
		const to = { agent: "rex", by: "octocat" };
		expect(await reassignRemediation(stub, ID, to)).toEqual({ ok: true, status: "waiting", attempt: 1 });
		await pass(stub, 1000);
		expect(new Set(stub.sent.map(({ id, body }) => `${id} ${body}`)).size).toBe(1);
	});

	it("lets a consumer that is deciding or sending it go first, and writes nothing", async () => {
		const stub = stubEffects();
		await journalIncident(stub, sampleIncident({ id: ID }));
		const raced: unknown[] = [];
		stub.relay = async (_id, body) => {
			raced.push(await reassignRemediation(stub, ID, TO_BOLT), await stopRemediation(stub, ID, "octocat"));
			return { ok: true, result: { result: "created", coderun_name: JSON.parse(body).coderun.metadata.name } };
		};
		await processIncident(stub, ID);
		expect(raced).toEqual([
			{ ok: false, reason: "raced" },
			{ ok: false, reason: "raced" },
		]);
		expect(await attemptsOf(stub, ID)).toMatchObject([
			{ agent: "rex", result: null, given_to: null, corrected_to: null },
		]);
		expect((await rowOf(stub, ID)).status).toBe("running");
	});
});

describe("reassignRemediation of one that ended", () => {
	it.each<IncidentStatus>(["unverified", "failed", "escalated", "cancelled", "dead"])(
		"starts one that is %s over with the agent",
		async (status) => {
			const stub = await running();
			await ended(stub, status);
			expect(await reassignRemediation(stub, ID, TO_BOLT)).toEqual({ ok: true, status: "waiting", attempt: 2 });
			await pass(stub, 1000);
			expect(await rowOf(stub, ID)).toMatchObject({ status: "running", attempt: 2, agent: "bolt" });
		},
	);

	it.each<IncidentStatus>(["fixed", "superseded"])("has nothing to do for one that is %s", async (status) => {
		const stub = await running();
		await ended(stub, status);
		expect(await reassignRemediation(stub, ID, TO_BOLT)).toEqual({ ok: false, reason: "not_now", status });
	});

	it("knows no incident that is not there", async () => {
		expect(await reassignRemediation(stubEffects(), sampleId(9), TO_BOLT)).toEqual({ ok: false, reason: "not_found" });
	});
});

describe("the correction of a rule", () => {
	const corrections = async (stub: Stub) =>
		(await attemptsOf(stub, ID)).map(({ agent, corrected_to }) => [agent, corrected_to]);

	it("is kept at the attempt whose agent the rules chose, and is the latest word", async () => {
		const stub = await running();
		await reassignRemediation(stub, ID, TO_BOLT);
		await pass(stub, 1000);
		await reassignRemediation(stub, ID, { agent: "blaze", by: "octocat" });
		await pass(stub, 1000);
		expect(await corrections(stub)).toEqual([
			["rex", "blaze"],
			["bolt", null],
			["blaze", null],
		]);
		await reassignRemediation(stub, ID, { agent: "rex", by: "octocat" });
		expect((await corrections(stub))[0]).toEqual(["rex", null]);
	});

	it("names the person's choice as such in the decision of the shipped pipeline", async () => {
		const stub = await hub();
		await journalIncident(stub, sampleIncident({ id: ID, workflow: { name: "Controller CI" }, branch: "fix/parser" }));
		await pass(stub, 1000);
		await reassignRemediation(stub, ID, TO_BOLT);
		await pass(stub, 1000);
		const row = await rowOf(stub, ID);
		expect(row).toMatchObject({ agent: "bolt", rule: "retry" });
		const route = JSON.parse((await findFound(stub.journal, row)).explanation).stages.find(
			({ stage }: { stage: string }) => stage === "route",
		);
		expect(route.outcome).toBe("bolt, by retry; the rules say rex, by rust");
	});
});

describe("exactly once", () => {
	it("makes one more attempt of fifty concurrent requests", async () => {
		const stub = await running();
		const all = await Promise.all(Array.from({ length: 50 }, () => reassignRemediation(stub, ID, TO_BOLT)));
		expect(new Set(all.map((one) => (one.ok ? `attempt ${one.attempt}` : one.reason)))).toEqual(
			new Set(["attempt 2", "raced"]),
		);
		await pass(stub, 1000);
		const later = await Promise.all(Array.from({ length: 50 }, () => reassignRemediation(stub, ID, TO_BOLT)));
		expect(new Set(later.map((one) => one.ok && `${one.status} ${one.attempt}`))).toEqual(new Set(["running 2"]));
		expect(stub.sent.map(({ id }) => id)).toEqual([`${ID}.1`, `${ID}.2`]);
	});

	it("has one CodeRun at a time and one attempt more than changes of mind, whatever is doubled, lost and killed", async () => {
		let n = 100;
		const happening = fc.record({
			agent: fc.constantFrom("rex", "bolt", "blaze"),
			times: fc.integer({ min: 1, max: 3 }),
			send: fc.constantFrom("answered", "answer lost", "not reached", "consumer dies"),
			after: fc.constantFrom("goes on", "ends", "retried", "released"),
		});
		const property = fc.asyncProperty(fc.array(happening, { minLength: 1, maxLength: 6 }), async (all) => {
			const id = sampleId(++n);
			const stub = stubEffects();
			const cluster = claimingCluster(stub);
			const spawn = (sent: string) => {
				const before = cluster.made.findLast(({ incident_id }) => incident_id === id);
				const { attempt } = JSON.parse(sent);
				if (before === undefined || before.finished || before.attempt === attempt) return cluster.spawn(sent);
				const coderun_name = before.coderun.metadata.name;
				return { ok: true, result: { result: "held", claim: "incident", by: id, until: null, coderun_name } } as const;
			};
			await journalIncident(stub, sampleIncident({ id, branch: `b-${n}` }));
			for (const { agent, times, send, after } of all) {
				stub.relay = (_id, body) => {
					if (send === "not reached") return { ok: false, reason: "unreachable", isFinal: false };
					const answer = spawn(body);
					if (send === "consumer dies") throw new Error("killed");
					return send === "answered" ? answer : { ok: false, reason: "timeout", isFinal: false };
				};
				await processIncident(stub, id);
				const before = (await rowOf(stub, id)).attempt;
				const asked = Array.from({ length: times }, () => reassignRemediation(stub, id, { agent, by: "octocat" }));
				await Promise.all(asked);
				await reassignRemediation(stub, id, { agent, by: "octocat" });
				expect((await rowOf(stub, id)).attempt - before).toBeLessThanOrEqual(1);
				if (after === "retried") await retryRemediation(stub, id, "octocat");
				if (after === "released") await releaseIncident(stub, id, "octocat");
				const open = cluster.made.find(({ finished }) => !finished);
				if (after === "ends" && open !== undefined) await endCodeRun(stub, open, "Failed");
				await processIncident(stub, id);
				stub.clock += 90_000;
				expect(cluster.most).toBeLessThanOrEqual(1);
			}
			const names = cluster.made.map(({ coderun }) => coderun.metadata.name);
			expect(new Set(names).size).toBe(names.length);
			expect(new Set(cluster.made.map(({ attempt }) => attempt)).size).toBe(names.length);
			// Under one id only one text was ever sent.
			for (const { id: sent } of stub.sent) {
				expect(new Set(stub.sent.filter((one) => one.id === sent).map(({ body }) => body)).size).toBe(1);
			}
		});
		await fc.assert(property, { numRuns: runs(20, 4) });
	}, 180_000);
});

async function ended(stub: Stub, status: IncidentStatus): Promise<void> {
	await stub.journal.batch([
		stub.journal
			.prepare("UPDATE incidents SET status = ?2, next_try_at = NULL, ended_at = ?3 WHERE id = ?1")
			.bind(ID, status, stub.clock),
		stub.journal
			.prepare("UPDATE attempts SET result = 'agent_failed', ended_at = ?2 WHERE incident_id = ?1")
			.bind(ID, stub.clock),
	]);
}
