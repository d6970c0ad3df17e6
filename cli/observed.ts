import * as z from "zod";
import { EXIT, type ExitCode } from "./exit-code.ts";
import { exitWith, type Output } from "./output.ts";
import { table } from "./table.ts";
import { askWorker, unexpected, type WorkerOptions, withWorker } from "./worker-api.ts";

export interface ObservedOptions extends WorkerOptions {
	readonly repository?: string;
	readonly since: string;
	readonly limit: number;
	readonly json?: boolean;
}

const observedPage = z.object({
	observed: z.array(
		z.object({
			agent: z.string(),
			rule: z.string(),
			failure_type: z.string(),
			incidents: z.number(),
			agents: z.number(),
			green: z.number(),
			by_person: z.number(),
			by_bot: z.number(),
			by_rerun: z.number(),
			fixes: z.number(),
			in_named: z.number(),
			median_minutes: z.number().nullable(),
			suggest: z.enum(["act", "rerun", "observe", "wait"]),
			why: z.string(),
			incident_id: z.string(),
		}),
	),
	more: z.boolean(),
});

type Observed = z.infer<typeof observedPage>["observed"][number];

/** `healer observed`: what autonomy `observe` kept from agents, what became of it, and what that suggests. */
export async function observed(options: ObservedOptions, env: NodeJS.ProcessEnv, output: Output): Promise<ExitCode> {
	const { repository, since, limit, json } = options;
	return await withWorker(options, "read", env, output, async (worker) => {
		const query = new URLSearchParams({ since, limit: String(limit), ...(repository !== undefined && { repository }) });
		const answer = await askWorker(worker, `/api/observed?${query}`);
		if (!answer.ok) return exitWith(output, answer.problem);
		if (answer.value.status === 400) return exitWith(output, `${answer.value.body.error}.`, EXIT.usage);
		const read = observedPage.safeParse(answer.value.body);
		if (answer.value.status !== 200 || !read.success) return exitWith(output, unexpected(worker, answer.value));
		const { observed: rows, more } = read.data;
		if (json) for (const row of rows) output.line(JSON.stringify(row));
		else if (rows.length === 0) output.line(`Nothing was observed (--since ${since}).`);
		else for (const line of report(rows, output)) output.line(line);
		if (more && !json) output.problem(`There are more: --limit ${limit * 4}, or --repository acme/shop.`);
		return EXIT.ok;
	});
}

const HEADS = ["observed", "agents", "agent", "rule", "failure", "green", "by people", "in a rerun", "median"];

function report(rows: readonly Observed[], output: Output): readonly string[] {
	return [...table(HEADS, rows.map(cellsOf), output), "", ...rows.map(sentenceOf)];
}

function cellsOf(row: Observed): readonly string[] {
	const { incidents, agents, agent, rule, failure_type, green, by_person, by_rerun, median_minutes } = row;
	const counts = [green, by_person, by_rerun].map(String);
	const median = median_minutes === null ? "-" : `${median_minutes} min`;
	return [String(incidents), String(agents), agent, rule, failure_type, ...counts, median];
}

function sentenceOf({ suggest, failure_type, agent, why }: Observed): string {
	switch (suggest) {
		case "act":
			return `Switch on ${failure_type} (${agent}): ${why}.`;
		case "rerun":
			return `Run ${failure_type} again first: ${why}.`;
		case "observe":
			return `Keep observing ${failure_type} (${agent}): ${why}.`;
		case "wait":
			return `Wait with ${failure_type} (${agent}): ${why}.`;
		default:
			return suggest satisfies never;
	}
}
