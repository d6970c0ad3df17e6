import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import type { Alert, Incident } from "../../../pipeline/incident.ts";
import { processIncident } from "../../../worker/dispatch/process-incident.ts";
import type { Engine } from "../../../worker/engine.ts";
import { findIncident } from "../../../worker/journal/incidents.ts";
import { isAtSize } from "../../support/tiers/at-size.ts";
import { type ClaimingCluster, claimingCluster, endCodeRun } from "../support/claiming-cluster.ts";
import { sampleId, sampleIncident } from "../support/sample-incident.ts";
import { journalIncident, type Stub, stubEffects, stubEngine } from "../support/stub-effects.ts";

/** One claim by branch, or for alerts and secrets of their own; the agent stands in the job's name; one CodeRun an agent. */
function queueEngine(): Engine {
	const plain = stubEngine();
	return stubEngine({
		decide: async (input) => {
			const decision = await plain.decide(input);
			if (decision.outcome !== "spawn") throw new Error("the stub spawns");
			const { repository, branch, alert, job = "rex" } = input.incident;
			const name = alert === undefined ? "branch" : alert.type === "secret_scanning" ? "secrets" : "alerts";
			const key = name === "branch" ? `${repository}/${branch}` : `${repository}/${name}`;
			return { ...decision, agent: job, max_active: 1, claims: [{ name, key, ttl_s: 600, while_active: true }] };
		},
	});
}

interface Row {
	readonly id: string;
	readonly status: string;
	readonly reason: string | null;
	readonly blocked_on: string | null;
	readonly blocked_by: string | null;
	readonly created_at: number;
	readonly next_try_at: number | null;
}

async function rows(stub: Stub): Promise<readonly Row[]> {
	return (await stub.journal.prepare("SELECT * FROM incidents ORDER BY created_at, id").all<Row>()).results;
}

const OPEN = ["accepted", "waiting", "running", "awaiting_ci"];

/** Everything that is due, also results of CI that never come. */
async function processDue(stub: Stub, reversed = false): Promise<void> {
	const due = (await rows(stub)).filter(
		({ status, next_try_at }) => OPEN.includes(status) && next_try_at !== null && next_try_at <= stub.clock,
	);
	stub.begin();
	for (const { id } of reversed ? due.toReversed() : due) {
		stub.begin();
		await processIncident(stub, id);
	}
}

async function started(): Promise<{ readonly stub: Stub; readonly cluster: ClaimingCluster }> {
	const stub = stubEffects();
	stub.activeEngine = queueEngine();
	return { stub, cluster: claimingCluster(stub) };
}

const [OLDEST, SECOND, YOUNGEST] = [sampleId(1), sampleId(2), sampleId(3)];

async function fail(stub: Stub, id: string, fields: Partial<Incident> = {}): Promise<void> {
	await journalIncident(stub, sampleIncident({ id, branch: "fix/parser", ...fields }));
	stub.clock += 10;
}

const alert = (fields: Alert) => ({ kind: "security", branch: "main", job: "cipher", alert: fields }) as const;

