import { loadGoodPipeline } from "../cli/build-pipeline.ts";
import { type Artefact, admitArtefact, type Incident, loadPipeline, type Pipeline } from "../pipeline/index.ts";
import { type DecideTime, measureInWorkerd } from "./decide-in-workerd.ts";
import { chunksOf, INCIDENT, read, readAndDecide } from "./decision.ts";
import { handwrittenDecider } from "./handwritten.ts";
import { hostileLogs } from "./hostile-logs.ts";
import { median } from "./median.ts";
import { ordinaryLog } from "./ordinary-log.ts";

export interface DecideFigures {
	/** Reading a log of 1 MB and deciding, as a multiple of a hand-written function's time for the same. */
	readonly ratio_to_handwritten: number;
	readonly ms: number;
	readonly handwritten_ms: number;
	/** The share of `ms` spent on reading the log. */
	readonly reading_ms: number;
	/** The first decision in a process, with nothing compiled yet. */
	readonly first_ms: number;
	/** From the artefact's JSON to a pipeline that decides, and the share of parsing the JSON; warm. */
	readonly loading_ms: number;
	readonly parsing_ms: number;
	/** Checking and building the shipped file, from YAML and prompts to the artefact; warm. */
	readonly building_ms: number;
	/** Compiling all of the artefact, with nothing deferred to first use; warm. */
	readonly compiling_ms: number;
	readonly by_size: readonly DecideTime[];
	/** The same in workerd, measured from outside, because its clock stands still while it computes. */
	readonly workerd: { readonly compiling_ms: number; readonly by_size: readonly DecideTime[] };
	/** Logs of 1 MB designed to be slow, as multiples of the ordinary one. */
	readonly hostile: Readonly<Record<string, number>>;
}

const MB = 1_000_000;
const ROUNDS = 31;
const SIZES: readonly number[] = [1000, MB / 10, MB];

/** All candidates take turns, so that other load on the machine affects all of them. */
export async function measureDecide(): Promise<DecideFigures> {
	const built = await loadGoodPipeline("pipeline.yaml");
	if (!built.ok) throw new Error(built.problem);
	const pipeline = loadPipeline(built.value);
	const manual = handwrittenDecider(built.value);
	const ordinary = ordinaryLog(MB);
	const first = await timed(() => readAndDecide(pipeline, built.value, chunksOf(ordinary)));
	await mustAgree(pipeline, built.value, ordinary, manual);

	const sizes: DecideTime[] = [];
	for (const size of SIZES) {
		const log = ordinaryLog(size);
		const chunks = chunksOf(log);
		const [ms, handwritten_ms] = await medians([
			() => readAndDecide(pipeline, built.value, chunks),
			() => manual(INCIDENT, log),
		]);
		sizes.push({ bytes: Buffer.byteLength(log), ms: ms ?? Number.NaN, handwritten_ms: handwritten_ms ?? Number.NaN });
	}
	const json = JSON.stringify(built.value);
	const [loading_ms, parsing_ms] = await medians([() => loadPipeline(JSON.parse(json)), () => JSON.parse(json)]);
	const { ms, handwritten_ms } = sizes[2] ?? { ms: Number.NaN, handwritten_ms: Number.NaN };
	return {
		ratio_to_handwritten: ms / handwritten_ms,
		ms,
		handwritten_ms,
		reading_ms: (await medians([() => read(pipeline, chunksOf(ordinary))]))[0] ?? Number.NaN,
		first_ms: first,
		loading_ms: loading_ms ?? Number.NaN,
		parsing_ms: parsing_ms ?? Number.NaN,
		building_ms: (await medians([() => loadGoodPipeline("pipeline.yaml")], 9))[0] ?? Number.NaN,
		compiling_ms: (await medians([() => admitArtefact(built.value)], 9))[0] ?? Number.NaN,
		by_size: sizes,
		hostile: await measureHostile(pipeline, ordinary),
		workerd: await measureInWorkerd(built.value, SIZES),
	};
}

async function measureHostile(pipeline: Pipeline, ordinary: string): Promise<Record<string, number>> {
	const logs = [["ordinary", ordinary] as const, ...Object.entries(hostileLogs(pipeline.logSearch.keys, MB))];
	const times = await medians(logs.map(([, log]) => chunksOf(log)).map((chunks) => () => read(pipeline, chunks)));
	const floor = times[0] ?? Number.NaN;
	return Object.fromEntries(logs.map(([name], i) => [name, (times[i] ?? Number.NaN) / floor] as const).slice(1));
}

/** A reference that decides otherwise would be no reference. */
async function mustAgree(
	pipeline: Pipeline,
	artefact: Artefact,
	log: string,
	manual: (incident: Incident, log: string) => object,
): Promise<void> {
	const decision = await readAndDecide(pipeline, artefact, chunksOf(log));
	const type = decision.outcome === "spawn" ? decision.failure_type : decision.outcome;
	const hand = JSON.stringify(manual(INCIDENT, log));
	if (!hand.includes(`"FAILURE_TYPE":"${type}"`))
		throw new Error(`the hand-written function did not return ${type}: ${hand.slice(0, 400)}`);
}

async function medians(runs: readonly (() => unknown)[], rounds = ROUNDS): Promise<number[]> {
	const times: number[][] = runs.map(() => []);
	for (let round = 0; round < rounds; round++) {
		for (const [i, run] of runs.entries()) times[i]?.push(await timed(run));
	}
	return times.map(median);
}

async function timed(run: () => unknown): Promise<number> {
	const start = performance.now();
	await run();
	return performance.now() - start;
}
