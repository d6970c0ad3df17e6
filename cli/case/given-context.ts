import type { Artefact, Context, ContextPart, LogReading } from "../../pipeline/index.ts";

/** What a user gives in the place of the context that a worker would gather. Absent is not known. */
export interface Given {
	readonly log?: LogReading | undefined;
	readonly job?: string | undefined;
	readonly failed_steps?: readonly string[] | undefined;
	readonly changed_files?: readonly string[] | undefined;
	readonly commit_message?: string | undefined;
}

/** Every part that the pipeline asks for: the given ones `ok`, the others `skipped`. */
export function givenContext(artefact: Artefact, given: Given): Context {
	const parts = partsOf(given);
	const asked = artefact.context.map(({ name, from }) => [name, parts[from] ?? skipped(from)] as const);
	// A pipeline need not ask for a source to have rules about what it gives.
	const others = Object.values(parts).filter(({ from }) => !artefact.context.some((request) => request.from === from));
	return Object.fromEntries([...asked, ...others.map((part) => [part.from, part] as const)]);
}

function partsOf({
	log,
	job,
	failed_steps,
	changed_files,
	commit_message,
}: Given): Readonly<Record<string, ContextPart>> {
	const jobs =
		job === undefined && failed_steps === undefined ? [] : [{ name: job ?? "", failed_steps: failed_steps ?? [] }];
	return {
		...(log && { "github.job_logs": okPart("github.job_logs", { reading: log, jobs }) }),
		...(changed_files && {
			"github.changed_files": okPart("github.changed_files", { files: changed_files.map((path) => ({ path })) }),
		}),
		...(commit_message !== undefined && { "github.commit": okPart("github.commit", { message: commit_message }) }),
	};
}

function okPart(from: string, data: unknown): ContextPart {
	return { from, took_ms: 0, status: "ok", data };
}

function skipped(from: string): ContextPart {
	return { from, took_ms: 0, status: "skipped", why: "not given" };
}
