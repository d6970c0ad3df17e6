import { applyD1Migrations, reset } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import type { Env } from "../../../worker/env.ts";
import { failedJob } from "../support/failed-job.ts";
import { whileTimeFlies } from "../support/fake-time.ts";
import {
	type Fault,
	faultyJournal,
	full,
	good,
	hangs,
	hangsOnWrites,
	isWrite,
	throws,
	throwsOnWrites,
} from "../support/faulty-journal.ts";
import { signedDelivery } from "../support/signed-delivery.ts";
import { type StubQueue, stubQueue } from "../support/stub-queue.ts";
import { type Answer, get, send } from "../support/worker.ts";

const RUN_MIGRATIONS = "migrations missing: run `npx wrangler d1 migrations apply healer-journal --remote`";
const NO_ANSWER = "the journal did not answer in time";
const NO_WRITES = "the journal accepts no writes: the worker's log has the reason (`npx wrangler tail`)";
const FULL = "the journal is full: free space, or keep less (settings.retention in pipeline.yaml)";
const NO_SECRET =
	"no GITHUB_WEBHOOK_SECRET is set, every delivery is refused: run `npx wrangler secret put GITHUB_WEBHOOK_SECRET`";

interface State {
	readonly name: string;
	/** The journal before the fault. */
	readonly migrations?: () => D1Migration[];
	readonly fault?: Fault;
	readonly env?: Partial<Env>;
	/** Undefined where deliveries are taken. */
	readonly reason?: string;
	/** Not cured by a queue. */
	readonly refused?: boolean;
	readonly hangs?: boolean;
}

type D1Migration = (typeof env.MIGRATIONS)[number];

const newer = { name: "9999_of_a_newer_worker.sql", queries: ["CREATE TABLE of_a_newer_worker (id INTEGER)"] };

const STATES: readonly State[] = [
	{ name: "all is well" },
	{ name: "the schema is newer than the worker", migrations: () => [...env.MIGRATIONS, newer] },
	{ name: "no migrations", migrations: () => [], reason: RUN_MIGRATIONS },
	{ name: "a schema one migration older", migrations: () => env.MIGRATIONS.slice(0, -1), reason: RUN_MIGRATIONS },
	{ name: "a schema of the first day", migrations: () => env.MIGRATIONS.slice(0, 1), reason: RUN_MIGRATIONS },
	{ name: "a full disk", fault: full, reason: FULL },
	{ name: "a journal that throws on writes only", fault: throwsOnWrites, reason: NO_WRITES },
	{ name: "a journal that throws", fault: throws, reason: NO_WRITES },
	{ name: "a journal that hangs", fault: hangs, reason: NO_ANSWER, hangs: true },
	{ name: "a journal that hangs on writes only", fault: hangsOnWrites, reason: NO_ANSWER, hangs: true },
	{ name: "no webhook secret", env: { GITHUB_WEBHOOK_SECRET: "" }, reason: NO_SECRET, refused: true },
];

/** The next one, one after the other. */
let runs = 1000;
const nextDelivery = () => signedDelivery(failedJob({ run_id: runs++ }));