describe("incidents that wait for the same thing", () => {
	it.each([
		["first", true],
		["last", false],
	])(
		"let the retry of a younger one go on with its branch, though two older ones wait for it: tried %s",
		async (_, reversed) => {
			const { stub, cluster } = await started();
			await fail(stub, OLDEST);
			await fail(stub, SECOND);
			await fail(stub, YOUNGEST);
			// The last of the burst is processed first, and has the branch.
			await processIncident(stub, YOUNGEST);
			await processIncident(stub, SECOND);
			await processIncident(stub, OLDEST);
			expect(cluster.made.map(({ incident_id }) => incident_id)).toEqual([YOUNGEST]);
			await endCodeRun(stub, cluster.made[0], "Failed");

			// The pause between two attempts is two minutes; the claim's ttl is ten.
			stub.clock += 121_000;
			await processDue(stub, reversed);
			expect(cluster.made.map(({ incident_id, attempt }) => [incident_id, attempt])).toEqual([
				[YOUNGEST, 1],
				[YOUNGEST, 2],
			]);
			expect(await findIncident(stub.journal, OLDEST)).toMatchObject({ status: "waiting", blocked_by: YOUNGEST });
		},
	);

	it("queue for the agent of a retry, which holds its branch but no agent", async () => {
		const { stub, cluster } = await started();
		await fail(stub, YOUNGEST);
		await processIncident(stub, YOUNGEST);
		await fail(stub, SECOND, { branch: "other" });
		await processIncident(stub, SECOND);
		expect(await findIncident(stub.journal, SECOND)).toMatchObject({ blocked_on: "agent:rex" });
		await endCodeRun(stub, cluster.made[0], "Failed");
		await processIncident(stub, SECOND);
		stub.clock += 121_000;
		await processDue(stub);
		expect(cluster.made.map(({ incident_id, attempt }) => [incident_id, attempt])).toEqual([
			[YOUNGEST, 1],
			[SECOND, 1],
		]);
		expect(await findIncident(stub.journal, YOUNGEST)).toMatchObject({ status: "waiting", blocked_on: "agent:rex" });
	});

	it("go oldest first once the claim is free, even before a retry whose ttl is over", async () => {
		const { stub, cluster } = await started();
		await fail(stub, OLDEST);
		await fail(stub, YOUNGEST);
		await processIncident(stub, YOUNGEST);
		await processIncident(stub, OLDEST);
		// Longer than the ttl.
		stub.clock += 1_200_000;
		await endCodeRun(stub, cluster.made[0], "Failed");
		stub.clock += 121_000;
		await processIncident(stub, YOUNGEST);
		await processIncident(stub, OLDEST);
		expect(cluster.made.map(({ incident_id }) => incident_id)).toEqual([YOUNGEST, OLDEST]);
	});

	it("let one go on whose CodeRun exists, though nobody heard so, ahead of those whom the cluster sent away", async () => {
		const { stub, cluster } = await started();
		await fail(stub, OLDEST);
		await fail(stub, SECOND);
		await fail(stub, YOUNGEST);
		stub.relay = (_id, body) => {
			cluster.spawn(body);
			return { ok: false, reason: "timeout", isFinal: false };
		};
		await processIncident(stub, YOUNGEST);
		stub.relay = (_id, body) => cluster.spawn(body);
		await processIncident(stub, OLDEST);
		await processIncident(stub, SECOND);
		expect(await findIncident(stub.journal, SECOND)).toMatchObject({ blocked_by: OLDEST });
		stub.clock += 60_000;
		expect(await processIncident(stub, YOUNGEST)).toMatchObject({ state: "running", existed: true });
	});

	it("never wait in a circle when the cluster names one as the holder that did not hear so and stands behind the other", async () => {
		const { stub, cluster } = await started();
		const [low, high] = [OLDEST, SECOND];
		const loseAnswers = () => {
			stub.relay = (_id, body) => {
				cluster.spawn(body);
				return { ok: false, reason: "timeout", isFinal: false };
			};
		};
		loseAnswers();
		await fail(stub, low, alert({ type: "dependabot", number: 1, severity: "low" }));
		await processIncident(stub, low);
		await fail(stub, high, alert({ type: "dependabot", number: 2, severity: "high" }));
		await processIncident(stub, high);
		expect(cluster.made.map(({ incident_id }) => incident_id)).toEqual([low]);
		stub.relay = (_id, body) => cluster.spawn(body);
		stub.clock += 45_000;
		await processIncident(stub, low);
		expect(await findIncident(stub.journal, low)).toMatchObject({ status: "waiting", blocked_by: high });
		await processIncident(stub, high);
		expect(await findIncident(stub.journal, high)).toMatchObject({ status: "waiting", blocked_by: low });
		await processDue(stub);
		expect(await findIncident(stub.journal, low)).toMatchObject({ status: "running" });
	});

	it("go by what they are about: secrets, alerts by severity, then the rest, oldest first", async () => {
		const { stub, cluster } = await started();
		const holder = sampleId(99);
		await fail(stub, holder, { branch: "first", job: "cipher" });
		await processIncident(stub, holder);
		const waiting: readonly (readonly [string, Partial<Incident>])[] = [
			["ci", { branch: "b1", job: "cipher" }],
			["younger ci", { branch: "b2", job: "cipher" }],
			["unknown", alert({ type: "code_scanning", number: 1 })],
			["low", alert({ type: "dependabot", number: 2, severity: "low" })],
			["moderate", alert({ type: "vulnerability", number: 3, severity: "moderate" })],
			["medium", alert({ type: "dependabot", number: 4, severity: "medium" })],
			["critical", alert({ type: "dependabot", number: 5, severity: "critical" })],
			["high", alert({ type: "code_scanning", number: 6, severity: "high" })],
			["secret", alert({ type: "secret_scanning", number: 7, severity: "critical" })],
		];
		const names = new Map<string, string>();
		for (const [at, [name, fields]] of waiting.entries()) {
			const id = sampleId(10 + at);
			names.set(id, name);
			await fail(stub, id, fields);
			await processIncident(stub, id);
		}
		for (let turn = 0; turn < waiting.length; turn++) {
			// Past the ttl of the alerts' own claim: only the order decides.
			stub.clock += 700_000;
			await endCodeRun(stub, cluster.made.at(-1));
			await processDue(stub);
			stub.clock += 40_000;
			await processDue(stub);
		}
		expect(cluster.made.slice(1).map(({ incident_id }) => names.get(incident_id))).toEqual([
			"secret",
			"critical",
			"high",
			"moderate",
			"medium",
			"low",
			"unknown",
			"ci",
			"younger ci",
		]);
	});
});

