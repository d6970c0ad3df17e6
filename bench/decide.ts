import { loadGoodPipeline } from "../cli/build-pipeline.ts";
import {
	type Artefact,
	type Context,
	createLogReader,
	decide,
	type Incident,
	loadPipeline,
	type Pipeline,
} from "../pipeline/index.ts";
import { handwrittenDecider } from "./handwritten.ts";
import { hostileLogs } from "./hostile-logs.ts";
import { median } from "./median.ts";
import { ordinaryLog } from "./ordinary-log.ts";

export interface DecideFigures {
	/** Reading a log of 1 MB and deciding, as a multiple of what a hand-written function takes for the same. */
	readonly ratio_to_handwritten: number;
	readonly ms: number;
	readonly handwritten_ms: number;
	/** The part of `ms` that reading the log takes. */
	readonly reading_ms: number;
	/** The first decision in a process, with nothing compiled yet. */
	readonly first_ms: number;
	readonly by_size: readonly { readonly bytes: number; readonly ms: number; readonly handwritten_ms: number }[];
	/** Logs of 1 MB made to be slow, as multiples of the ordinary one. */
	readonly hostile: Readonly<Record<string, number>>;
}

const MB = 1_000_000;
const ROUNDS = 31;
/** As a response's body comes in. */
const CHUNK = 64 * 1024;

/** All sides take turns, so that whatever else the machine does meets all of them. */
export async function measureDecide(): Promise<DecideFigures> {
	const built = await loadGoodPipeline("pipeline.yaml");
	if (!built.ok) throw new Error(built.problem);
	const pipeline = loadPipeline(built.value);
	const byHand = handwrittenDecider(built.value);
	const ordinary = ordinaryLog(MB);
	const first = await timed(() => readAndDecide(pipeline, built.value, chunksOf(ordinary)));
	await mustAgree(pipeline, built.value, ordinary, byHand);

	const sizes: { bytes: number; ms: number; handwritten_ms: number }[] = [];
	for (const size of [1000, MB / 10, MB]) {
		const log = ordinaryLog(size);
		const chunks = chunksOf(log);
		const [ms, handwritten_ms] = await medians([
			() => readAndDecide(pipeline, built.value, chunks),
			() => byHand(INCIDENT, log),
		]);
		sizes.push({ bytes: Buffer.byteLength(log), ms: ms ?? Number.NaN, handwritten_ms: handwritten_ms ?? Number.NaN });
	}
	const { ms, handwritten_ms } = sizes[2] ?? { ms: Number.NaN, handwritten_ms: Number.NaN };
	return {
		ratio_to_handwritten: ms / handwritten_ms,
		ms,
		handwritten_ms,
		reading_ms: (await medians([() => read(pipeline, chunksOf(ordinary))]))[0] ?? Number.NaN,
		first_ms: first,
		by_size: sizes,
		hostile: await measureHostile(pipeline, ordinary),
	};
}

async function measureHostile(pipeline: Pipeline, ordinary: string): Promise<Record<string, number>> {
	const logs = [["ordinary", ordinary] as const, ...Object.entries(hostileLogs(pipeline.logSearch.keys, MB))];
	const times = await medians(logs.map(([, log]) => chunksOf(log)).map((chunks) => () => read(pipeline, chunks)));
	const floor = times[0] ?? Number.NaN;
	return Object.fromEntries(logs.map(([name], i) => [name, (times[i] ?? Number.NaN) / floor] as const).slice(1));
}

function read(pipeline: Pipeline, chunks: readonly string[]) {
	const reader = createLogReader(pipeline.logSearch);
	for (const chunk of chunks) reader.write(chunk);
	return reader.end();
}

async function readAndDecide(pipeline: Pipeline, artefact: Artefact, chunks: readonly string[]) {
	const data = { reading: read(pipeline, chunks), jobs: [{ name: "lint", failed_steps: ["Check"] }] };
	const context: Context = Object.fromEntries(
		artefact.context.map(({ name, from }) =>
			from === "github.job_logs"
				? [name, { from, took_ms: 0, status: "ok", data } as const]
				: [name, { from, took_ms: 0, status: "skipped", why: "not configured" } as const],
		),
	);
	return decide(pipeline, { incident: INCIDENT, context, attempt: 1 });
}

/** A peer that decides something else would be no peer. */
async function mustAgree(
	pipeline: Pipeline,
	artefact: Artefact,
	log: string,
	byHand: (incident: Incident, log: string) => object,
): Promise<void> {
	const decision = await readAndDecide(pipeline, artefact, chunksOf(log));
	const type = decision.outcome === "spawn" ? decision.failure_type : decision.outcome;
	const hand = JSON.stringify(byHand(INCIDENT, log));
	if (!hand.includes(`"FAILURE_TYPE":"${type}"`))
		throw new Error(`The hand-written function does not say ${type}: ${hand.slice(0, 400)}`);
}

async function medians(runs: readonly (() => unknown)[]): Promise<number[]> {
	const times: number[][] = runs.map(() => []);
	for (let round = 0; round < ROUNDS; round++) {
		for (const [i, run] of runs.entries()) times[i]?.push(await timed(run));
	}
	return times.map(median);
}

async function timed(run: () => unknown): Promise<number> {
	const start = performance.now();
	await run();
	return performance.now() - start;
}

/** Texts of their own, as a decoder gives them: views into one text would be slower to read. */
function chunksOf(log: string): string[] {
	const chunks: string[] = [];
	for (let at = 0; at < log.length; at += CHUNK) {
		chunks.push(Buffer.from(log.slice(at, at + CHUNK), "utf16le").toString("utf16le"));
	}
	return chunks;
}

const INCIDENT: Incident = {
	id: "00112233445566778899aabbccddeeff",
	kind: "ci",
	event: "workflow_job",
	delivery_id: "72d3162e-cc78-11e3-81ab-4c9367dc0958",
	repository: "5dlabs/cto",
	default_branch: "main",
	branch: "feature/claims",
	head_sha: "8f3b0b1e0a3c4d5e6f708192a3b4c5d6e7f80910",
	run_id: "17000000001",
	run_attempt: 1,
	workflow: { name: "Controller CI" },
	job: "lint",
	failed_steps: ["Check"],
	conclusion: "failure",
	url: "https://github.com/5dlabs/cto/actions/runs/17000000001/job/1",
};
