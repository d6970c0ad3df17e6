import path from "node:path";
import { loadGoodPipeline } from "../cli/build-pipeline.ts";
import { bundleWorker } from "../cli/hub/worker-bundle.ts";
import { type BundleFigures, measureBundle } from "./bundle.ts";
import { measureCluster, printCluster } from "./cluster.ts";
import { type ContextFigures, measureContext } from "./context.ts";
import { type DecideFigures, measureDecide } from "./decide.ts";
import { measureDesk, printDesk } from "./desk.ts";
import { measureHub, printHub } from "./hub.ts";
import { type IngestFigures, measureIngest } from "./ingest.ts";
import { type IngestCpuFigures, measureIngestCpu } from "./ingest-cpu.ts";
import { measureJournal } from "./journal.ts";
import { measureMemory, printMemory } from "./memory.ts";
import { measureRouting, printRouting } from "./routing.ts";

/** Reports every figure beside a floor or a reference of the same run. No figure makes it fail. */
const USAGE = `npm run bench                             all figures except hub, cluster, memory, journal and routing
npm run bench -- decide                   time of a decision, in Node and in workerd
npm run bench -- context                  time to read logs and to gather the context
npm run bench -- ingest                   the worker's CPU for one delivery, by what becomes of it
npm run bench -- journal                  bytes of the journal and calls to it, for one incident
npm run bench -- desk                     time of the commands, and of the hub's start
npm run bench -- hub                      CPU of deliveries in the local hub, and of a journal call there and on D1
npm run bench -- cluster                  CodeRuns a second on a real API server, beside the Kubernetes client alone, and a
                                          burst of 200; needs what the tier test:cluster needs
npm run bench -- memory                   the local hub's memory after 5,000 and 20,000 deliveries
npm run bench -- routing [file.jsonl ...] how often the right agent is chosen, for the labelled cases in these files,
                                          else those in HEALER_CORPUS, else the project's own
--json                                    print JSON`;

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
else if (only === "ingest") report(await measureIngestCpu(await bundleToMeasure()), printIngest);
else if (only === "journal") report(await measureJournal(), console.log);
else if (only === "desk") report(await measureDesk(), (figures) => printDesk(figures, row));
else if (only === "memory") report(await measureMemory(), (figures) => printMemory(figures, row));
else if (only === "cluster") report(await measureCluster(), (figures) => printCluster(figures, row));
else if (only === "hub") report(await measureHub(), (figures) => printHub(figures, row));
else if (only === "context") report(await measureContext(), printContext);
else await reportAll();

async function reportRouting(named: readonly string[]): Promise<void> {
	const measured = await measureRouting(named.filter((file) => file !== ""));
	report(measured, () => printRouting(measured, console.log));
}

async function bundleToMeasure(): Promise<string> {
	const artefact = await loadGoodPipeline("pipeline.yaml");
	if (!artefact.ok) {
		console.error(artefact.problem);
		process.exit(2);
	}
	return await bundleWorker(artefact.value, { minify: true });
}

async function reportAll(): Promise<void> {
	const bundle = await bundleToMeasure();
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
	console.log(`${name.padEnd(48)}${value.padStart(14)}   ${target}`);
}

function printIngest({ floor_us, deliveries }: IngestCpuFigures): void {
	row("CPU for one delivery, multiple of HMAC only", "", `HMAC only: ${floor_us.toFixed(0)} µs`);
	for (const { name, us, ratio_to_floor, target } of deliveries) {
		const wanted = target === undefined ? "" : `, at most ${target}`;
		row(`  ${name}`, ratio_to_floor.toFixed(2), `${us.toFixed(0)} µs${wanted}`);
	}
}

function printDecide(decide: DecideFigures): void {
	const size = (bytes: number) => (bytes < 5000 ? "1 KB" : bytes < 500_000 ? "100 KB" : "1 MB");
	row("deciding with a 1 MB log, multiple of hand-written", decide.ratio_to_handwritten.toFixed(2), "at most 5");
	row("  each", `${decide.ms.toFixed(2)} ms`, "under 10 ms");
	for (const { bytes, ms, handwritten_ms } of decide.by_size) {
		row(`  ${size(bytes)}`, `${ms.toFixed(2)} ms`, `hand-written: ${handwritten_ms.toFixed(2)} ms`);
	}
	for (const { bytes, ms, handwritten_ms } of decide.workerd.by_size) {
		row(`  ${size(bytes)} in workerd`, `${ms.toFixed(2)} ms`, `hand-written: ${handwritten_ms.toFixed(2)} ms`);
	}
	row("  first in a process", `${decide.first_ms.toFixed(0)} ms`, "");
	row(
		"loading the artefact",
		`${decide.loading_ms.toFixed(1)} ms`,
		`its JSON only: ${decide.parsing_ms.toFixed(1)} ms`,
	);
	row("checking and building pipeline.yaml", `${decide.building_ms.toFixed(0)} ms`, "");
	row(
		"compiling all of the artefact",
		`${decide.compiling_ms.toFixed(0)} ms`,
		`in workerd: ${decide.workerd.compiling_ms.toFixed(0)} ms`,
	);
	for (const [name, times] of Object.entries(decide.hostile)) {
		row(`  hostile: ${name}`, times.toFixed(2), "at most 2 times an ordinary log");
	}
}

function printContext({ logs, gathering }: ContextFigures): void {
	const peak = (mb: number | undefined) => (mb === undefined ? "?" : `${mb.toFixed(0)} MB`);
	for (const log of logs) {
		const size = `${Math.round(log.bytes / 1_000_000)} MB`;
		const merely = `${log.merely_mb_per_second.toFixed(0)} MB/s`;
		row(`reading a log of ${size}, multiple of bytes only`, log.ratio_to_merely.toFixed(2), "");
		row("  per second", `${log.mb_per_second.toFixed(0)} MB`, `bytes only: ${merely}`);
		row("  peak memory", peak(log.peak_mb), `bytes only: ${peak(log.merely_peak_mb)}`);
	}
	row("gathering context, multiple of slowest part", gathering.ratio.toFixed(2), "at most 1.2");
	row("  total", `${gathering.wall_ms} ms`, `slowest part: ${gathering.slowest_ms} ms`);
}

function printTable({ ingest, decide, context, bundle: size }: Figures): void {
	row("", "measured", "target");
	row("webhooks per second, share of HMAC only", ingest.ratio_to_floor.toFixed(2), "at least 0.5");
	row(
		"  per second",
		ingest.requests_per_second.toFixed(0),
		`HMAC only: ${ingest.floor.requests_per_second.toFixed(0)}`,
	);
	row("  p50", `${ingest.p50_ms} ms`, `HMAC only: ${ingest.floor.p50_ms} ms`);
	row("  p99", `${ingest.p99_ms} ms`, `under 1000 ms (HMAC only: ${ingest.floor.p99_ms} ms)`);
	if (ingest.cpu_us !== undefined && ingest.floor_cpu_us !== undefined) {
		row("  CPU per webhook", `${ingest.cpu_us.toFixed(0)} µs`, `HMAC only: ${ingest.floor_cpu_us.toFixed(0)} µs`);
	}
	printDecide(decide);
	printContext(context);
	row("bundle, gzipped", `${(size.gzip_bytes / 1024).toFixed(0)} KiB`, "under 1024 KiB");
	row("start-up, minus that of an empty worker", `${size.startup_ms.toFixed(0)} ms`, "under 100 ms");
}

function rounded(_key: string, value: unknown): unknown {
	return typeof value === "number" ? Math.round(value * 1000) / 1000 : value;
}
