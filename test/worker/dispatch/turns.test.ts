import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { processIncident } from "../../../worker/dispatch/process-incident.ts";
import type { Engine } from "../../../worker/engine.ts";
import { isAtSize } from "../../support/tiers/at-size.ts";
import { type ClaimingCluster, claimingCluster, endCodeRun } from "../support/claiming-cluster.ts";
import { sampleId, sampleIncident } from "../support/sample-incident.ts";
import { journalIncident, type Stub, stubEffects, stubEngine } from "../support/stub-effects.ts";
import { get, send } from "../support/worker.ts";

/** One agent, one CodeRun at once; nothing is claimed. */
function oneAtOnce(): Engine {
	const plain = stubEngine();
	return stubEngine({
		decide: async (input) => {
			const decision = await plain.decide(input);
			if (decision.outcome !== "spawn") throw new Error("the stub spawns");
			return { ...decision, max_active: 1, claims: [] };
		},
	});
}

interface Waiting {
	readonly id: string;
	readonly repository: string;
}

/** A hub whose agent is busy with `acme/other`, while these wait, in their order; `arrive`: the order in which they are tried. */
async function busyWith(waiting: readonly Waiting[], arrive = waiting): Promise<[Stub, ClaimingCluster]> {
	const stub = stubEffects();
	await stub.journal.batch(
		["incidents", "attempts", "deliveries", "transitions", "facts", "rate_limit_slots"].map((table) =>
			stub.journal.prepare(`DELETE FROM ${table}`),
		),
	);
	stub.activeEngine = oneAtOnce();
	const cluster = claimingCluster(stub);
	await open(stub, { id: sampleId(9_000), repository: "acme/other" });
	await processIncident(stub, sampleId(9_000));
	for (const one of waiting) await open(stub, one);
	for (const { id } of arrive) {
		stub.begin();
		await processIncident(stub, id);
	}
	return [stub, cluster];
}

async function open(stub: Stub, { id, repository }: Waiting): Promise<void> {
	const actor = { login: "octocat", type: "User" };
	stub.begin();
	await journalIncident(stub, sampleIncident({ id, repository, branch: `b${id}`, actor }));
	stub.clock += 10;
}

/** Ends the CodeRun that runs, and lets everything go that is due, first in any order. */
async function nextTurn(stub: Stub, cluster: ClaimingCluster): Promise<string | undefined> {
	await endCodeRun(stub, cluster.made.at(-1));
	const made = cluster.made.length;
	for (let tries = 0; tries < 5 && cluster.made.length === made; tries++) {
		const { results } = await stub.journal
			.prepare("SELECT id FROM incidents WHERE status IN ('accepted', 'waiting') AND next_try_at <= ?1 ORDER BY id")
			.bind(stub.clock)
			.all<{ id: string }>();
		for (const { id } of results) {
			stub.begin();
			await processIncident(stub, id);
		}
		stub.clock += 60_000;
	}
	return cluster.made.length === made ? undefined : cluster.made.at(-1)?.incident_id;
}

const shop = (n: number) => ({ id: sampleId(100 + n), repository: "acme/shop" });
const web = (n: number) => ({ id: sampleId(200 + n), repository: "acme/web" });
const api = (n: number) => ({ id: sampleId(300 + n), repository: "acme/api" });

describe("repositories that wait for one agent", () => {
	it("take turns, the oldest first within each", async () => {
		const [stub, cluster] = await busyWith([shop(1), shop(2), shop(3), web(1), api(1), web(2)]);
		const went = [];
		for (let turn = 0; turn < 6; turn++) went.push(await nextTurn(stub, cluster));
		expect(went).toEqual([shop(1), web(1), api(1), shop(2), web(2), shop(3)].map(({ id }) => id));
	});

	it("let the only incident of one wait for at most one turn of another that has hundreds", async () => {
		const many = Array.from({ length: isAtSize ? 500 : 12 }, (_, n) => shop(n + 1000));
		const [stub, cluster] = await busyWith(many);
		expect(await nextTurn(stub, cluster)).toBe(many[0]?.id);
		await open(stub, web(1));
		await processIncident(stub, web(1).id);
		expect(await nextTurn(stub, cluster)).toBe(web(1).id);
		expect(await nextTurn(stub, cluster)).toBe(many[1]?.id);
	}, 480_000);

	it("say their place in line, and who is before them", async () => {
		const [stub, cluster] = await busyWith([shop(1), shop(2), shop(3), web(1)]);
		const lineOf = async ({ id }: Waiting) => (await send(get(`/api/incidents/${id}`))).body.queue;
		expect(await lineOf(shop(1))).toEqual({ place: 1, waiting: 4, before: [], text: "first in line" });
		expect(await lineOf(web(1))).toMatchObject({ text: "second in line: 1 of acme/shop is before it" });
		expect(await lineOf(shop(2))).toMatchObject({
			text: "third in line: 1 other of acme/shop and 1 of acme/web are before it",
		});
		expect(await lineOf(shop(3))).toEqual({
			place: 4,
			waiting: 4,
			before: [
				{ repository: "acme/shop", count: 2 },
				{ repository: "acme/web", count: 1 },
			],
			text: "fourth in line: 2 others of acme/shop and 1 of acme/web are before it",
		});
		expect(await lineOf({ id: sampleId(9_000), repository: "acme/other" })).toBeNull();
		await nextTurn(stub, cluster);
		expect(await lineOf(web(1))).toMatchObject({ place: 1, waiting: 3 });
	});

	it("go in one order, whatever the order in which they were tried", async () => {
		const repositories = fc.array(fc.constantFrom("acme/shop", "acme/web", "acme/api"), { minLength: 2, maxLength: 8 });
		const property = fc.asyncProperty(
			repositories.chain((of) =>
				fc.tuple(fc.constant(of), fc.shuffledSubarray([...of.keys()], { minLength: of.length })),
			),
			async ([of, shuffled]) => {
				const waiting = of.map((repository, n) => ({ id: sampleId(n + 1), repository }));
				const arrive = shuffled.flatMap((n) => waiting[n] ?? []);
				const [stub, cluster] = await busyWith(waiting, arrive);
				const went = [];
				for (let turn = 0; turn < waiting.length; turn++) went.push(await nextTurn(stub, cluster));
				expect(went).toEqual(takingTurns(waiting));
			},
		);
		await fc.assert(property, { numRuns: isAtSize ? 60 : 2 });
	}, 600_000);
});

/** One of each repository after the other, in rounds; a round goes by the oldest of the first one. */
function takingTurns(waiting: readonly Waiting[]): readonly string[] {
	const names = [...new Set(waiting.map(({ repository }) => repository))];
	const lines = names.map((name) => waiting.filter(({ repository }) => repository === name));
	return waiting.flatMap((_, round) => lines.flatMap((line) => line[round]?.id ?? []));
}
