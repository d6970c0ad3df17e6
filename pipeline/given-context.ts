import type { Context, ContextPart } from "./context.ts";
import type { LogReading } from "./log/log-reading.ts";

/** What a user gives in the place of the context that a worker would gather. Absent is not known. */
export interface Given {
	readonly log?: LogReading | undefined;
	readonly job?: string | undefined;
	readonly failed_steps?: readonly string[] | undefined;
	readonly changed_files?: readonly string[] | undefined;
	readonly commit_message?: string | undefined;
}

/** The parts that are given, each `ok`; one for each source at most. */
export function givenParts({ log, job, failed_steps, changed_files, commit_message }: Given): readonly ContextPart[] {
	const jobs =
		job === undefined && failed_steps === undefined ? [] : [{ name: job ?? "", failed_steps: failed_steps ?? [] }];
	return [
		...(log ? [okPart("github.job_logs", { reading: log, jobs })] : []),
		...(changed_files ? [okPart("github.changed_files", { files: changed_files.map((path) => ({ path })) })] : []),
		...(commit_message === undefined ? [] : [okPart("github.commit", { message: commit_message })]),
	];
}

/** Every part that is asked for: the given ones `ok`, the others `skipped`. */
export function givenContext(
	asked: readonly { readonly name: string; readonly from: string }[],
	parts: readonly ContextPart[],
): Context {
	return Object.fromEntries(
		asked.map(({ name, from }) => [name, parts.find((part) => part.from === from) ?? skipped(from)]),
	);
}

function okPart(from: string, data: unknown): ContextPart {
	return { from, took_ms: 0, status: "ok", data };
}

function skipped(from: string): ContextPart {
	return { from, took_ms: 0, status: "skipped", why: "not given" };
}
