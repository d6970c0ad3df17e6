import path from "node:path";
import { loadGoodPipeline } from "../cli/build-pipeline.ts";
import { bundleWorker } from "../cli/hub/worker-bundle.ts";
import { type BundleFigures, measureBundle } from "./bundle.ts";
import { type ContextFigures, measureContext } from "./context.ts";
import { type DecideFigures, measureDecide } from "./decide.ts";
import { type IngestFigures, measureIngest } from "./ingest.ts";
import { measureRouting, printRouting } from "./routing.ts";

/** Reports every figure beside a floor or a reference of the same run. No figure makes it fail. */
const USAGE = `npm run bench                             every figure but those of routing
npm run bench -- decide                   what a decision takes, in Node and in workerd
npm run bench -- context                  reading logs, and gathering the context
npm run bench -- routing [file.jsonl ...] how often the right agent is chosen: of labelled cases in these files, else in
                                          those that HEALER_CORPUS names, else of the project's own
--json                                    the figures as JSON`;

interface Figures {
	readonly ingest: IngestFigures;
	readonly decide: DecideFigures;
	readonly context: ContextFigures;
	readonly bundle: BundleFigures;
}

const [only, ...files] = process.argv.slice(2).filter((argument) => !argument.startsWith("--"));
if (process.argv.includes("--help")) console.log(USAGE);
else if (only === "routing")
	await reportRouting(files.length > 0 ? files : (process.env.HEALER_CORPUS ?? "").split(path.delimiter));
else if (only === "decide") report(await measureDecide(), printDecide);
else if (only === "context") report(await measureContext(), printContext);
else await reportAll();

async function reportRouting(named: readonly string[]): Promise<void> {
	const measured = await measureRouting(named.filter((file) => file !== ""));
	report(measured, () => printRouting(measured, console.log));
}

async function reportAll(): Promise<void> {
	const artefact = await loadGoodPipeline("pipeline.yaml");
	if (!artefact.ok) {
		console.error(artefact.problem);
		process.exit(2);
	}
	const bundle = await bundleWorker(artefact.value, { minify: true });
	const figures: Figures = {
		ingest: await measureIngest(bundle),
		decide: await measureDecide(),
		context: await measureContext(),
		bundle: await measureBundle(bundle),
	};
	report(figures, printTable);
}

function report<T>(figures: T, print: (figures: T) => void): void {
	if (process.argv.includes("--json")) console.log(JSON.stringify(figures, rounded, 2));
	else print(figures);
}

function row(name: string, value: string, target: string): void {
	console.log(`${name.padEnd(42)}${value.padStart(14)}   ${target}`);
}

function printDecide(decide: DecideFigures): void {
	const size = (bytes: number) => (bytes < 5000 ? "1 KB" : bytes < 500_000 ? "100 KB" : "1 MB");
	row("deciding with a 1 MB log, times by hand", decide.ratio_to_handwritten.toFixed(2), "at most 5");
	row("  each", `${decide.ms.toFixed(2)} ms`, "under 10 ms");
	for (const { bytes, ms, handwritten_ms } of decide.by_size) {
		row(`  ${size(bytes)}`, `${ms.toFixed(2)} ms`, `by hand: ${handwritten_ms.toFixed(2)} ms`);
	}
	for (const { bytes, ms, handwritten_ms } of decide.workerd.by_size) {
		row(`  ${size(bytes)} in workerd`, `${ms.toFixed(2)} ms`, `by hand: ${handwritten_ms.toFixed(2)} ms`);
	}
	row("  the first of a process", `${decide.first_ms.toFixed(0)} ms`, "");
	row("checking and building pipeline.yaml", `${decide.building_ms.toFixed(0)} ms`, "");
	row(
		"compiling all of the artefact",
		`${decide.compiling_ms.toFixed(0)} ms`,
		`in workerd: ${decide.workerd.compiling_ms.toFixed(0)} ms`,
	);
	for (const [name, times] of Object.entries(decide.hostile)) {
		row(`  hostile: ${name}`, times.toFixed(2), "at most 2, of an ordinary log");
	}
}

function printContext({ logs, gathering }: ContextFigures): void {
	const peak = (mb: number | undefined) => (mb === undefined ? "?" : `${mb.toFixed(0)} MB`);
	for (const log of logs) {
		const size = `${Math.round(log.bytes / 1_000_000)} MB`;
		const merely = `${log.merely_mb_per_second.toFixed(0)} MB/s`;
		row(`reading a log of ${size}, times merely reading`, log.ratio_to_merely.toFixed(2), "");
		row("  a second", `${log.mb_per_second.toFixed(0)} MB`, `merely reading: ${merely}`);
		row("  memory, at most", peak(log.peak_mb), `merely reading: ${peak(log.merely_peak_mb)}`);
	}
	row("gathering the context, times its slowest", gathering.ratio.toFixed(2), "at most 1.2");
	row("  all of it", `${gathering.wall_ms} ms`, `the slowest part: ${gathering.slowest_ms} ms`);
}

function printTable({ ingest, decide, context, bundle: size }: Figures): void {
	row("", "measured", "wanted");
	row("webhooks a second, part of HMAC only", ingest.ratio_to_floor.toFixed(2), "at least 0.5");
	row("  a second", ingest.requests_per_second.toFixed(0), `HMAC only: ${ingest.floor.requests_per_second.toFixed(0)}`);
	row("  p50", `${ingest.p50_ms} ms`, `HMAC only: ${ingest.floor.p50_ms} ms`);
	row("  p99", `${ingest.p99_ms} ms`, `under 1000 ms (HMAC only: ${ingest.floor.p99_ms} ms)`);
	if (ingest.cpu_us !== undefined && ingest.floor_cpu_us !== undefined) {
		row("  CPU each", `${ingest.cpu_us.toFixed(0)} µs`, `HMAC only: ${ingest.floor_cpu_us.toFixed(0)} µs`);
	}
	printDecide(decide);
	printContext(context);
	row("bundle, gzipped", `${(size.gzip_bytes / 1024).toFixed(0)} KiB`, "under 1024 KiB");
	row("start-up, more than an empty worker", `${size.startup_ms.toFixed(0)} ms`, "under 100 ms");
}

function rounded(_key: string, value: unknown): unknown {
	return typeof value === "number" ? Math.round(value * 1000) / 1000 : value;
}
