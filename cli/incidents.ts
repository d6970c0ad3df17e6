import type { ExitCode } from "./exit-code.ts";
import { EXIT } from "./exit-code.ts";
import { incidentPage, type ListedIncident, SHORT_ID } from "./incidents/incident-answer.ts";
import { readPages } from "./incidents/read-pages.ts";
import { resolveIncident } from "./incidents/resolve-incident.ts";
import { exitWith, type Output } from "./output.ts";
import { table } from "./table.ts";
import { type WorkerOptions, withWorker } from "./worker-api.ts";

export interface IncidentsOptions extends WorkerOptions {
	readonly status?: string;
	readonly repository?: string;
	readonly agent?: string;
	readonly type?: string;
	readonly rule?: string;
	readonly workflow?: string;
	/** The id of a group's leader, or its first digits. */
	readonly leader?: string;
	readonly since?: string;
	readonly until?: string;
	readonly limit: number;
	readonly json?: boolean;
}

/** `healer incidents`: lists incidents, newest first; with `text`, those that have it as a name or contain it. */
export async function incidents(
	text: string | undefined,
	options: IncidentsOptions,
	env: NodeJS.ProcessEnv,
	output: Output,
): Promise<ExitCode> {
	const { status, repository, agent, type, rule, workflow, since, until, limit, json } = options;
	const filters = { text, status, repository, agent, failure_type: type, rule, workflow, since, until, with: "title" };
	return await withWorker(options, "read", env, output, async (worker) => {
		const leader = options.leader === undefined ? undefined : await resolveIncident(worker, options.leader);
		if (leader?.ok === false) return exitWith(output, leader.problem);
		const query = { ...filters, leader: leader?.value };
		const read = await readPages(worker, "/api/incidents", { query, limit, cursor: "cursor" }, (body) => {
			const page = incidentPage.safeParse(body);
			return page.success ? { rows: page.data.incidents, next: page.data.next } : undefined;
		});
		if (!read.ok) return exitWith(output, read.problem, read.code);
		const { rows, isMore } = read;
		if (json) for (const row of rows) output.line(JSON.stringify(row));
		else if (rows.length === 0) output.line("No matching incidents.");
		else for (const line of incidentTable(rows, output)) output.line(line);
		if (isMore && !json) output.problem(`There are more: --limit ${limit * 4}, or a filter such as --since 1d.`);
		return EXIT.ok;
	});
}

/** Incidents as a table, as `healer status` shows them, too. */
export function incidentTable(rows: readonly ListedIncident[], output: Output): readonly string[] {
	const cells = rows.map((row) => [
		row.id.slice(0, SHORT_ID),
		row.members === 0 ? row.status : `${row.status} +${row.members}`,
		row.agent ?? "",
		row.failure_type ?? "",
		row.pr_number === null ? row.repository : `${row.repository}#${row.pr_number}`,
		row.branch ?? "",
		row.part === null ? row.title : `${row.title} / ${row.part}`,
		`${row.created_at.slice(0, 16)}Z`,
	]);
	return table(["id", "status", "agent", "failure", "repository", "branch", "what", "since"], cells, output);
}
