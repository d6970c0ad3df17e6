import { describe, expect, it } from "vitest";
import { processIncident } from "../../../worker/dispatch/process-incident.ts";
import { addDelivery } from "../../../worker/journal/deliveries.ts";
import { findIncident } from "../../../worker/journal/incidents.ts";
import { createLog } from "../../../worker/log.ts";
import { sampleId, sampleIncident } from "../support/sample-incident.ts";
import { journalIncident, stubEffects, stubEngine } from "../support/stub-effects.ts";

const ID = sampleId(1);

// Made with: printf %s 00000000000000000000000000000001.1 | openssl dgst -sha256 | cut -c1-16
const NAME = "healer-ci-rex-cffcb7abb411477e";

/** Follows from the delivery's id, the incident's and the attempt. */
const TRACE = "00-b8db71a5c5cb895b8116c96212e9de89-971c445986b69ecb-01";

describe("processIncident", () => {
	it("spawns what was decided and follows it as running", async () => {
		const stub = stubEffects();
		await journalIncident(stub, sampleIncident({ id: ID, branch: "main" }));

		expect(await processIncident(stub, ID)).toEqual({ state: "running", coderun_name: NAME, existed: false });

		expect(stub.sent).toHaveLength(1);
		expect(stub.sent[0]?.id).toBe(`${ID}.1`);
		expect(JSON.parse(stub.sent[0]?.body ?? "")).toEqual({
			incident_id: ID,
			attempt: 1,
			agent: "rex",
			max_active: 0,
			deadline_s: 7200,
			start_deadline_s: 600,
			claims: [{ name: "branch", key: "5dlabs/cto/main", ttl_s: 600, while_active: true }],
			coderun: {
				metadata: { name: NAME, namespace: "cto", labels: {}, annotations: { "healer/traceparent": TRACE } },
				spec: { model: "m", env: { TRACEPARENT: TRACE } },
			},
		});
		expect(await findIncident(stub.journal, ID)).toMatchObject({
			status: "running",
			coderun_name: NAME,
			agent: "rex",
			rule: "rust",
			failure_type: "rust_clippy",
			// Half an hour after the deadline of its CodeRun, if nothing is told until then.
			next_try_at: Date.parse("2026-11-22T14:30:00Z"),
			lock: null,
		});
	});

	it("leaves an incident alone that is not due, and one that has gone on", async () => {
		const stub = stubEffects();
		await journalIncident(stub, sampleIncident({ id: ID }), stub.clock + 5000);
		expect(await processIncident(stub, ID)).toEqual({ state: "not_locked" });

		stub.clock += 5000;
		await processIncident(stub, ID);
		expect(await processIncident(stub, ID)).toEqual({ state: "not_locked" });
		expect(stub.sent).toHaveLength(1);
	});

	it("sends once when two consumers come at the same moment", async () => {
		const stub = stubEffects();
		await journalIncident(stub, sampleIncident({ id: ID }));
		const states = (await Promise.all([1, 2, 3, 4, 5].map(() => processIncident(stub, ID)))).map(({ state }) => state);
		expect(states.sort()).toEqual(["not_locked", "not_locked", "not_locked", "not_locked", "running"]);
		expect(stub.sent).toHaveLength(1);
	});

	it("writes nothing once another consumer has taken the row over, and both send the same bytes", async () => {
		const stub = stubEffects();
		await journalIncident(stub, sampleIncident({ id: ID }));
		// Each decision differs: only the first one stored may ever be sent.
		let decisions = 0;
		const plain = stubEngine();
		stub.activeEngine = stubEngine({
			decide: async (input) => {
				decisions++;
				const decision = await plain.decide(input);
				if (decision.outcome !== "spawn") throw new Error("the stub spawns");
				return { ...decision, coderun: { ...decision.coderun, spec: { model: `m${decisions}` } } };
			},
		});
		const answer = stub.relay;
		stub.relay = async (id, body) => {
			stub.relay = answer;
			// The first consumer hangs in its send until its row is another's.
			stub.clock += 120_000;
			expect(await processIncident(stub, ID)).toMatchObject({ state: "running" });
			return await answer(id, body);
		};
		expect(await processIncident(stub, ID)).toEqual({ state: "lock_lost" });
		expect(stub.sent).toHaveLength(2);
		expect(stub.sent[0]?.body).toBe(stub.sent[1]?.body);
		expect(stub.sent[0]?.body).toContain('"m1"');
	});

	it("sends the winner's bytes when another consumer decided meanwhile", async () => {
		const stub = stubEffects();
		await journalIncident(stub, sampleIncident({ id: ID }));
		let other: Promise<unknown> | undefined;
		const plain = stubEngine();
		stub.activeEngine = stubEngine({
			decide: async (input) => {
				if (other === undefined) {
					stub.clock += 120_000;
					other = processIncident(stub, ID);
					await other;
				}
				return await plain.decide(input);
			},
		});
		expect(await processIncident(stub, ID)).toEqual({ state: "lock_lost" });
		expect(await other).toMatchObject({ state: "running" });
		expect(stub.sent).toHaveLength(1);
	});

	it("tries again, later each time, while the relay is down, and gets through when it is back", async () => {
		const stub = stubEffects();
		await journalIncident(stub, sampleIncident({ id: ID }));
		const back = stub.relay;
		stub.relay = () => ({ ok: false, reason: "the relay answered 502", isFinal: false });

		const waits: number[] = [];
		for (let i = 0; i < 8; i++) {
			const progress = await processIncident(stub, ID);
			if (progress.state !== "waiting") throw new Error(progress.state);
			waits.push(progress.next_try_at - stub.clock);
			stub.clock = progress.next_try_at;
		}
		expect(waits).toEqual([1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000]);
		expect(await findIncident(stub.journal, ID)).toMatchObject({ status: "waiting", reason: "the relay answered 502" });

		stub.relay = back;
		expect(await processIncident(stub, ID)).toMatchObject({ state: "running" });
		expect(new Set(stub.sent.map(({ body }) => body)).size).toBe(1);
		expect(await findIncident(stub.journal, ID)).toMatchObject({
			status: "running",
			failing_since: null,
			reason: null,
		});
	});

	it("is dead after a day of nothing but failures", async () => {
		const stub = stubEffects();
		await journalIncident(stub, sampleIncident({ id: ID }));
		stub.relay = () => ({ ok: false, reason: "the relay answered 502", isFinal: false });
		await processIncident(stub, ID);
		stub.clock += 24 * 3600 * 1000 + 1;
		expect(await processIncident(stub, ID)).toEqual({ state: "dead", reason: "the relay answered 502" });
		expect(await findIncident(stub.journal, ID)).toMatchObject({ status: "dead", next_try_at: null });
	});

	it("waits for the time that a held claim names, and no longer than ten minutes", async () => {
		const stub = stubEffects();
		await journalIncident(stub, sampleIncident({ id: ID, branch: "main" }));
		const held = (until: string | null) => () =>
			({
				ok: true,
				result: { result: "held", by: sampleId(9), claim: "branch", coderun_name: "healer-ci-rex-1", until },
			}) as const;

		stub.relay = held("2026-11-22T12:04:00.000Z");
		expect(await processIncident(stub, ID)).toEqual({
			state: "waiting",
			reason: "claim branch is held by incident 00000000000000000000000000000009 (healer-ci-rex-1)",
			next_try_at: Date.parse("2026-11-22T12:04:00Z"),
		});
		expect(await findIncident(stub.journal, ID)).toMatchObject({
			blocked_on: "claim:5dlabs/cto/main",
			blocked_by: sampleId(9),
			agent: "rex",
		});

		stub.clock = Date.parse("2026-11-22T12:04:00Z");
		stub.relay = held("2026-11-29T12:00:00.000Z");
		expect(await processIncident(stub, ID)).toMatchObject({ next_try_at: Date.parse("2026-11-22T12:14:00Z") });

		stub.clock = Date.parse("2026-11-22T12:14:00Z");
		stub.relay = held(null);
		expect(await processIncident(stub, ID)).toMatchObject({ next_try_at: Date.parse("2026-11-22T12:14:04Z") });
	});

	it("waits for a busy agent", async () => {
		const stub = stubEffects();
		await journalIncident(stub, sampleIncident({ id: ID }));
		stub.relay = () => ({ ok: true, result: { result: "busy", agent: "rex", active: 1 } });
		expect(await processIncident(stub, ID)).toMatchObject({
			state: "waiting",
			reason: "agent rex has 1 unfinished CodeRuns",
		});
		expect(await findIncident(stub.journal, ID)).toMatchObject({ blocked_on: "agent:rex", blocked_by: null });
	});

	it("waits until the relay's own limit allows it, and names the setting", async () => {
		const stub = stubEffects();
		await journalIncident(stub, sampleIncident({ id: ID }));
		const busy = { result: "busy", agent: "rex", active: 2 } as const;
		stub.relay = () => ({ ok: true, result: { ...busy, limit: "HEALER_MAX_ACTIVE" } });
		expect(await processIncident(stub, ID)).toMatchObject({
			reason: "agent rex has 2 unfinished CodeRuns, the limit of the relay's HEALER_MAX_ACTIVE",
		});
		const until = new Date(stub.clock + 90_000).toISOString();
		stub.clock += 10_000;
		stub.relay = () => ({ ok: true, result: { ...busy, limit: "HEALER_MAX_PER_HOUR", until } });
		expect(await processIncident(stub, ID)).toMatchObject({
			reason: "the relay created 2 CodeRuns within an hour, the limit of its HEALER_MAX_PER_HOUR",
			next_try_at: Date.parse(until),
		});
	});

	it("fails for good, with the reason, when the relay refuses what no configuration can cure", async () => {
		const stub = stubEffects();
		await journalIncident(stub, sampleIncident({ id: ID }));
		stub.relay = () => ({
			ok: true,
			result: { result: "refused", reason: "name_taken", detail: "healer-ci-rex-1 is not this incident's" },
		});
		const reason = "the relay refused: name_taken: healer-ci-rex-1 is not this incident's";
		expect(await processIncident(stub, ID)).toEqual({ state: "failed", reason });
		expect(await findIncident(stub.journal, ID)).toMatchObject({ status: "failed", reason, next_try_at: null });
	});

	it("is cancelled when a filter refuses it once more is known", async () => {
		const stub = stubEffects();
		await journalIncident(stub, sampleIncident({ id: ID }));
		stub.activeEngine = stubEngine({
			decide: async () => ({ outcome: "filtered", filter: "skip-marker", explanation: [] }),
		});
		const reason = "filter skip-marker refused it once its context was known";
		expect(await processIncident(stub, ID)).toEqual({ state: "cancelled", reason });
		expect(await findIncident(stub.journal, ID)).toMatchObject({ status: "cancelled", reason, lock: null });
		expect(stub.sent).toEqual([]);
	});

	it("decides on what all deliveries told together", async () => {
		const stub = stubEffects();
		await journalIncident(stub, sampleIncident({ id: ID, workflow: { name: "CI" }, branch: "main" }));
		await journalIncident(
			stub,
			sampleIncident({
				id: ID,
				delivery_id: "d-2",
				event: "workflow_run",
				branch: "other",
				commit_message: "Fix it",
				workflow: { name: "Other", path: ".github/workflows/ci.yaml" },
			}),
		);
		let seen: unknown;
		const plain = stubEngine();
		stub.activeEngine = stubEngine({
			decide: (input) => {
				seen = input.incident;
				return plain.decide(input);
			},
		});
		await processIncident(stub, ID);
		expect(seen).toEqual({
			id: ID,
			kind: "ci",
			event: "workflow_job",
			delivery_id: "d-1",
			repository: "5dlabs/cto",
			head_repository: "5dlabs/cto",
			run_id: "289782451",
			branch: "main",
			commit_message: "Fix it",
			workflow: { name: "CI", path: ".github/workflows/ci.yaml" },
		});
	});

	it("queues behind older incidents that wait for the same claim, and is woken in its turn", async () => {
		const stub = stubEffects();
		const [first, second] = [sampleId(1), sampleId(2)];
		await journalIncident(stub, sampleIncident({ id: first, branch: "main" }));
		const free = stub.relay;
		stub.relay = () => ({
			ok: true,
			result: { result: "held", by: sampleId(9), claim: "branch", coderun_name: "c", until: null },
		});
		await processIncident(stub, first);

		stub.relay = free;
		stub.clock += 10;
		await journalIncident(stub, sampleIncident({ id: second, branch: "main" }));
		expect(await processIncident(stub, second)).toMatchObject({
			state: "waiting",
			reason: `behind incident ${first}, which waits for claim:5dlabs/cto/main`,
		});
		expect(await findIncident(stub.journal, second)).toMatchObject({ blocked_by: first });
		expect(stub.sent).toHaveLength(1);

		stub.clock += 60_000;
		expect(await processIncident(stub, first)).toMatchObject({ state: "running" });
		expect(stub.woken.at(-1)).toEqual({ id: second, delayMs: 0 });
		// Now the first one holds the claim, and KV knows.
		expect(await processIncident(stub, second)).toMatchObject({
			state: "waiting",
			reason: `claim branch is held by incident ${first} (${NAME})`,
		});
		expect(stub.sent).toHaveLength(2);
	});

	it("tries again when the pipeline throws", async () => {
		const stub = stubEffects();
		await journalIncident(stub, sampleIncident({ id: ID }));
		stub.activeEngine = stubEngine({ decide: () => Promise.reject({ message: "T2009: boom" }) });
		expect(await processIncident(stub, ID)).toMatchObject({ state: "waiting", reason: "internal error: T2009: boom" });
		stub.activeEngine = stubEngine();
		stub.clock += 60_000;
		expect(await processIncident(stub, ID)).toMatchObject({ state: "running" });
	});

	it("logs what was thrown with its stack, and makes it the reason", async () => {
		const stub = stubEffects();
		const lines: string[] = [];
		await journalIncident(stub, sampleIncident({ id: ID }));
		const effects = {
			...stub,
			log: createLog({}, (line) => lines.push(line)),
			engine: () => Promise.reject(new Error("boom")),
		};
		expect(await processIncident(effects, ID)).toMatchObject({ state: "waiting", reason: "internal error: boom" });
		const logged = lines.map((line) => JSON.parse(line)).find(({ level }) => level === "error");
		expect(logged).toMatchObject({
			message: "processing the incident failed",
			incident_id: ID,
			cause: "boom",
			stack: expect.stringMatching(/^at .*process-incident\.test\.ts/),
		});
	});
});

describe("addDelivery", () => {
	it("makes one row of five deliveries that come at once", async () => {
		const stub = stubEffects();
		const answers = await Promise.all(
			[1, 2, 3, 3, 3].map((n) =>
				addDelivery(stub.journal, {
					incident: sampleIncident({ id: ID, delivery_id: `d-${n}` }),
					identity: "x",
					explanation: { pipeline: "v", stages: [] },
					dueAt: stub.clock,
					now: stub.clock,
				}),
			),
		);
		expect(answers.map(({ status }) => status).sort()).toEqual([
			"accepted",
			"duplicate",
			"duplicate",
			"duplicate",
			"duplicate",
		]);
		const { results } = await stub.journal.prepare("SELECT delivery_id FROM deliveries ORDER BY delivery_id").all();
		expect(results).toEqual([{ delivery_id: "d-1" }, { delivery_id: "d-2" }, { delivery_id: "d-3" }]);
	});
});
