import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { INCIDENT_COST, sweepDue } from "../../../worker/dispatch/due-incidents.ts";
import { processIncident } from "../../../worker/dispatch/process-incident.ts";
import { runSteps, STEPS, type SweepStep } from "../../../worker/jobs/sweep.ts";
import { runs } from "../../support/tiers/at-size.ts";
import { passTime } from "../support/clock.ts";
import { failedJob } from "../support/failed-job.ts";
import { sampleId, sampleIncident } from "../support/sample-incident.ts";
import { signedDelivery } from "../support/signed-delivery.ts";
import { journalIncident, stubEffects, stubEngine } from "../support/stub-effects.ts";
import { stubRelay } from "../support/stub-relay.ts";
import { fireCron, send } from "../support/worker.ts";

const MINUTE_MS = 60_000;
const RUNNING = sampleId(1);
const INCIDENTS = runs(40, 12);

describe("the sweep", () => {
	it("holds to the limits as the cron runs it", async () => {
		stubRelay();
		for (let n = 1; n <= INCIDENTS; n++) {
			const delivery = await signedDelivery(failedJob({ run_id: n, job_id: n, branch: `b-${n}` }));
			expect((await send(delivery)).status).toBe(202);
		}
		await passTime();
		await fireCron();
		// The queue is handed what the sweep leaves; its consumers run as they please.
		await expect
			.poll(() => first("SELECT count(*) FROM incidents WHERE status = 'running'"), { timeout: 15_000 })
			.toBe(INCIDENTS);
	});
});

describe("runSteps", () => {
	it("begins with the step that began longest ago", async () => {
		const stub = stubEffects();
		const ran: string[] = [];
		const steps = ["a", "b", "c"].map((name) => step(name, async () => void ran.push(name)));
		await runSteps(steps, stub);
		stub.clock += MINUTE_MS;
		await runSteps(steps.slice(0, 1), stub);
		stub.clock += MINUTE_MS;
		await runSteps(steps, stub);
		expect(ran).toEqual(["a", "b", "c", "a", "b", "c", "a"]);
	});

	it("gives the others their turn when one never comes to its end", async () => {
		const stub = stubEffects();
		const ran: string[] = [];
		const hangs = step("hangs", () => new Promise(() => undefined));
		const steps = [hangs, step("b", async () => void ran.push("b")), step("c", async () => void ran.push("c"))];
		void runSteps(steps, stub);
		await expect.poll(() => first("SELECT began_at FROM sweep_steps WHERE name = 'hangs'")).toBe(stub.clock);
		stub.clock += MINUTE_MS;
		void runSteps(steps, stub);
		await expect.poll(() => ran).toEqual(["b", "c"]);
	});

	it("keeps what the later steps need from one that takes all it may", async () => {
		const stub = stubEffects();
		const ran: string[] = [];
		const greedy: SweepStep = {
			...step("greedy", async () => undefined),
			run: async ({ budget, journal }) => {
				while (budget.has({ statements: 1, subrequests: 1 })) await journal.prepare("SELECT 1").run();
				return undefined;
			},
		};
		const modest = {
			...step("modest", async () => void ran.push("modest")),
			needs: { statements: 50, subrequests: 50 },
		};
		await runSteps([greedy, modest], stub);
		expect(ran).toEqual(["modest"]);
		// The step's 50 are left; the sweep's own notes are in the rest.
		expect(stub.spent().statements).toBeGreaterThan(900);
		expect(stub.spent().statements).toBeLessThanOrEqual(950);
	});

	it("has room for what every step needs, in one invocation", () => {
		const total = STEPS.map(({ needs }) => needs);
		expect(total.reduce((all, { statements }) => all + statements + 2, 1)).toBeLessThanOrEqual(1000);
		expect(total.reduce((all, { subrequests }) => all + subrequests + 2, 1)).toBeLessThanOrEqual(1000);
	});

	it("goes on where the budget of the sweep before ended", async () => {
		const stub = stubEffects();
		for (let n = 1; n <= 40; n++) await journalIncident(stub, sampleIncident({ id: sampleId(n), branch: `b-${n}` }));
		await env.JOURNAL.prepare(
			"CREATE TRIGGER stuck BEFORE UPDATE OF lock ON incidents BEGIN SELECT RAISE(ABORT, 'stuck'); END",
		).run();
		const tried: string[] = [];
		const log = { ...stub.log, error: (_: string, fields?: object) => void tried.push(JSON.stringify(fields)) };
		const small = { statements: 0, subrequests: 0 };
		const sweeping = { ...step("due", async () => undefined), needs: small };
		const steps: SweepStep[] = [
			{
				...sweeping,
				run: async (effects, after) => {
					let left = 3;
					const budget = { has: () => left-- > 0, keeping: () => budget };
					return (await sweepDue({ ...effects, log: Object.assign(Object.create(stub.log), log), budget }, after))
						.stopped_at;
				},
			},
		];
		for (let sweep = 0; sweep < 20; sweep++) {
			stub.begin();
			await runSteps(steps, stub);
		}
		expect(new Set(tried.map((line) => JSON.parse(line).incident_id)).size).toBe(40);
	});
});

