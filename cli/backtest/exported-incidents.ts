import { fail, ok, type Result } from "../../wire/result.ts";
import type { Output } from "../output.ts";
import { askWorker, type WorkerAccess } from "../worker-api.ts";
import { type ExportPage, exportPage } from "./replay-incident.ts";

/** An exported incident, and the patterns that the pipelines of its page searched logs for. */
export interface ExportedIncident {
	readonly exported: ExportPage["incidents"][number];
	readonly searched: ExportPage["searched"];
}

/** At most `limit` incidents of a worker's journal, newest first; the first problem ends them. */
export async function* exportedIncidents(
	worker: WorkerAccess,
	limit: number,
	output: Output,
): AsyncGenerator<Result<ExportedIncident>> {
	let read = 0;
	let cursor: string | null = "";
	while (cursor !== null && read < limit) {
		const answer: Awaited<ReturnType<typeof askWorker>> = await askWorker(
			worker,
			`/api/export?limit=${Math.min(50, limit - read)}&cursor=${cursor}`,
		);
		if (!answer.ok) return yield answer;
		const page = exportPage.safeParse(answer.value.body);
		if (!page.success) {
			return yield fail(`${worker.url} does not export incidents. Is it an older version of Healer?`);
		}
		const { incidents, searched, next } = page.data;
		for (const exported of incidents) yield ok({ exported, searched });
		read += incidents.length;
		cursor = next;
		if (cursor !== null) output.problem(`${read} incidents replayed...`);
	}
}
