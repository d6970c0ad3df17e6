import path from "node:path";
import { bundleWorker } from "../cli/hub/worker-bundle.ts";
import type { Artefact } from "../pipeline/index.ts";
import { median } from "./median.ts";
import { startWorkerd, type WorkerdProcess } from "./workerd-process.ts";
import { plainWorker } from "./workers.ts";

const ENTRY = path.join(import.meta.dirname, "decide-worker.ts");
const TURNS = 9;

export interface DecideTime {
	readonly bytes: number;
	readonly ms: number;
	/** The time of a hand-written function for the same work. */
	readonly handwritten_ms: number;
}

/** Times inside workerd of one decision, and of loading the pipeline. */
export async function measureInWorkerd(
	artefact: Artefact,
	sizes: readonly number[],
): Promise<{ readonly compiling_ms: number; readonly by_size: readonly DecideTime[] }> {
	const script = await bundleWorker(artefact, { entry: ENTRY, minify: true });
	const workerd = await startWorkerd(plainWorker(script));
	try {
		await fetch(workerd.url, { method: "PUT", body: JSON.stringify(artefact) });
		const by_size: DecideTime[] = [];
		for (const size of sizes) {
			const rounds = size >= 1_000_000 ? 5 : size >= 100_000 ? 40 : 400;
			const [ms = Number.NaN, handwritten_ms = Number.NaN] = await measureInterleaved(workerd, rounds, [
				`decide?size=${size}`,
				`by-hand?size=${size}`,
			]);
			by_size.push({ bytes: size, ms, handwritten_ms });
		}
		const [compiling_ms = Number.NaN] = await measureInterleaved(workerd, 3, ["compile?"]);
		return { compiling_ms, by_size };
	} finally {
		await workerd.stop();
	}
}

/** The median time of one round: a request with many rounds minus one with none. The paths take turns. */
async function measureInterleaved(
	workerd: WorkerdProcess,
	rounds: number,
	paths: readonly string[],
): Promise<number[]> {
	const times: number[][] = paths.map(() => []);
	for (let turn = 0; turn < TURNS + 2; turn++) {
		for (const [at, asked] of paths.entries()) {
			const nothing = await answered(workerd, `${asked}&rounds=0`);
			const all = await answered(workerd, `${asked}&rounds=${rounds}`);
			// The first rounds are a warm-up.
			if (turn >= 2) times[at]?.push((all - nothing) / rounds);
		}
	}
	return times.map(median);
}

async function answered({ url }: WorkerdProcess, asked: string): Promise<number> {
	const began = performance.now();
	const response = await fetch(new URL(asked, url));
	if ((await response.text()) !== "done") throw new Error(`${asked} answered ${response.status}`);
	return performance.now() - began;
}
