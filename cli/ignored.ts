import * as z from "zod";
import { EXIT, type ExitCode } from "./exit-code.ts";
import { readPages } from "./incidents/read-pages.ts";
import { exitWith, type Output } from "./output.ts";
import { table } from "./table.ts";
import { type WorkerOptions, withWorker } from "./worker-api.ts";

export interface IgnoredOptions extends WorkerOptions {
	readonly filter?: string;
	readonly repository?: string;
	readonly event?: string;
	readonly limit: number;
	readonly json?: boolean;
}

const text = z.string().nullable();

const ignoredDelivery = z.object({
	delivery_id: z.string(),
	event: z.string(),
	action: text,
	repository: text,
	branch: text,
	reason: z.string(),
	filter: z.string(),
	at: z.string(),
});

export const ignoredPage = z.object({
	ignored: z.array(ignoredDelivery),
	filters: z.array(z.object({ filter: z.string(), count: z.number() })),
	next: text,
});

/** `healer ignored`: lists the last ignored deliveries and why, newest first; with `text`, those that contain it. */
export async function ignored(
	words: string | undefined,
	options: IgnoredOptions,
	env: NodeJS.ProcessEnv,
	output: Output,
): Promise<ExitCode> {
	const { filter, repository, event, limit, json } = options;
	const query = { text: words, filter, repository, event };
	return await withWorker(options, "read", env, output, async (worker) => {
		const read = await readPages(worker, "/api/ignored", { query, limit, cursor: "before" }, (body) => {
			const page = ignoredPage.safeParse(body);
			return page.success ? { rows: page.data.ignored, next: page.data.next } : undefined;
		});
		if (!read.ok) return exitWith(output, read.problem, read.code);
		const { rows, isMore, body } = read;
		if (json) {
			for (const row of rows) output.line(JSON.stringify(row));
			return EXIT.ok;
		}
		if (rows.length === 0) {
			output.line(
				"No matching delivery among the last ignored ones. `healer incidents DELIVERY` finds those that count.",
			);
			return EXIT.ok;
		}
		const cells = rows.map((row) => [
			row.at,
			row.delivery_id,
			row.action === null ? row.event : `${row.event}.${row.action}`,
			[row.repository, row.branch].filter(Boolean).join(" · "),
			row.filter,
			row.reason,
		]);
		for (const line of table(["when", "delivery", "event", "where", "filter", "why"], cells, output)) output.line(line);
		output.line("");
		output.line(countLine(ignoredPage.parse(body).filters));
		if (isMore) output.problem(`There are more: --limit ${limit * 4}, or a filter such as --repository acme/shop.`);
		return EXIT.ok;
	});
}

/** `not_matched 12, skip-markers 3`. */
export function countLine(filters: readonly { readonly filter: string; readonly count: number }[]): string {
	return filters.map(({ filter, count }) => `${filter} ${count}`).join(", ");
}