describe("INCIDENT_COST", () => {
	it("covers an incident that is decided, sent, and followed by others that wait", async () => {
		const stub = stubEffects();
		await journalIncident(stub, sampleIncident({ id: RUNNING, branch: "main" }));
		stub.begin();
		expect(await processIncident(stub, RUNNING)).toMatchObject({ state: "running" });
		expect(stub.spent().statements).toBeGreaterThan(15);
		expect(stub.spent().statements).toBeLessThanOrEqual(28);
		expect(stub.spent().subrequests).toBeLessThanOrEqual(17);
	});

	it("covers one that nobody says who pushed, with a limit an hour, several claims, and others that wait for them", async () => {
		const stub = stubEffects();
		const plain = stubEngine();
		stub.activeEngine = stubEngine({
			limitsFor: (repository) => ({
				limits: [
					{ of: "installation", name: null, per: "active", most: 10 },
					{ of: "repository", name: repository, per: "hour", most: 10 },
					{ of: "agent", name: "rex", per: "day", most: 10 },
				],
				breaker: {},
			}),
			decide: async (input) => {
				const decision = await plain.decide(input);
				if (decision.outcome !== "spawn") throw new Error("the stub spawns");
				const claims = [1, 2, 3, 4].map((n) => ({ name: `c${n}`, key: `c${n}`, ttl_s: 600, while_active: true }));
				return { ...decision, max_active: 1, claims };
			},
		});
		const of = { branch: "main", head_sha: "a1b2c3d", workflow: { name: "CI" }, pr_number: 7 };
		await journalIncident(stub, sampleIncident({ id: RUNNING, ...of }));
		stub.relay = () => ({ ok: true, result: { result: "busy", agent: "rex", active: 1 } });
		expect(await processIncident(stub, RUNNING)).toMatchObject({ state: "waiting" });
		const first = stub.spent();
		stub.relay = stubEffects().relay;
		stub.clock += 600_000;
		stub.begin();
		expect(await processIncident(stub, RUNNING)).toMatchObject({ state: "running" });
		for (const { statements, subrequests } of [first, stub.spent()]) {
			expect(statements).toBeLessThanOrEqual(INCIDENT_COST.statements);
			expect(subrequests).toBeLessThanOrEqual(INCIDENT_COST.subrequests);
		}
	});
});

async function first(sql: string): Promise<unknown> {
	const [row] = await env.JOURNAL.prepare(sql).raw();
	return row?.[0];
}

function step(name: string, run: () => Promise<void>): SweepStep {
	return {
		name,
		needs: { statements: 1, subrequests: 1 },
		async run() {
			await run();
			return undefined;
		},
	};
}
