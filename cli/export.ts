import * as z from "zod";
import { EXIT, type ExitCode } from "./exit-code.ts";
import type { Output } from "./output.ts";
import { askWorker, type WorkerAccess, type WorkerOptions, withWorker } from "./worker-api.ts";

export interface ExportOptions extends WorkerOptions {
	readonly since?: string;
	readonly cursor?: string;
}

const page = z.object({
	journal: z.array(z.record(z.string(), z.unknown())),
	last: z.string().nullable(),
	more: z.boolean(),
});

/**
 * `healer export`: writes a worker's journal as JSON lines, one incident each, oldest first, page by page. An
 * interrupted export prints the cursor to continue from.
 */
export async function exportJournal(options: ExportOptions, env: NodeJS.ProcessEnv, output: Output): Promise<ExitCode> {
	return await withWorker(options, "administer", env, output, (worker) => write(worker, options, output));
}

async function write(worker: WorkerAccess, options: ExportOptions, output: Output): Promise<ExitCode> {
	let written = 0;
	let { cursor } = options;
	for (let isMore = true; isMore; ) {
		const query = new URLSearchParams({
			with: "journal",
			limit: "50",
			...(options.since !== undefined && { since: options.since }),
			...(cursor !== undefined && { cursor }),
		});
		const answer = await askWorker(worker, `/api/export?${query}`);
		const read = answer.ok && answer.value.status === 200 ? page.safeParse(answer.value.body) : undefined;
		if (!read?.success) {
			output.problem(
				answer.ok ? `${worker.url} answered ${answer.value.status}: ${errorIn(answer.value.body)}.` : answer.problem,
			);
			if (written > 0) output.problem(`Wrote ${written} incidents. To continue: --cursor ${cursor}`);
			return written === 0 && answer.ok && answer.value.status === 400 ? EXIT.usage : EXIT.problem;
		}
		const { journal, last, more } = read.data;
		for (const entry of journal) output.line(JSON.stringify(entry));
		written += journal.length;
		cursor = last ?? cursor;
		isMore = more;
		if (isMore) output.problem(`${written} incidents...`);
	}
	const later = cursor === undefined ? "" : ` To export newer ones later: --cursor ${cursor}`;
	output.problem(`${written} incidents.${later}`);
	return EXIT.ok;
}

function errorIn({ error }: Readonly<Record<string, unknown>>): string {
	return typeof error === "string" ? error : "no journal. Is it an older version of Healer?";
}