interface Burst {
	readonly do: "fail" | "time" | "end";
	readonly branch: number;
	readonly agent: number;
	readonly alert: number;
	readonly phase: "Failed" | "Succeeded";
	readonly isLost: boolean;
	/** Whether its delivery says who pushed; else it may be the result of an attempt. */
	readonly isNamed: boolean;
	readonly reversed: boolean;
	/** How much time passes, in milliseconds: less or more than the ttl of a claim. */
	readonly ms: number;
}

const burst = fc.record<Burst>({
	do: fc.constantFrom("fail", "fail", "time", "end"),
	branch: fc.integer({ min: 0, max: 1 }),
	agent: fc.integer({ min: 0, max: 1 }),
	alert: fc.integer({ min: 0, max: 5 }),
	phase: fc.constantFrom("Failed", "Failed", "Succeeded"),
	isLost: fc.boolean(),
	isNamed: fc.boolean(),
	reversed: fc.boolean(),
	ms: fc.constantFrom(45_000, 45_000, 130_000, 700_000),
});

const AGENTS = ["rex", "blaze"];
const ALERTS: readonly (Alert | undefined)[] = [
	undefined,
	undefined,
	undefined,
	{ type: "dependabot", severity: "high" },
	{ type: "dependabot", severity: "low" },
	{ type: "secret_scanning" },
];

/** What must hold whenever nobody is at work. */
async function expectOrder(stub: Stub, cluster: ClaimingCluster): Promise<void> {
	// What is due is tried next: it waits for nobody.
	const isWaiting = (row: Row) => row.status === "waiting" && (row.next_try_at ?? 0) > stub.clock;
	const waiting = new Map((await rows(stub)).filter(isWaiting).map((row) => [row.id, row]));
	for (const row of waiting.values()) {
		const seen = new Set([row.id]);
		for (let next = row.blocked_by; next !== null; next = waiting.get(next)?.blocked_by ?? null) {
			if (seen.has(next)) throw new Error(`a circle of waits: ${[...seen].join(" → ")} → ${next}`);
			seen.add(next);
		}
		const held = row.blocked_on?.startsWith("claim:") && cluster.holderOf(row.blocked_on.slice("claim:".length));
		if (held === row.id && row.reason?.startsWith("behind "))
			throw new Error(`${row.id} is behind others for its own claim`);
	}
}

describe("a burst", () => {
	let n = 0;
	beforeEach(() => {
		n = 0;
	});

	it("of failures, alerts, retries and lost answers ends without a circle, holders first, and nobody is left", async () => {
		const property = fc.asyncProperty(fc.array(burst, { minLength: 4, maxLength: 20 }), async (bursts) => {
			const { stub, cluster } = await started();
			await stub.journal.batch(
				["incidents", "attempts", "deliveries", "transitions", "facts"].map((table) =>
					stub.journal.prepare(`DELETE FROM ${table}`),
				),
			);
			const run = ++n;
			for (const { do: what, branch, agent, alert: about, phase, isLost, isNamed, reversed, ms } of bursts) {
				const [unfinished] = cluster.made.filter(({ finished }) => !finished);
				if (what === "fail") {
					const job = String(AGENTS[agent]);
					const of = ALERTS[about];
					const fields = {
						repository: `o/r${run}`,
						branch: `b${branch}`,
						job,
						...(of !== undefined && { kind: "security" as const, alert: of }),
						...(isNamed && { actor: { login: "octocat", type: "User" } }),
					};
					await fail(stub, sampleId(++n), fields);
					stub.relay = (_id, body) => {
						const answer = cluster.spawn(body);
						return isLost ? { ok: false, reason: "timeout", isFinal: false } : answer;
					};
				} else if (what === "end" && unfinished !== undefined) {
					await endCodeRun(stub, unfinished, phase);
				} else {
					stub.clock += ms;
				}
				await processDue(stub, reversed);
				stub.relay = (_id, body) => cluster.spawn(body);
				await expectOrder(stub, cluster);
			}
			// Everything goes on from here without a fault: nobody waits for longer than the ttl of each before it.
			for (let turn = 0; turn < 400; turn++) {
				const left = (await rows(stub)).filter(({ status }) => status === "accepted" || status === "waiting");
				if (left.length === 0) return;
				stub.clock += 60_000;
				for (const made of cluster.made.filter(({ finished }) => !finished)) await endCodeRun(stub, made);
				await processDue(stub);
				await expectOrder(stub, cluster);
			}
			const left = (await rows(stub)).filter(({ status }) => status === "accepted" || status === "waiting");
			throw new Error(`they wait for ever: ${left.map(({ id, reason }) => `${id}: ${reason}`).join("; ")}`);
		});
		await fc.assert(property, { numRuns: isAtSize ? 100 : 2 });
	}, 600_000);
});
