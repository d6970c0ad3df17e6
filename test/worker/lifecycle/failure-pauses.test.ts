import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { endPauses } from "../../../worker/dispatch/gates.ts";
import { processIncident } from "../../../worker/dispatch/process-incident.ts";
import { findIncident } from "../../../worker/journal/incidents.ts";
import { agentPauses, endPause, repositoryPauses } from "../../../worker/journal/pauses.ts";
import { messageOf } from "../../../worker/notifications/message.ts";
import { claimingCluster, endCodeRun } from "../support/claiming-cluster.ts";
import { sampleId, sampleIncident } from "../support/sample-incident.ts";
import { journalIncident, type Stub, stubEffects, stubEngine } from "../support/stub-effects.ts";
import { get, post, send } from "../support/worker.ts";

type Breaker = ReturnType<Stub["activeEngine"]["limitsFor"]>["breaker"];

/** A hub whose incidents have one attempt; `fail` opens one and ends its CodeRun. */
function hub(breaker: Breaker) {
	const stub = stubEffects();
	// The API has a clock of its own.
	stub.clock = Date.now();
	const outcome = { ...stubEngine().outcome, max_attempts: 1, escalate: [] };
	stub.activeEngine = stubEngine({ outcome, limitsFor: () => ({ limits: [], breaker }) });
	const cluster = claimingCluster(stub);
	const open = async (n: number, repository = "5dlabs/cto") => {
		stub.begin();
		stub.clock += 60_000;
		await journalIncident(stub, sampleIncident({ id: sampleId(n), repository, branch: `b${n}` }));
		return await processIncident(stub, sampleId(n));
	};
	const end = async (n: number, phase: string, repository?: string) => {
		expect(await open(n, repository)).toMatchObject({ state: "running" });
		await endCodeRun(stub, cluster.made.at(-1), phase);
	};
	return { stub, cluster, open, end };
}

describe("a repository whose attempts fail in a row", () => {
	it("is paused after as many as the limit says, until a person resumes it, and counts from there", async () => {
		const { stub, open, end } = hub({ repository: 3 });
		for (const n of [1, 2]) await end(n, "Failed");
		expect(await repositoryPauses(stub.journal, stub.clock)).toEqual([]);
		await end(3, "Failed");
		const reason = "the last 3 attempts in 5dlabs/cto failed";
		expect(await repositoryPauses(stub.journal, stub.clock)).toEqual([
			{ repository: "5dlabs/cto", reason, since: stub.clock, until: null, set_by: "failures" },
		]);
		expect(await open(4)).toMatchObject({ state: "waiting", reason: `paused: ${reason}` });
		expect(await open(5, "5dlabs/other")).toMatchObject({ state: "running" });
		stub.clock += 30 * 86_400_000;
		expect(await endPauses(stub)).toBe(0);
		stub.clock -= 30 * 86_400_000;

		const shown = (await send(get("/api/status"))).body.paused_repositories;
		expect(shown).toMatchObject([{ repository: "5dlabs/cto", by: "failures", reason, until: null }]);
		const resumed = await send(resume("?repository=5DLabs/CTO"));
		expect(resumed).toMatchObject({ status: 200, body: { paused: null, paused_repositories: [], released: 1 } });
		const audit = await stub.journal.prepare("SELECT action, target FROM audit").all();
		expect(audit.results).toEqual([{ action: "resume", target: "5dlabs/cto" }]);
		expect(await processIncident(stub, sampleId(4))).toMatchObject({ state: "running" });
	});

	it("counts neither what a person stopped nor what ended before somebody resumed, and a success ends the series", async () => {
		const { stub, cluster, open, end } = hub({ repository: 2 });
		await end(1, "Failed");
		await end(2, "Deleted");
		expect(await repositoryPauses(stub.journal, stub.clock)).toEqual([]);
		await open(3);
		await stub.journal
			.prepare("UPDATE attempts SET outcome = 'Succeeded', result = 'fixed', ended_at = ?1 WHERE incident_id = ?2")
			.bind(stub.clock, sampleId(3))
			.run();
		expect(cluster.made).toHaveLength(3);
		await end(4, "Failed");
		expect(await repositoryPauses(stub.journal, stub.clock)).toEqual([]);
		await end(5, "Failed");
		expect(await repositoryPauses(stub.journal, stub.clock)).toHaveLength(1);
		await endPause(stub.journal, { repository: "5dlabs/cto" }, stub.clock);
		await end(6, "Failed");
		expect(await repositoryPauses(stub.journal, stub.clock)).toEqual([]);
		await end(7, "Failed");
		expect(await repositoryPauses(stub.journal, stub.clock)).toHaveLength(1);
	});

	it("is told to people once, in the transaction that ends the attempt", async () => {
		const { stub, cluster, open } = hub({ repository: 2, agent: 2 });
		await open(1);
		await open(2);
		await open(3);
		for (const made of cluster.made) await endCodeRun(stub, made, "Failed");
		const events = await stub.journal
			.prepare("SELECT * FROM notification_events WHERE event = 'paused' ORDER BY subject")
			.all<NonNullable<Parameters<typeof messageOf>[0]>>();
		const told = events.results.map((event) => messageOf(event, undefined, stub.notifications)?.data);
		const url = "https://healer.example.com/hub";
		expect(told).toEqual([
			{
				pause: {
					repository: null,
					agent: "rex",
					reason: "the last 2 attempts of agent rex failed",
					url,
					incident_id: sampleId(2),
				},
			},
			{
				pause: {
					repository: "5dlabs/cto",
					agent: null,
					reason: "the last 2 attempts in 5dlabs/cto failed",
					url,
					incident_id: sampleId(2),
				},
			},
		]);
	});
});

