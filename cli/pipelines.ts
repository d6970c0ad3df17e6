import * as z from "zod";
import { EXIT, type ExitCode } from "./exit-code.ts";
import { exitWith, type Output } from "./output.ts";
import { table } from "./table.ts";
import { askWorker, unexpected, type WorkerOptions, withWorker } from "./worker-api.ts";

export interface PipelinesOptions extends WorkerOptions {
	readonly json?: boolean;
}

const text = z.string().nullish();

const answered = z.object({
	active: z.string(),
	versions: z.array(
		z.object({ version: z.string(), pushed_at: z.string(), author: text, message: text, active: z.boolean() }),
	),
});

/** `healer pipelines`: the pushed versions that a worker keeps, newest first. */
export async function pipelines(options: PipelinesOptions, env: NodeJS.ProcessEnv, output: Output): Promise<ExitCode> {
	return await withWorker(options, "read", env, output, async (worker) => {
		const answer = await askWorker(worker, "/api/pipeline");
		if (!answer.ok) return exitWith(output, answer.problem);
		const read = answered.safeParse(answer.value.body);
		if (!read.success) return exitWith(output, unexpected(worker, answer.value));
		if (options.json) output.line(JSON.stringify(answer.value.body, undefined, 2));
		else for (const line of rendered(read.data, output)) output.line(line);
		return EXIT.ok;
	});
}

function rendered({ active, versions }: z.infer<typeof answered>, output: Output): readonly string[] {
	const rows = versions.map(({ version, pushed_at, author, message, active: isActive }) => [
		isActive ? "active" : "",
		version,
		pushed_at,
		author ?? "",
		message ?? "",
	]);
	const deployed = active === "bundled" ? ["The deployed pipeline is active."] : [];
	if (rows.length === 0) return [...deployed, "No pipeline was pushed."];
	return [...deployed, ...table(["", "version", "pushed", "by", "message"], rows, output)];
}
