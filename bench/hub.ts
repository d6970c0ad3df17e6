import { convertV4MiniflareOptions, Log, LogLevel, Miniflare } from "miniflare";
import { COMPATIBILITY_DATE } from "../cli/hub/edge-runtime.ts";
import { type DeliveryFigures, measureDeliveries } from "./hub-deliveries.ts";
import { median } from "./median.ts";
import { treeMicroseconds } from "./process-tree.ts";

/** CPU of the local hub, and of one call to the journal in the local runtime: all of its processes together, in microseconds. */
export interface HubFigures {
	readonly deliveries: DeliveryFigures;
	/** D1 through miniflare. */
	readonly d1: CallFigures;
	/** The same statements in a Durable Object with SQLite, as the hub has it, in the same runtime. */
	readonly object: CallFigures;
	/** A method of the Durable Object that runs no statement: the floor. */
	readonly floor_us: number;
	readonly ratio: { readonly read: number; readonly write: number; readonly batch: number };
}

interface CallFigures {
	readonly read_us: number;
	readonly write_us: number;
	/** Four writes in one call. */
	readonly batch_us: number;
}

const ROUNDS = 7;
const CALLS = 500;

export async function measureHub(): Promise<HubFigures> {
	if (process.platform !== "linux")
		throw new Error("bench hub reads the runtime's CPU time from /proc: run it on Linux");
	// Before the hub's own runtime: it starts this process's later runtimes with its guard (cli/hub/edge-runtime.ts).
	const calls = await measureCalls();
	return { deliveries: await measureDeliveries(), ...calls };
}

/** All kinds of calls take turns in one runtime, so that other load on the machine affects each. */
async function measureCalls(): Promise<Omit<HubFigures, "deliveries">> {
	const runtime = await startRuntime();
	try {
		const kinds = ["d1/read", "d1/write", "d1/batch", "object/read", "object/write", "object/batch", "object/floor"];
		const rounds = new Map<string, number[]>(kinds.map((kind) => [kind, []]));
		for (const kind of kinds) await call(runtime, kind, CALLS);
		for (let round = 0; round < ROUNDS; round++) {
			for (const kind of kinds) rounds.get(kind)?.push(await cpuOfCalls(runtime, kind));
		}
		const us = (kind: string) => median(rounds.get(kind) ?? []);
		const figures = (binding: string): CallFigures => ({
			read_us: us(`${binding}/read`),
			write_us: us(`${binding}/write`),
			batch_us: us(`${binding}/batch`),
		});
		const [d1, object] = [figures("d1"), figures("object")];
		const ratio = {
			read: d1.read_us / object.read_us,
			write: d1.write_us / object.write_us,
			batch: d1.batch_us / object.batch_us,
		};
		return { d1, object, floor_us: us("object/floor"), ratio };
	} finally {
		await runtime.dispose();
	}
}

/** Prints each figure beside the Durable Object's, with `row` of the benchmarks' table. */
export function printHub(figures: HubFigures, row: (name: string, value: string, beside: string) => void): void {
	const { deliveries, d1, object, floor_us, ratio } = figures;
	const us = (value: number) => `${value.toFixed(0)} µs`;
	row("an incident, multiple of an HMAC-only delivery", deliveries.ratio.incident_to_hmac.toFixed(0), "at most 40");
	row("  CPU until its CodeRun is a file", us(deliveries.incident_us), `HMAC only: ${us(deliveries.hmac_us)}`);
	row("a green job, multiple of an ignored delivery", deliveries.ratio.green_to_ignored.toFixed(2), "at most 1.3");
	row("  CPU", us(deliveries.green_us), `ignored: ${us(deliveries.ignored_us)}`);
	row("an ignored delivery, multiple of HMAC only", deliveries.ratio.ignored_to_hmac.toFixed(2), "");
	row("an idle hub, each second", us(deliveries.idle_us_per_second), "");
	row("a journal read, multiple of a Durable Object's", ratio.read.toFixed(2), "");
	row("  CPU", us(d1.read_us), `Durable Object: ${us(object.read_us)}`);
	row("a journal write, multiple of a Durable Object's", ratio.write.toFixed(2), "");
	row("  CPU", us(d1.write_us), `Durable Object: ${us(object.write_us)}`);
	row("a batch of four writes, multiple", ratio.batch.toFixed(2), "");
	row("  CPU", us(d1.batch_us), `Durable Object: ${us(object.batch_us)}`);
	row("a call that runs no statement", us(floor_us), "the floor");
}

