import { generateKeyPairSync } from "node:crypto";
import path from "node:path";
import { loadGoodPipeline } from "../cli/build-pipeline.ts";
import { bundleWorker } from "../cli/hub/worker-bundle.ts";
import type { ContextWorkerSettings, GatheringTimes } from "./context-messages.ts";
import { median } from "./median.ts";
import { ordinaryLog } from "./ordinary-log.ts";
import { type SlowGitHub, startSlowGitHub } from "./slow-github.ts";
import { startWorkerd, type WorkerdProcess } from "./workerd-process.ts";
import { outboundWorker } from "./workers.ts";

export interface ContextFigures {
	/** Reading a log over HTTP in workerd: fully processed, and as a floor with its bytes only counted. */
	readonly logs: readonly LogFigures[];
	/** Gathering all context of the shipped pipeline with each answer delayed, as a multiple of its slowest part. */
	readonly gathering: { readonly wall_ms: number; readonly slowest_ms: number; readonly ratio: number };
}

export interface LogFigures {
	readonly bytes: number;
	readonly mb_per_second: number;
	readonly merely_mb_per_second: number;
	/** Time as a multiple of only counting its bytes. */
	readonly ratio_to_merely: number;
	/** Peak memory of the process, minus that before reading; undefined where the system does not report it. */
	readonly peak_mb: number | undefined;
	readonly merely_peak_mb: number | undefined;
}

const ENTRY = path.join(import.meta.dirname, "context-worker.ts");
const MB = 1_000_000;
const SIZES: readonly number[] = [MB, 10 * MB, 100 * MB];
const TURNS = 5;
const DELAYS = { github_ms: 60, relay_ms: 400 };

/** A server that answers like GitHub, and a function that starts a worker using it. */
export interface ContextBench {
	readonly github: SlowGitHub;
	start(): Promise<WorkerdProcess>;
}

export async function openContextBench(): Promise<ContextBench> {
	const built = await loadGoodPipeline("pipeline.yaml");
	if (!built.ok) throw new Error(built.problem);
	const github = await startSlowGitHub(ordinaryLog(MB), DELAYS);
	const script = await bundleWorker(built.value, { entry: ENTRY, minify: true });
	const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
	const settings: ContextWorkerSettings = {
		artefact: built.value,
		github_url: github.url,
		private_key: privateKey.export({ type: "pkcs1", format: "pem" }).toString(),
	};
	const start = async () => {
		const workerd = await startWorkerd(outboundWorker(script));
		await fetch(workerd.url, { method: "PUT", body: JSON.stringify(settings) });
		return workerd;
	};
	return { github, start };
}

export async function measureContext(): Promise<ContextFigures> {
	const { github, start } = await openContextBench();
	try {
		const logs: LogFigures[] = [];
		for (const bytes of SIZES) logs.push(await measureLog(start, github, bytes));
		return { logs, gathering: await measureGathering(start) };
	} finally {
		await github.close();
	}
}

type Start = ContextBench["start"];

async function measureLog(start: Start, github: SlowGitHub, bytes: number): Promise<LogFigures> {
	const url = encodeURIComponent(github.logOf(bytes));
	const [read, merely] = [`read?url=${url}`, `merely?url=${url}`];
	const peak_mb = await peakOf(start, read);
	const merely_peak_mb = await peakOf(start, merely);
	const workerd = await start();
	try {
		const times: { readonly read: number[]; readonly merely: number[] } = { read: [], merely: [] };
		for (let turn = 0; turn < TURNS + 1; turn++) {
			const [reading, counting] = [await timed(workerd, read), await timed(workerd, merely)];
			// The first round is a warm-up.
			if (turn === 0) continue;
			times.read.push(reading);
			times.merely.push(counting);
		}
		const [reading, counting] = [median(times.read), median(times.merely)];
		return {
			bytes,
			mb_per_second: bytes / MB / (reading / 1000),
			merely_mb_per_second: bytes / MB / (counting / 1000),
			ratio_to_merely: reading / counting,
			peak_mb,
			merely_peak_mb,
		};
	} finally {
		await workerd.stop();
	}
}

/** Peak memory of a separate process, minus that before reading, in MB. */
export async function peakOf(start: Start, asked: string): Promise<number | undefined> {
	const workerd = await start();
	try {
		const before = workerd.peakBytes();
		await timed(workerd, asked);
		const after = workerd.peakBytes();
		return before === undefined || after === undefined ? undefined : (after - before) / MB;
	} finally {
		await workerd.stop();
	}
}

async function timed({ url }: WorkerdProcess, asked: string): Promise<number> {
	const began = performance.now();
	const response = await fetch(new URL(asked, url));
	const text = await response.text();
	if (!/^\d+$/.test(text)) throw new Error(`${asked} answered ${response.status}: ${text.slice(0, 200)}`);
	return performance.now() - began;
}

async function measureGathering(start: Start): Promise<ContextFigures["gathering"]> {
	const workerd = await start();
	try {
		const runs: { wall_ms: number; slowest_ms: number }[] = [];
		for (let turn = 0; turn < TURNS; turn++) {
			const { wall_ms, parts } = (await (await fetch(new URL("gather", workerd.url))).json()) as GatheringTimes;
			const failed = Object.entries(parts).filter(([, { status }]) => status === "failed");
			if (failed.length > 0) throw new Error(`gathering failed: ${JSON.stringify(failed)}`);
			runs.push({ wall_ms, slowest_ms: Math.max(...Object.values(parts).map(({ took_ms }) => took_ms)) });
		}
		const wall_ms = median(runs.map((run) => run.wall_ms));
		const slowest_ms = median(runs.map((run) => run.slowest_ms));
		return { wall_ms, slowest_ms, ratio: wall_ms / slowest_ms };
	} finally {
		await workerd.stop();
	}
}
