import autocannon from "autocannon";
import { failedJob, githubDelivery, queuedJob, type SignedDelivery } from "./delivery.ts";
import { median } from "./median.ts";
import { startPeers } from "./peers.ts";
import { startWorkerd, type WorkerdProcess } from "./workerd-process.ts";
import { emptyWorker, healerWorker, hmacWorker } from "./workers.ts";

/** A server's CPU for one delivery: Healer's with stubs of the journal, KV and the queue. */
export interface DeliveryCpu {
	readonly name: string;
	readonly us: number;
	/** As a multiple of a worker that only checks the HMAC. */
	readonly ratio_to_floor: number;
	/** The ratio to reach; undefined where none is set. */
	readonly target?: number;
}

export interface IngestCpuFigures {
	readonly floor_us: number;
	readonly deliveries: readonly DeliveryCpu[];
}

interface Contender {
	readonly name: string;
	readonly worker: Pick<WorkerdProcess, "url" | "cpuMicroseconds">;
	readonly delivery: SignedDelivery;
	readonly target?: number;
	/** What the answer has to contain: a worker that refuses is fast, and measuring it would prove nothing. */
	readonly answers?: string;
}

const FLOOR = "HMAC only";
const ROUNDS = 9;
const REQUESTS = 1_500;
const CONNECTIONS = 16;

/** Every contender takes its turn in each round, so that other load on the machine affects all. */
export async function measureIngestCpu(bundle: string): Promise<IngestCpuFigures> {
	const started: { stop(): Promise<void> }[] = [];
	const start = async (...given: Parameters<typeof startWorkerd>) => {
		const worker = await startWorkerd(...given);
		started.push(worker);
		return worker;
	};
	try {
		const floor = { name: FLOOR, worker: await start(hmacWorker()), delivery: failedJob() };
		const hello = { name: "answers at once", worker: await start(emptyWorker()), delivery: failedJob() };
		const healer = await start(healerWorker(bundle));
		const duplicates = await start(healerWorker(bundle, { changes: 0 }));
		const others = await startPeers();
		started.push(others);
		const contenders: readonly Contender[] = [
			hello,
			floor,
			...others.peers.map(({ name, server }) => ({ name: `${name}, in Node`, worker: server, delivery: failedJob() })),
			{ name: "new failure", worker: healer, delivery: failedJob(), target: 1.8, answers: "accepted" },
			{ name: "duplicate", worker: duplicates, delivery: failedJob(), answers: "duplicate" },
			{ name: "ignored: queued job", worker: healer, delivery: queuedJob(), target: 1.25, answers: "ignored" },
			{
				name: "ignored: label",
				worker: healer,
				delivery: githubDelivery("label", "created"),
				target: 1.25,
				answers: "ignored",
			},
			{ name: "green job", worker: healer, delivery: failedJob({ conclusion: "success" }), answers: "ignored" },
			{
				name: "green check run",
				worker: healer,
				delivery: githubDelivery("check_run", "completed", { conclusion: "success" }),
				answers: "ignored",
			},
		];
		for (const contender of contenders) await mustAnswer(contender);
		const measured = await measure(contenders);
		const floor_us = measured.get(FLOOR) ?? Number.NaN;
		return {
			floor_us,
			deliveries: contenders.map(({ name, target }) => {
				const us = measured.get(name) ?? Number.NaN;
				return { name, us, ratio_to_floor: us / floor_us, ...(target !== undefined && { target }) };
			}),
		};
	} finally {
		for (const worker of started) await worker.stop();
	}
}

/** The median of all rounds, in microseconds, by name. */
async function measure(contenders: readonly Contender[]): Promise<ReadonlyMap<string, number>> {
	const rounds = new Map(contenders.map(({ name }) => [name, [] as number[]]));
	for (const contender of contenders) await load(contender);
	for (let round = 0; round < ROUNDS; round++) {
		for (const contender of contenders) rounds.get(contender.name)?.push(await load(contender));
	}
	return new Map([...rounds].map(([name, all]) => [name, median(all)]));
}

async function mustAnswer({ name, worker, delivery: { body, headers }, answers = "" }: Contender): Promise<void> {
	const response = await fetch(`${worker.url}webhooks/github`, { method: "POST", body, headers });
	const text = await response.text();
	if (!response.ok || !text.includes(answers)) throw new Error(`${name} was answered ${response.status} ${text}`);
}

async function load({ worker, delivery: { body, headers } }: Contender): Promise<number> {
	const before = worker.cpuMicroseconds() ?? Number.NaN;
	const { errors, non2xx, requests } = await autocannon({
		url: `${worker.url}webhooks/github`,
		method: "POST",
		body,
		headers,
		connections: CONNECTIONS,
		amount: REQUESTS,
	});
	if (non2xx > 0 || errors > 0) throw new Error(`${non2xx + errors} requests failed`);
	return ((worker.cpuMicroseconds() ?? Number.NaN) - before) / requests.total;
}