/** Includes what the calls leave to do after their answer, such as the write-ahead log's. */
async function cpuOfCalls(runtime: Miniflare, kind: string): Promise<number> {
	const before = treeMicroseconds(process.pid);
	await call(runtime, kind, CALLS);
	return (treeMicroseconds(process.pid) - before) / CALLS;
}

async function call(runtime: Miniflare, kind: string, times: number): Promise<void> {
	const response = await runtime.dispatchFetch(`http://localhost/${kind}?times=${times}`);
	const text = await response.text();
	if (!response.ok) throw new Error(`${kind} failed: ${text}`);
}

async function startRuntime(): Promise<Miniflare> {
	const options = convertV4MiniflareOptions({
		telemetry: { enabled: false },
		log: new Log(LogLevel.NONE),
		handleStructuredLogs: () => undefined,
		workers: [
			{
				name: "bench",
				compatibilityDate: COMPATIBILITY_DATE,
				modules: [{ type: "ESModule", path: "bench.js", contents: CALLER }],
				d1Databases: { JOURNAL: "journal" },
				durableObjects: { OBJECT: { className: "Journal", useSQLite: true } },
			},
		],
	});
	const runtime = new Miniflare(options);
	await runtime.ready;
	return runtime;
}

/** One batch of calls per request, so that the request itself does not count. */
const CALLER = `
import { DurableObject } from "cloudflare:workers";

const TABLE = "CREATE TABLE IF NOT EXISTS rows (id INTEGER PRIMARY KEY, text TEXT)";
const READ = "SELECT id, text FROM rows WHERE id = ?";
const WRITE = "INSERT OR REPLACE INTO rows (id, text) VALUES (?, ?)";
const TEXT = "x".repeat(1000);

export class Journal extends DurableObject {
	constructor(state, env) {
		super(state, env);
		this.sql = state.storage.sql;
		this.sql.exec(TABLE);
	}
	floor() {}
	run(statements) {
		return this.ctx.storage.transactionSync(() =>
			statements.map(([text, values]) => {
				const cursor = this.sql.exec(text, ...values);
				return { results: cursor.toArray(), rows_read: cursor.rowsRead, rows_written: cursor.rowsWritten };
			}),
		);
	}
}

const four = (make) => [1, 2, 3, 4].map(make);
const kindsOf = ({ JOURNAL, OBJECT }) => {
	const object = OBJECT.get(OBJECT.idFromName("journal"));
	return {
		"/d1/read": (n) => JOURNAL.prepare(READ).bind(n % 4).all(),
		"/d1/write": (n) => JOURNAL.prepare(WRITE).bind(n % 4, TEXT).run(),
		"/d1/batch": () => JOURNAL.batch(four((id) => JOURNAL.prepare(WRITE).bind(id, TEXT))),
		"/object/read": (n) => object.run([[READ, [n % 4]]]),
		"/object/write": (n) => object.run([[WRITE, [n % 4, TEXT]]]),
		"/object/batch": () => object.run(four((id) => [WRITE, [id, TEXT]])),
		"/object/floor": () => object.floor(),
	};
};

export default {
	async fetch(request, env) {
		const { pathname, searchParams } = new URL(request.url);
		if (pathname.startsWith("/d1/")) await env.JOURNAL.prepare(TABLE).run();
		const once = kindsOf(env)[pathname];
		for (let n = 0; n < Number(searchParams.get("times")); n++) await once(n);
		return new Response();
	},
};`;
