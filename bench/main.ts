import { loadGoodPipeline } from "../cli/build-pipeline.ts";
import { bundleWorker } from "../cli/hub/worker-bundle.ts";
import { type BundleFigures, measureBundle } from "./bundle.ts";
import { type DecideFigures, measureDecide } from "./decide.ts";
import { type IngestFigures, measureIngest } from "./ingest.ts";

/** `npm run bench [-- --json]`: every figure beside a floor or a peer of the same run. Reports; fails on no figure. */
interface Figures {
	readonly ingest: IngestFigures;
	readonly decide: DecideFigures;
	readonly bundle: BundleFigures;
}

const artefact = await loadGoodPipeline("pipeline.yaml");
if (!artefact.ok) {
	console.error(artefact.problem);
	process.exit(2);
}
const bundle = await bundleWorker(artefact.value, { minify: true });
const figures: Figures = {
	ingest: await measureIngest(bundle),
	decide: await measureDecide(),
	bundle: await measureBundle(bundle),
};
if (process.argv.includes("--json")) console.log(JSON.stringify(figures, rounded, 2));
else printTable(figures);

function printTable({ ingest, decide, bundle: size }: Figures): void {
	const row = (name: string, value: string, target: string) =>
		console.log(`${name.padEnd(42)}${value.padStart(14)}   ${target}`);
	row("", "measured", "wanted");
	row("webhooks a second, part of HMAC only", ingest.ratio_to_floor.toFixed(2), "at least 0.5");
	row("  a second", ingest.requests_per_second.toFixed(0), `HMAC only: ${ingest.floor.requests_per_second.toFixed(0)}`);
	row("  p50", `${ingest.p50_ms} ms`, `HMAC only: ${ingest.floor.p50_ms} ms`);
	row("  p99", `${ingest.p99_ms} ms`, `under 1000 ms (HMAC only: ${ingest.floor.p99_ms} ms)`);
	if (ingest.cpu_us !== undefined && ingest.floor_cpu_us !== undefined) {
		row("  CPU each", `${ingest.cpu_us.toFixed(0)} µs`, `HMAC only: ${ingest.floor_cpu_us.toFixed(0)} µs`);
	}
	row("deciding with a 1 MB log, times by hand", decide.ratio_to_handwritten.toFixed(2), "at most 5");
	row("  each", `${decide.ms.toFixed(2)} ms`, "under 10 ms");
	row("bundle, gzipped", `${(size.gzip_bytes / 1024).toFixed(0)} KiB`, "under 1024 KiB");
	row("start-up, more than an empty worker", `${size.startup_ms.toFixed(0)} ms`, "under 100 ms");
}

function rounded(_key: string, value: unknown): unknown {
	return typeof value === "number" ? Math.round(value * 1000) / 1000 : value;
}
