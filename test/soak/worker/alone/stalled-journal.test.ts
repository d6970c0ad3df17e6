import { env } from "cloudflare:workers";
import { expect, it, vi } from "vitest";
import { failedJob, failedRun } from "../../../worker/support/failed-job.ts";
import { realTick, whileTimeFlies } from "../../../worker/support/fake-time.ts";
import { type Fault, faultyJournal, isWrite } from "../../../worker/support/faulty-journal.ts";
import { signedDelivery } from "../../../worker/support/signed-delivery.ts";
import { consume, deliveriesIn, stubQueue } from "../../../worker/support/stub-queue.ts";
import { stubRelay } from "../../../worker/support/stub-relay.ts";
import { type Answer, fireCron, passTime, send } from "../../../worker/support/worker.ts";

const SECONDS = 80;
const A_SECOND = 20;

/**
 * A journal that answers no write and only every other read for as long as it is away. Of the writes that it is sent then,
 * a third is never done, a third is done at once although nobody hears of it, and a third is done once it is back.
 */
function stallingJournal() {
	const late: (() => Promise<unknown>)[] = [];
	const done: Promise<unknown>[] = [];
	const state = { isAway: false, writes: 0, reads: 0 };
	const fault: Fault = (sql, go) => {
		if (!state.isAway || (!sql.some(isWrite) && state.reads++ % 2 === 0)) return go();
		if (sql.some(isWrite)) {
			state.writes++;
			if (state.writes % 3 === 0) done.push(go());
			if (state.writes % 3 === 1) late.push(go);
		}
		return new Promise(() => undefined);
	};
	return {
		JOURNAL: faultyJournal(fault),
		state,
		async comeBack() {
			state.isAway = false;
			await Promise.all(done);
			return late;
		},
	};
}

interface Taken {
	readonly delivery: string;
	readonly answer: Answer;
	readonly took_ms: number;
}

it("takes 1,600 deliveries while the journal hangs for 80 s: only 2xx, nothing lost, nothing twice", async () => {
	const relay = stubRelay();
	const journal = stallingJournal();
	const queue = stubQueue();
	const deployed = { JOURNAL: journal.JOURNAL, DELIVERIES: queue, HEALER_LOOPBACK: "" };
	// The repository is known, as it nearly always is: a delivery is one write then, without a read before it.
	expect((await send(await nth(-4, "before"), deployed)).body.status).toBe("accepted");
	journal.state.isAway = true;
	const taken = await duringTheStall(async (n) => {
		const delivery = `stall-${n}`;
		const began = Date.now();
		const answer = await send(nth(n, delivery), deployed);
		return { delivery, answer, took_ms: Date.now() - began };
	});

	expect(taken).toHaveLength(SECONDS * A_SECOND);
	expect(taken.filter(({ answer }) => answer.status !== 202)).toEqual([]);
	expect(new Set(taken.map(({ answer }) => answer.body.reason))).toEqual(new Set(["journal unavailable, queued"]));
	// GitHub gives up after ten seconds; most did not wait at all.
	expect(Math.max(...taken.map(({ took_ms }) => took_ms))).toBeLessThan(5_000);
	expect(taken.filter(({ took_ms }) => took_ms < 1_000).length).toBeGreaterThan(1_200);
	expect(journal.state.writes).toBeGreaterThan(10);
	expect(deliveriesIn(queue)).toHaveLength(SECONDS * A_SECOND);

	// The queue hands them out meanwhile: what cannot be written down stays in it.
	const others = queue.messages.splice(100);
	const early = await whileTimeFlies(() => consume(queue, deployed, 100));
	expect([early.written, early.waits.length]).toEqual([0, 100]);
	queue.messages.push(...others);

	const late = await journal.comeBack();
	const half = Math.ceil(late.length / 2);
	await Promise.all(late.slice(0, half).map((write) => write()));
	// The queue delivers at least once: a quarter of the messages come twice.
	queue.messages.push(...queue.messages.slice(0, 400).map((message) => ({ ...message })));
	expect(await consume(queue, deployed)).toEqual({ written: 2_000, waits: [] });
	await Promise.all(late.slice(half).map((write) => write()));

	const told = await env.JOURNAL.prepare(
		"SELECT delivery_id, times FROM deliveries WHERE delivery_id LIKE 'stall-%'",
	).all<{ delivery_id: string; times: number }>();
	expect(new Set(told.results.map(({ delivery_id }) => delivery_id)).size).toBe(1_600);
	expect(told.results).toHaveLength(1_600);
	expect(told.results.filter(({ times }) => times !== 1)).toEqual([]);
	// With the one from before.
	expect(await count("incidents")).toBe(401);

	// What comes of them, for some: sweeping all would take longer than the stall.
	await env.JOURNAL.prepare(
		"UPDATE incidents SET next_try_at = NULL WHERE run_id NOT IN ('4999', '5000', '5200', '5399')",
	).run();
	await passTime();
	await Promise.all([fireCron(), fireCron()]);
	expect(relay.made).toHaveLength(4);
}, 300_000);

/** Four deliveries of each of 400 runs, on a branch of its own. */
function nth(n: number, delivery: string): Promise<Request> {
	const run_id = 5_000 + Math.floor(n / 4);
	const changes = { run_id, branch: `fix/${run_id}`, workflow_name: "Controller CI" };
	return n % 4 === 3
		? signedDelivery(failedRun(changes), { event: "workflow_run", delivery })
		: signedDelivery(failedJob({ ...changes, job_id: n, name: `job ${n % 4}` }), { delivery });
}

/** Twenty a second of the tests' clock, which goes on by a tenth once the runtime had its turn. */
async function duringTheStall(deliver: (n: number) => Promise<Taken>): Promise<readonly Taken[]> {
	vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"] });
	try {
		const all: Promise<Taken>[] = [];
		let open = 0;
		for (let tenth = 0; tenth < SECONDS * 10 || open > 0; tenth++) {
			for (let n = 0; n < A_SECOND / 10 && all.length < SECONDS * A_SECOND; n++) {
				open++;
				all.push(deliver(all.length).finally(() => open--));
			}
			await realTick();
			await vi.advanceTimersByTimeAsync(100);
		}
		return await Promise.all(all);
	} finally {
		vi.useRealTimers();
	}
}

async function count(what: string): Promise<unknown> {
	return await env.JOURNAL.prepare(`SELECT count(*) AS count FROM ${what}`).first("count");
}
