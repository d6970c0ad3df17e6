import * as z from "zod";
import { EXIT, type ExitCode } from "./exit-code.ts";
import { exitWith, type Output } from "./output.ts";
import { table } from "./table.ts";
import { askWorker, unexpected, type WorkerOptions, withWorker } from "./worker-api.ts";

export interface FlakesOptions extends WorkerOptions {
	readonly repository?: string;
	readonly limit: number;
	readonly json?: boolean;
}

const flakesPage = z.object({
	flakes: z.array(
		z.object({
			repository: z.string(),
			workflow: z.string(),
			job: z.string(),
			text: z.string(),
			failure_type: z.string(),
			seen: z.number(),
			failed_again: z.number(),
			rate: z.number(),
			first_seen_at: z.string(),
			last_seen_at: z.string(),
			authors: z.array(z.object({ login: z.string(), times: z.number() })),
			incident_id: z.string(),
		}),
	),
	more: z.boolean(),
});

type Flake = z.infer<typeof flakesPage>["flakes"][number];

/** `healer flakes`: what passed when it was run again, in the last 14 days, what was seen most often first. */
export async function flakes(options: FlakesOptions, env: NodeJS.ProcessEnv, output: Output): Promise<ExitCode> {
	const { repository, limit, json } = options;
	return await withWorker(options, "read", env, output, async (worker) => {
		const query = new URLSearchParams({ limit: String(limit), ...(repository !== undefined && { repository }) });
		const answer = await askWorker(worker, `/api/flakes?${query}`);
		if (!answer.ok) return exitWith(output, answer.problem);
		const read = flakesPage.safeParse(answer.value.body);
		if (answer.value.status !== 200 || !read.success) return exitWith(output, unexpected(worker, answer.value));
		const { flakes: rows, more } = read.data;
		if (json) for (const row of rows) output.line(JSON.stringify(row));
		else if (rows.length === 0) output.line("Nothing passed when it was run again, in the last 14 days.");
		else for (const line of table(HEADS, rows.map(cellsOf), output)) output.line(line);
		if (more && !json) output.problem(`There are more: --limit ${limit * 4}, or --repository acme/shop.`);
		return EXIT.ok;
	});
}

const HEADS = ["seen", "passed", "last seen", "repository", "workflow", "what", "failed on commits by"];

function cellsOf(flake: Flake): readonly string[] {
	const { seen, failed_again, rate, last_seen_at, repository, workflow, job, text, authors } = flake;
	const who = authors.map(({ login, times }) => (times === 1 ? login : `${login} ${times}`));
	return [
		String(seen),
		failed_again === 0 ? "always" : `${Math.round(rate * 100)} %`,
		`${last_seen_at.slice(0, 16)}Z`,
		repository,
		[workflow, job].filter(Boolean).join(" / "),
		text,
		who.join(", "),
	];
}