describe("an agent", () => {
	it("is paused after so many failed attempts in any repository, and resumed by its name", async () => {
		const { stub, open, end } = hub({ agent: 2 });
		await end(1, "Failed");
		await end(2, "TimedOut", "acme/shop");
		expect(await agentPauses(stub.journal, stub.clock)).toMatchObject([{ agent: "rex", set_by: "failures" }]);
		expect(await open(3, "acme/api")).toMatchObject({
			state: "waiting",
			reason: "paused: the last 2 attempts of agent rex failed",
		});
		expect(await endPauses(stub)).toBe(0);
		expect(await send(resume("?agent=rex"))).toMatchObject({
			status: 200,
			body: { agent: "rex", paused: null, paused_agents: [], released: 1 },
		});
		expect(await findIncident(stub.journal, sampleId(3))).toMatchObject({ status: "waiting" });
	});

	it("is paused and resumed by a person, too; nobody else is held back", async () => {
		const { stub, open } = hub({});
		const { status, body } = await send(post("/api/pause", { agent: "rex", reason: "a new model" }));
		expect([status, body]).toMatchObject([
			200,
			{ agent: "rex", repository: null, paused: { by: "command", reason: "a new model" } },
		]);
		expect(await open(1)).toMatchObject({ state: "waiting", reason: "paused" });
		const other = stub.activeEngine;
		stub.activeEngine = { ...other, decide: async (input) => await other.decide({ ...input, escalate_to: "blaze" }) };
		expect(await open(2)).toMatchObject({ state: "running" });
		expect((await send(post("/api/pause", { agent: "rexx" }))).body.error).toContain("unknown agent rexx: there are ");
		expect((await send(post("/api/pause", { agent: "rex", repository: "5dlabs/cto" }))).status).toBe(400);
		expect((await send(resume("?agent=rex"))).body).toMatchObject({ released: 1 });
		const audit = await stub.journal.prepare("SELECT action, target, detail FROM audit ORDER BY id").all();
		expect(audit.results).toEqual([
			{ action: "pause", target: "agent rex", detail: "a new model" },
			{ action: "resume", target: "agent rex", detail: null },
		]);
	});
});

function resume(query: string): Request {
	const headers = { authorization: `Bearer ${env.HEALER_API_TOKEN}` };
	return new Request(`http://127.0.0.1:8787/api/pause${query}`, { method: "DELETE", headers });
}
