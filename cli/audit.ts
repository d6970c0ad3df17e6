import * as z from "zod";
import { EXIT, type ExitCode } from "./exit-code.ts";
import { exitWith, type Output } from "./output.ts";
import { table } from "./table.ts";
import { askWorker, type WorkerAccess, type WorkerOptions, withWorker } from "./worker-api.ts";

export interface AuditOptions extends WorkerOptions {
	readonly since: string;
	readonly json?: boolean;
}

const page = z.object({
	audit: z.array(
		z.object({
			at: z.string(),
			who: z.string(),
			proof: z.string(),
			token: z.string().nullable(),
			action: z.string(),
			target: z.string().nullable(),
			detail: z.string().nullable(),
		}),
	),
	last: z.string().nullable(),
	more: z.boolean(),
});

type Line = z.infer<typeof page>["audit"][number];

/** `healer audit`: shows who did what and when, oldest first; with `json`, one JSON object a line. */
export async function audit(options: AuditOptions, env: NodeJS.ProcessEnv, output: Output): Promise<ExitCode> {
	return await withWorker(options, "administer", env, output, (worker) => show(worker, options, output));
}

async function show(worker: WorkerAccess, { since, json }: AuditOptions, output: Output): Promise<ExitCode> {
	const lines: Line[] = [];
	let cursor = "";
	for (let isMore = true; isMore; ) {
		const query = new URLSearchParams({ with: "audit", limit: "50", since, ...(cursor !== "" && { cursor }) });
		const answer = await askWorker(worker, `/api/export?${query}`);
		if (!answer.ok) return exitWith(output, answer.problem);
		const { status, body } = answer.value;
		const read = page.safeParse(body);
		if (status !== 200 || !read.success) {
			const why = typeof body.error === "string" ? body.error : "no audit trail. Is it an older version of Healer?";
			return exitWith(output, `${worker.url} answered ${status}: ${why}.`, status === 400 ? EXIT.usage : EXIT.problem);
		}
		lines.push(...read.data.audit);
		cursor = read.data.last ?? cursor;
		isMore = read.data.more;
	}
	if (json) for (const line of lines) output.line(JSON.stringify(line));
	else if (lines.length === 0) output.line("Nobody did anything in this period.");
	else for (const line of table(["when", "who", "did", "what", ""], lines.map(cellsOf), output)) output.line(line);
	return EXIT.ok;
}

function cellsOf({ at, who, token, action, target, detail }: Line): readonly string[] {
	return [at, token === null ? who : `${who} (${token})`, action, target ?? "", detail ?? ""];
}
