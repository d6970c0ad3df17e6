import { readFile } from "node:fs/promises";
import type { Artefact } from "../../pipeline/artefact.ts";
import { writeAtomic } from "../../relay/cluster/directory/atomic-file.ts";
import { fail, ok, type Result } from "../../wire/result.ts";
import { type BuiltPipeline, buildPipeline } from "../build-pipeline.ts";
import { fingerprint } from "../fingerprint.ts";
import { pipelineSources } from "../pipeline-files.ts";

export interface PipelinePlace {
	readonly file: string;
	/** Path of the last good artefact. */
	readonly keptFile: string;
	/** Whether problems may be rendered in colour. */
	readonly colour: boolean;
}

/** The first pipeline, and why it is not the file's when it is not. */
export interface FirstPipeline {
	readonly artefact: Artefact;
	readonly fallback?: string;
	/** What is doubtful in it, as one text; empty if nothing is. */
	readonly warnings: string;
}

/** The file's own pipeline; if it is invalid, the last good one that ran on this state folder. */
export async function firstPipeline({ file, keptFile, colour }: PipelinePlace): Promise<Result<FirstPipeline>> {
	const built = await buildPipeline(file, colour);
	if (built.ok && built.value.ok) {
		await keep(built.value.artefact, keptFile);
		return ok({ artefact: built.value.artefact, warnings: built.value.warnings.rendered });
	}
	const problem = problemOf(built);
	const kept = await lastGood(keptFile);
	return kept === undefined ? fail(problem) : ok({ artefact: kept, fallback: problem, warnings: "" });
}

export interface PipelineListener {
	/** A changed file is valid, with these warnings as one text. Its promise settles once the pipeline is active. */
	good(artefact: Artefact, warnings: string): Promise<void>;
	/** A changed file is invalid: the active version stays. */
	bad(problem: string): void;
}

const POLL_MS = 250;

/**
 * Polls the file, its packs and prompts four times a second: unlike file events, that works on every file system and with every
 * editor. A change counts once two polls see it unchanged.
 */
export function watchPipeline({ file, keptFile, colour }: PipelinePlace, listener: PipelineListener): () => void {
	let handled: string | undefined;
	let previous: string | undefined;
	let stopped = false;
	async function poll(): Promise<void> {
		const seen = await fingerprint(await pipelineSources(file));
		handled ??= seen;
		if (seen !== handled && seen === previous) {
			handled = seen;
			const built = await buildPipeline(file, colour);
			if (built.ok && built.value.ok) {
				await keep(built.value.artefact, keptFile);
				await listener.good(built.value.artefact, built.value.warnings.rendered);
			} else {
				listener.bad(problemOf(built));
			}
		}
		previous = seen;
	}
	function next(): void {
		if (stopped) return;
		poll()
			.catch((error: unknown) => listener.bad(String(error)))
			.finally(() => setTimeout(next, POLL_MS).unref());
	}
	next();
	return () => {
		stopped = true;
	};
}

async function keep(artefact: Artefact, file: string): Promise<void> {
	const text = JSON.stringify(artefact);
	if ((await readFile(file, "utf8").catch(() => undefined)) !== text) await writeAtomic(file, text, 0o600);
}

/** An artefact of an older Healer may no longer load: then there is none. */
async function lastGood(file: string): Promise<Artefact | undefined> {
	try {
		const artefact = JSON.parse(await readFile(file, "utf8")) as Artefact;
		(await import("../../pipeline/stages/load-pipeline.ts")).loadPipeline(artefact);
		return artefact;
	} catch {
		return undefined;
	}
}

function problemOf(built: Result<BuiltPipeline>): string {
	if (!built.ok) return built.problem;
	return built.value.ok ? "" : built.value.rendered;
}
