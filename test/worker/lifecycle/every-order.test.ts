import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { runs } from "../../support/tiers/at-size.ts";
import { finishAttempt } from "../support/finish-attempt.ts";
import { jobTold, type PushTold, runTold, type ToldBy } from "../support/push-told.ts";
import { signedDelivery } from "../support/signed-delivery.ts";
import { type StubRelay, stubRelay } from "../support/stub-relay.ts";
import { fireCron, get, passTime, send } from "../support/worker.ts";

const PERSON = { login: "octocat", type: "User" };
const AGENT = { login: "5dlabs-rex[bot]", type: "Bot" };

describe("deliveries in any order, each once or twice", () => {
	it("a failure whose newer run is green ends as superseded, without a CodeRun", async () => {
		const relay = stubRelay();
		await inEveryOrder(async (world, order) => {
			const failed = world.push(100, PERSON);
			const green = world.push(200, PERSON, "success");
			const deliveries = [job(failed), run(failed), queued(green), run(green)];
			await tell(order(deliveries));
			await goOn();
			expect((await world.incidents()).map(({ status }) => status)).toEqual(["superseded"]);
			expect(relay.made).toEqual([]);
		});
	}, 180_000);

	it("an agent's green push ends it as fixed, though the old run's failure is told again after it", async () => {
		const relay = stubRelay();
		await inEveryOrder(async (world, order) => {
			const failed = world.push(100, PERSON);
			const { id, made } = await world.running(failed, relay);
			const green = world.push(200, AGENT, "success");
			await tell(order([run(failed), queued(green), job(green), run(green), OUTCOME]), id);
			await goOn();
			expect(await world.incidents()).toMatchObject([{ id, status: "fixed" }]);
			expect(relay.made.length - made).toBe(1);
		});
	}, 180_000);

	it("a red push of the agent and a green one after it are a fix, whichever is told first", async () => {
		const relay = stubRelay();
		await inEveryOrder(async (world, order) => {
			const { id, made } = await world.running(world.push(100, PERSON), relay);
			const red = world.push(200, AGENT);
			const green = world.push(300, AGENT, "success");
			await tell(order([job(red), run(red), queued(green), run(green), OUTCOME]), id);
			await goOn();
			expect(await world.incidents()).toMatchObject([{ id, status: "fixed" }]);
			expect(relay.made.length - made).toBe(1);
		});
	}, 180_000);

	it("a green push of the agent and a red one after it are one more attempt, whichever is told first", async () => {
		const relay = stubRelay();
		await inEveryOrder(async (world, order) => {
			const { id, made } = await world.running(world.push(100, PERSON), relay);
			const green = world.push(200, AGENT, "success");
			const red = world.push(300, AGENT);
			await tell(order([queued(red), job(red), run(red), run(green), OUTCOME]), id);
			await goOn();
			await goOn();
			expect(await world.incidents()).toMatchObject([{ id, status: "running" }]);
			expect(relay.made.length - made).toBe(2);
		});
	}, 180_000);
});

/** The end of the first attempt's CodeRun, as the relay reports it. */
const OUTCOME = "outcome";
type Delivered = ToldBy | typeof OUTCOME;

/** What one order is played with: its own branch, its own runs. */
interface World {
	push(run: number, by: PushTold["by"], conclusion?: PushTold["conclusion"]): PushTold;
	running(failed: PushTold, relay: StubRelay): Promise<{ readonly id: string; readonly made: number }>;
	incidents(): Promise<readonly { readonly id: string; readonly status: string }[]>;
}

let worlds = 0;

async function inEveryOrder(
	play: (world: World, order: (deliveries: readonly Delivered[]) => readonly Delivered[]) => Promise<void>,
): Promise<void> {
	const keys = fc.array(fc.tuple(fc.nat(), fc.option(fc.nat())), { minLength: 5, maxLength: 5 });
	await fc.assert(
		fc.asyncProperty(keys, async (drawn) => {
			const order = (deliveries: readonly Delivered[]) =>
				deliveries
					.flatMap((delivered, at) => (drawn[at] ?? []).flatMap((key) => (key === null ? [] : [{ delivered, key }])))
					.toSorted((one, other) => one.key - other.key)
					.map(({ delivered }) => delivered);
			await play(worldOf(++worlds), order);
		}),
		{ numRuns: runs(20, 3) },
	);
}

function worldOf(n: number): World {
	const branch = `fix/${n}`;
	return {
		push: (at, by, conclusion = "failure") => ({ branch, run_id: n * 1000 + at, by, conclusion }),
		async running(failed, relay) {
			const made = relay.made.length;
			const { body } = await send(signedDelivery(jobTold(failed)));
			await goOn();
			return { id: String(body.incident_id), made };
		},
		async incidents() {
			const { incidents } = (await send(get(`/api/incidents?limit=100`))).body as {
				incidents: { id: string; status: string; branch: string }[];
			};
			return incidents.filter((incident) => incident.branch === branch);
		},
	};
}

function job(push: PushTold): ToldBy {
	return { event: "workflow_job", payload: jobTold(push) };
}

function run(push: PushTold): ToldBy {
	return { event: "workflow_run", payload: runTold(push) };
}

function queued(push: PushTold): ToldBy {
	const payload = jobTold(push);
	const workflow_job = { ...(payload.workflow_job as object), status: "queued", conclusion: null };
	return { event: "workflow_job", payload: { ...payload, action: "queued", workflow_job } };
}

async function tell(deliveries: readonly Delivered[], id = ""): Promise<void> {
	for (const delivered of deliveries) {
		if (delivered === OUTCOME) await finishAttempt(id, 1);
		else {
			const { status } = await send(signedDelivery(delivered.payload, { event: delivered.event }));
			expect(status).toBe(202);
		}
	}
}

/** All that waits for the clock is due. */
async function goOn(): Promise<void> {
	await passTime();
	await fireCron();
}
