import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { loadGoodPipeline } from "../cli/build-pipeline.ts";
import { askJournalWorker } from "../cli/hub/edge-runtime.ts";
import { journalFiles, migrateJournal } from "../cli/hub/migrations.ts";
import { bundleWorker } from "../cli/hub/worker-bundle.ts";
import { openStateFolder, type StateFolder } from "../cli/state/state-folder.ts";
import { failedJob } from "./delivery.ts";
import type { JournalRun, JournalWork } from "./journal-messages.ts";
import { median } from "./median.ts";
import { ordinaryLog } from "./ordinary-log.ts";

export interface JournalFigures {
	/** What the journal's file grows by for one incident with an ordinary log, from its delivery to its CodeRun. */
	readonly bytes_per_incident: number;
	/** The part of that which the retention deletes after a day: by these the limits count CodeRuns. */
	readonly bytes_for_a_day: number;
	/** The same by table and index, the first incident's included, largest first. */
	readonly bytes_by_table: Readonly<Record<string, number>>;
	/** Calls to the journal: those of its delivery, reads and write, and those from its lock to its CodeRun. */
	readonly calls_per_delivery: number;
	readonly calls_per_coderun: number;
}

const ENTRY = path.join(import.meta.dirname, "journal-worker.ts");
const INCIDENTS = 200;
const LOG_CHARACTERS = 200_000;

/** Measures the journal on D1 itself, in the local runtime, with the shipped pipeline. */
export async function measureJournal(): Promise<JournalFigures> {
	const built = await loadGoodPipeline("pipeline.yaml");
	if (!built.ok) throw new Error(built.problem);
	const script = await bundleWorker(built.value, { entry: ENTRY, minify: true });
	const root = await mkdtemp(path.join(tmpdir(), "healer-bench-"));
	try {
		const folder = await openStateFolder(root);
		if (!folder.ok) throw new Error(folder.problem);
		const lines: string[] = [];
		const log = (line: string) => lines.push(line);
		await migrateJournal(folder.value, log);
		const work: JournalWork = { deliveries: deliveries(), log: ordinaryLog(LOG_CHARACTERS) };
		const { status, text } = await askJournalWorker(script, JSON.stringify(work), folder.value, log);
		if (status !== 200) throw new Error(`${text}\n${lines.join("\n")}`);
		const run: JournalRun = JSON.parse(text);
		const bytes_by_table = await bytesByTable(folder.value);
		const ofADay = Object.entries(bytes_by_table).filter(([name]) => name.startsWith(FOR_A_DAY));
		return {
			bytes_per_incident: run.bytes,
			bytes_for_a_day: ofADay.reduce((sum, [, bytes]) => sum + bytes, 0),
			bytes_by_table,
			calls_per_delivery: median(run.taking),
			calls_per_coderun: median(run.sending),
		};
	} finally {
		await rm(root, { recursive: true, force: true });
	}
}

const FOR_A_DAY = "rate_limit_slots";
// Less is one row, or none.
const LEAST_BYTES = 30;

/** By SQLite's own count of its pages (https://www.sqlite.org/dbstat.html). */
async function bytesByTable(folder: StateFolder): Promise<Record<string, number>> {
	const [file = ""] = await journalFiles(folder);
	const journal = new DatabaseSync(file, { readOnly: true });
	try {
		const rows = journal
			.prepare("SELECT name, sum(pgsize) AS bytes FROM dbstat GROUP BY name ORDER BY bytes DESC")
			.all();
		return Object.fromEntries(
			rows
				.map(({ name, bytes }) => [String(name), Number(bytes) / (INCIDENTS + 1)] as const)
				.filter(([name, bytes]) => bytes >= LEAST_BYTES && !ONCE.has(name)),
		);
	} finally {
		journal.close();
	}
}

/** One row for a pipeline's version, however many incidents it decides. */
const ONCE = new Set(["searched", "sqlite_schema", "dictionaries"]);

/** One run each, on a branch of its own. */
function deliveries(): JournalWork["deliveries"] {
	const payload = JSON.parse(failedJob().body);
	return Array.from({ length: INCIDENTS + 1 }, (_, n) => ({
		event: "workflow_job",
		delivery_id: `delivery-${n}`,
		payload: {
			...payload,
			workflow_job: { ...payload.workflow_job, id: n + 1, run_id: n + 1, head_branch: `fix/${n}` },
		},
	}));
}
