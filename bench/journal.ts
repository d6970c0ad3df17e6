import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { loadGoodPipeline } from "../cli/build-pipeline.ts";
import { askJournalWorker } from "../cli/hub/edge-runtime.ts";
import { migrateJournal } from "../cli/hub/migrations.ts";
import { bundleWorker } from "../cli/hub/worker-bundle.ts";
import { openStateFolder } from "../cli/state/state-folder.ts";
import { failedJob } from "./delivery.ts";
import type { JournalRun, JournalWork } from "./journal-messages.ts";
import { median } from "./median.ts";
import { ordinaryLog } from "./ordinary-log.ts";

export interface JournalFigures {
	/** What the journal's file grows by for one incident with an ordinary log, from its delivery to its CodeRun. */
	readonly bytes_per_incident: number;
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
		return {
			bytes_per_incident: run.bytes,
			calls_per_delivery: median(run.taking),
			calls_per_coderun: median(run.sending),
		};
	} finally {
		await rm(root, { recursive: true, force: true });
	}
}

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
