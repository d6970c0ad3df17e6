import type { Context, ContextPart } from "./context.ts";
import type { LogReading } from "./log/log-reading.ts";

/** Context that a user supplies instead of the worker gathering it. Absent fields are unknown. */
export interface Given {
	readonly log?: LogReading | undefined;
	readonly job?: string | undefined;
	readonly failed_steps?: readonly string[] | undefined;
	readonly changed_files?: readonly string[] | undefined;
	readonly commit_message?: string | undefined;
}

/** The supplied parts, each `ok`, at most one per source. */
export function givenParts({ log, job, failed_steps, changed_files, commit_message }: Given): readonly ContextPart[] {
	const jobs =
		job === undefined && failed_steps === undefined ? [] : [{ name: job ?? "", failed_steps: failed_steps ?? [] }];
	return [
		...(log ? [okPart("github.job_logs", { reading: log, jobs })] : []),
		...(changed_files ? [okPart("github.changed_files", { files: changed_files.map((path) => ({ path })) })] : []),
		...(commit_message === undefined ? [] : [okPart("github.commit", { message: commit_message })]),
	];
}

/** Every requested part: supplied ones `ok`, the others `skipped`, with the plan's reason if it has one. */
export function givenContext(
	asked: readonly { readonly name: string; readonly from: string; readonly skip?: { readonly why: string } }[],
	parts: readonly ContextPart[],
): Context {
	return Object.fromEntries(
		asked.map(({ name, from, skip }) => [name, parts.find((part) => part.from === from) ?? skipped(from, skip?.why)]),
	);
}

function okPart(from: string, data: unknown): ContextPart {
	return { from, took_ms: 0, status: "ok", data };
}

function skipped(from: string, why = "not given"): ContextPart {
	return { from, took_ms: 0, status: "skipped", why };
}