describe("health is 200 if and only if the next delivery gets 2xx", () => {
	const shapes = [
		{ shape: "on this machine", DELIVERIES: undefined, HEALER_LOOPBACK: "true", takes: false },
		{ shape: "on this machine, whatever is bound", DELIVERIES: stubQueue(), HEALER_LOOPBACK: "true", takes: false },
		{ shape: "deployed without the queue", DELIVERIES: undefined, HEALER_LOOPBACK: "", takes: false },
		{ shape: "deployed", DELIVERIES: stubQueue(), HEALER_LOOPBACK: "", takes: true },
		{ shape: "deployed, the queue refusing", DELIVERIES: refusing(), HEALER_LOOPBACK: "", takes: false },
	];
	const rows = STATES.flatMap((state) => shapes.map((shape) => ({ ...shape, name: state.name, state })));

	it.each(rows)("$shape: $name", async ({ state, DELIVERIES, HEALER_LOOPBACK, takes }) => {
		await reset();
		await applyD1Migrations(env.JOURNAL, state.migrations?.() ?? env.MIGRATIONS);
		const changes = {
			JOURNAL: faultyJournal(state.fault ?? good),
			HEALER_LOOPBACK,
			...state.env,
			...(DELIVERIES === undefined ? { DELIVERIES: undefined as never } : { DELIVERIES }),
		};
		const ask = async () => {
			const health = await send(get("/health"), changes);
			return { health, delivery: await send(nextDelivery(), changes) };
		};
		const { health, delivery } = state.hangs ? await whileTimeFlies(ask) : await ask();

		expect(health.status === 200).toBe(isTaken(delivery));
		if (state.reason === undefined) expect(health.body).toEqual({ status: "ok" });
		else if (takes && !state.refused) {
			expect(health.body).toEqual({ status: "degraded", reason: `deliveries wait in the queue: ${state.reason}` });
		} else {
			const queue = DELIVERIES !== undefined && HEALER_LOOPBACK === "" && !state.refused;
			const reason = `${state.reason}${queue ? ", and the queue accepts no deliveries" : ""}`;
			expect(health).toMatchObject({ status: 503, body: { status: "failing", reason } });
		}
		// What to do stands in a refused delivery's answer, too; nothing of what D1 said does.
		if (state.reason !== undefined && delivery.status === 503) expect(delivery.body.error).toContain(state.reason);
		expect(JSON.stringify([health.body, delivery.body])).not.toMatch(/D1_|SQLITE|reference/);
	});

	it("a variable that holds separators alone is no secret", async () => {
		const changes = { GITHUB_WEBHOOK_SECRET: " , ", JOURNAL: faultyJournal(good) };
		expect((await send(get("/health"), changes)).status).toBe(503);
		expect((await send(signedDelivery(failedJob(), { secret: "," }), changes)).status).toBe(401);
	});
});

describe("the heartbeat", () => {
	it("is written once in two seconds, however many ask, also at once", async () => {
		const calls: (readonly string[])[] = [];
		const JOURNAL = faultyJournal((sql, go) => {
			calls.push(sql);
			return go();
		});
		const answers = await Promise.all(Array.from({ length: 20 }, () => send(get("/health"), { JOURNAL })));
		for (let i = 0; i < 5; i++) answers.push(await send(get("/health"), { JOURNAL }));
		expect(answers.map(({ status }) => status)).toEqual(Array(25).fill(200));
		expect(calls).toHaveLength(1);
		expect(calls[0]?.filter(isWrite).length).toBeGreaterThan(0);
		const rows = await env.JOURNAL.prepare("SELECT count(*) AS count FROM heartbeats").first("count");
		expect(rows).toBe(1);
	});

	it("keeps one row, and is asked again after two seconds", async () => {
		let beats = 0;
		const JOURNAL = faultyJournal((_sql, go) => {
			beats++;
			return go();
		});
		const real = Date.now;
		try {
			for (const later of [0, 1_900, 2_100, 3_000, 4_200]) {
				Date.now = () => real() + later;
				expect((await send(get("/health"), { JOURNAL })).status).toBe(200);
			}
		} finally {
			Date.now = real;
		}
		expect(beats).toBe(3);
		expect(await env.JOURNAL.prepare("SELECT count(*) AS count FROM heartbeats").first("count")).toBe(1);
	});

	it("is not believed once a delivery was refused", async () => {
		let fault = good;
		const JOURNAL = faultyJournal((sql, go) => fault(sql, go));
		expect((await send(get("/health"), { JOURNAL })).status).toBe(200);
		fault = throwsOnWrites;
		expect((await send(nextDelivery(), { JOURNAL })).status).toBe(503);
		expect((await send(get("/health"), { JOURNAL })).status).toBe(503);
	});

	it("costs a healthy delivery nothing: the schema is asked once an isolate", async () => {
		const calls: (readonly string[])[] = [];
		const JOURNAL = faultyJournal((sql, go) => {
			calls.push(sql);
			return go();
		});
		const taken = async () => {
			calls.length = 0;
			expect((await send(nextDelivery(), { JOURNAL })).status).toBe(202);
			return calls.flat().filter((sql) => /d1_migrations|heartbeats/.test(sql)).length;
		};
		expect([await taken(), await taken(), await taken()]).toEqual([1, 0, 0]);
	});
});

function isTaken({ status }: Answer): boolean {
	return status >= 200 && status < 300;
}

function refusing(): StubQueue {
	const queue = stubQueue();
	queue.fails = () => Promise.reject(new Error("Queue is overloaded. Please back off."));
	return queue;
}
