import autocannon from "autocannon";
import { failedJob, type SignedDelivery } from "./delivery.ts";
import { median } from "./median.ts";
import { startWorkerd, type WorkerdProcess } from "./workerd-process.ts";
import { healerWorker, hmacWorker } from "./workers.ts";

export interface IngestFigures {
	/** Accepted deliveries per second, as a share of what a worker handles that only checks the HMAC. */
	readonly ratio_to_floor: number;
	readonly p99_ms: number;
	readonly p50_ms: number;
	readonly requests_per_second: number;
	readonly floor: { readonly p99_ms: number; readonly p50_ms: number; readonly requests_per_second: number };
	/** workerd's CPU time for one delivery; absent where the system does not report it. */
	readonly cpu_us?: number;
	readonly floor_cpu_us?: number;
}

interface Round {
	readonly requests_per_second: number;
	readonly p50_ms: number;
	readonly p99_ms: number;
	readonly cpu_us: number;
}

const ROUNDS = 5;
const SECONDS = 3;
const CONNECTIONS = 16;

/** Both workers run side by side and take turns, so that other load on the machine affects both. */
export async function measureIngest(bundle: string): Promise<IngestFigures> {
	const delivery = failedJob();
	const healer = await startWorkerd(healerWorker(bundle));
	const floor = await startWorkerd(hmacWorker());
	try {
		await mustAccept(healer, delivery);
		await mustAccept(floor, delivery);
		const rounds: { healer: Round[]; floor: Round[] } = { healer: [], floor: [] };
		await load(floor, delivery, 1);
		await load(healer, delivery, 1);
		for (let round = 0; round < ROUNDS; round++) {
			rounds.floor.push(await load(floor, delivery, SECONDS));
			rounds.healer.push(await load(healer, delivery, SECONDS));
		}
		return figures(middle(rounds.healer), middle(rounds.floor));
	} finally {
		await healer.stop();
		await floor.stop();
	}
}

function figures(healer: Round, floor: Round): IngestFigures {
	const { cpu_us, ...rest } = healer;
	const { cpu_us: floor_cpu_us, ...floorRest } = floor;
	return {
		ratio_to_floor: healer.requests_per_second / floor.requests_per_second,
		...rest,
		floor: floorRest,
		...(Number.isFinite(cpu_us) && { cpu_us, floor_cpu_us }),
	};
}

function middle(rounds: readonly Round[]): Round {
	const of = (name: keyof Round) => median(rounds.map((round) => round[name]));
	return {
		requests_per_second: of("requests_per_second"),
		p50_ms: of("p50_ms"),
		p99_ms: of("p99_ms"),
		cpu_us: of("cpu_us"),
	};
}

/** A worker that refuses is fast, so measuring it would prove nothing. */
async function mustAccept(worker: WorkerdProcess, { body, headers }: SignedDelivery): Promise<void> {
	const response = await fetch(`${worker.url}webhooks/github`, { method: "POST", body, headers });
	const text = await response.text();
	if (response.status !== 202 || (text !== "" && !text.includes('"accepted"'))) {
		throw new Error(`the delivery was not accepted: ${response.status} ${text}`);
	}
}

async function load(worker: WorkerdProcess, { body, headers }: SignedDelivery, seconds: number): Promise<Round> {
	const before = worker.cpuMicroseconds() ?? Number.NaN;
	const result = await autocannon({
		url: `${worker.url}webhooks/github`,
		method: "POST",
		body,
		headers,
		connections: CONNECTIONS,
		duration: seconds,
	});
	if (result.non2xx > 0 || result.errors > 0) throw new Error(`${result.non2xx + result.errors} requests failed`);
	const cpu = (worker.cpuMicroseconds() ?? Number.NaN) - before;
	return {
		requests_per_second: result.requests.average,
		p50_ms: result.latency.p50,
		p99_ms: result.latency.p99,
		cpu_us: cpu / result.requests.total,
	};
}
