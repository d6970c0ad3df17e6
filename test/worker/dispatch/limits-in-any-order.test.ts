import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { limitsFor } from "../../../pipeline/limits.ts";
import { processIncident } from "../../../worker/dispatch/process-incident.ts";
import { isAtSize } from "../../support/tiers/at-size.ts";
import { claimingCluster, endCodeRun } from "../support/claiming-cluster.ts";
import { sampleId, sampleIncident } from "../support/sample-incident.ts";
import { journalIncident, type Stub, stubEffects, stubEngine, stubSettings } from "../support/stub-effects.ts";

const HOUR_MS = 3_600_000;
const LIMITS = { active: 3, per_hour: 4, repository: { per_hour: 2, active: 2 } };
const REPOSITORIES = ["5dlabs/cto", "acme/shop", "acme/web"];

interface Move {
	readonly do: "fail" | "fail" | "end" | "time";
	readonly repository: number;
	/** What becomes of each request meanwhile: `lost`: created, but the answer never came; `none`: it never arrived. */
	readonly relay: "answers" | "lost" | "none";
	readonly ms: number;
}

const move = fc.record<Move>({
	do: fc.constantFrom("fail", "fail", "end", "time"),
	repository: fc.nat(REPOSITORIES.length - 1),
	relay: fc.constantFrom("answers", "answers", "lost", "none"),
	// Requests reach the relay at once here, so that the half minute for their way is not used up.
	ms: fc.constantFrom(1_000, 61_000, 15 * 60_000, HOUR_MS - 1_000, HOUR_MS + 31_000),
});

let n = 0;

describe("limits", () => {
	it("hold as the relay counts, whatever fails, ends, is lost, or comes in whatever order", async () => {
		const property = fc.asyncProperty(fc.array(move, { minLength: 8, maxLength: 30 }), async (moves) => {
			const stub = await emptied();
			const cluster = claimingCluster(stub);
			const repositories = new Map<string, string>();
			const unfinished = () => cluster.made.filter(({ finished }) => !finished);
			for (const { do: what, repository, relay, ms } of moves) {
				stub.relay = (_id, body) => {
					if (relay === "none") return { ok: false, reason: "timeout", isFinal: false };
					const answer = cluster.spawn(body);
					return relay === "lost" ? { ok: false, reason: "timeout", isFinal: false } : answer;
				};
				if (what === "fail") {
					const id = sampleId(++n);
					const of = REPOSITORIES[repository] ?? "";
					repositories.set(id, of);
					await journalIncident(stub, sampleIncident({ id, repository: of, branch: `b${n}`, actor: PERSON }));
				} else if (what === "end") {
					const [oldest] = unfinished();
					if (oldest !== undefined) await endCodeRun(stub, oldest);
				} else {
					stub.clock += ms;
				}
				await processDue(stub);
				expect(unfinished().length).toBeLessThanOrEqual(LIMITS.active);
				expectWithin(cluster.made, LIMITS.per_hour);
				for (const name of REPOSITORIES) {
					const own = cluster.made.filter(({ incident_id }) => repositories.get(incident_id) === name);
					expectWithin(own, LIMITS.repository.per_hour);
					expect(own.filter(({ finished }) => !finished).length).toBeLessThanOrEqual(LIMITS.repository.active);
				}
			}
		});
		await fc.assert(property, { numRuns: isAtSize ? 40 : 2 });
	}, 600_000);
});

const PERSON = { login: "octocat", type: "User" };

/** In no hour that begins with a CodeRun are there more of them. */
function expectWithin(made: readonly { readonly made_at: number }[], most: number): void {
	for (const { made_at: from } of made) {
		const within = made.filter(({ made_at }) => made_at >= from && made_at < from + HOUR_MS);
		expect(within.length).toBeLessThanOrEqual(most);
	}
}

async function emptied(): Promise<Stub> {
	const stub = stubEffects();
	const tables = ["incidents", "attempts", "deliveries", "transitions", "facts", "rate_limit_slots"];
	await stub.journal.batch(tables.map((table) => stub.journal.prepare(`DELETE FROM ${table}`)));
	const plain = stubEngine();
	stub.activeEngine = stubEngine({
		decide: async (input) => {
			const decision = await plain.decide(input);
			if (decision.outcome !== "spawn") throw new Error("the stub spawns");
			return { ...decision, claims: [] };
		},
		limitsFor: (repository, agent) =>
			limitsFor({ settings: stubSettings(), agents: {}, limits: LIMITS }, repository, agent),
	});
	return stub;
}

async function processDue(stub: Stub): Promise<void> {
	const { results } = await stub.journal
		.prepare("SELECT id FROM incidents WHERE status IN ('accepted', 'waiting') AND next_try_at <= ?1 ORDER BY id DESC")
		.bind(stub.clock)
		.all<{ id: string }>();
	for (const { id } of results) {
		stub.begin();
		await processIncident(stub, id);
	}
}
