import { gzipSync } from "node:zlib";
import { median } from "./median.ts";
import { type Configuration, startWorkerd } from "./workerd-process.ts";
import { emptyWorker, healerWorker } from "./workers.ts";

export interface BundleFigures {
	/** What `wrangler deploy` uploads: one module, minified, gzipped. */
	readonly gzip_bytes: number;
	readonly raw_bytes: number;
	/** Time until workerd's first answer with the real bundle, minus that with an empty worker; medians. */
	readonly startup_ms: number;
	readonly startup_ms_of_an_empty_worker: number;
}

const ROUNDS = 7;

export async function measureBundle(bundle: string): Promise<BundleFigures> {
	const healer: number[] = [];
	const empty: number[] = [];
	for (let round = 0; round < ROUNDS; round++) {
		empty.push(await startup(emptyWorker()));
		healer.push(await startup(healerWorker(bundle)));
	}
	return {
		gzip_bytes: gzipSync(bundle, { level: 9 }).length,
		raw_bytes: Buffer.byteLength(bundle),
		startup_ms: Math.max(0, median(healer) - median(empty)),
		startup_ms_of_an_empty_worker: median(empty),
	};
}

async function startup(configuration: Configuration): Promise<number> {
	const workerd = await startWorkerd(configuration);
	await workerd.stop();
	return workerd.startup_ms;
}
