import { watch } from "node:fs";
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { readMessage } from "../../../wire/message.ts";
import { outcomeSchema, type WireOutcome } from "../../../wire/outcome.ts";
import { codeOf } from "../../file-kind.ts";
import { OWN_ANNOTATIONS, readIdentity } from "../coderun.ts";
import { END_MESSAGES, type FinishedCodeRuns } from "../finished-coderuns.ts";
import { answering, orNotFound } from "./answering.ts";
import { createAtomic } from "./atomic-file.ts";
import { changedFiles, type WatchTools } from "./changed-files.ts";
import { type CodeRunFile, coderunNameOf, coderunPath, readCodeRunFile, readEndedFile } from "./coderun-file.ts";
import { folders } from "./folders.ts";

const TOOLS: WatchTools = { now: () => performance.now(), watch };

/** The finished CodeRuns of a state folder. A file in `reported/` means that the worker has received the outcome. */
export function finishedFiles(state: string, tools: WatchTools = TOOLS): FinishedCodeRuns {
	const { coderuns, reported } = folders(state);
	const changed = changedFiles(coderuns, tools);
	/** Files without anything to report, by name, with their stamp at that time. */
	const unfinished = new Map<string, string>();
	async function unreportedOf(files: readonly string[]): Promise<WireOutcome[]> {
		const taken = new Set(files.length === 0 ? [] : await readdir(reported));
		const outcomes: WireOutcome[] = [];
		for (const file of files) {
			const name = coderunNameOf(file);
			if (name === undefined) continue;
			const stamp = taken.has(name) ? undefined : await stampOf(coderunPath(coderuns, name));
			if (stamp === undefined) unfinished.delete(name);
			if (stamp === undefined || unfinished.get(name) === stamp) continue;
			const outcome = await readOutcome(coderuns, name);
			if (outcome === undefined) unfinished.set(name, stamp);
			else {
				outcomes.push(outcome);
				changed.again(file);
			}
		}
		return outcomes;
	}
	return {
		listUnreported: () =>
			answering(async () => {
				const files = await changed.take();
				try {
					return { kind: "listed", outcomes: await unreportedOf(files) } as const;
				} catch (error) {
					changed.all();
					throw error;
				}
			}),
		markReported: (name) =>
			answering(async () => {
				const outcome = await readOutcome(coderuns, name);
				// Keep the outcome: the CodeRun's file may be deleted afterwards.
				await createAtomic(join(reported, name), outcome === undefined ? "" : `${JSON.stringify(outcome)}\n`);
				return { kind: "marked" } as const;
			}),
		inspect: (name) =>
			orNotFound(async () => {
				const file = await readCodeRunFile(coderuns, name);
				const identity = readIdentity(file.annotations);
				const outcome = outcomeOf(file);
				return { kind: "found", ...(identity && { identity }), ...(outcome && { outcome }) } as const;
			}),
		endOfMissing: ({ coderun_name, holder, attempt }) =>
			answering(async () => {
				const outcome = (await readReported(join(reported, coderun_name))) ?? {
					coderun_name,
					incident_id: holder,
					attempt,
					phase: "Deleted",
					pull_request_url: null,
					message: END_MESSAGES.Deleted,
					started_at: null,
					finished_at: null,
				};
				return { kind: "ended", outcome } as const;
			}),
		watch: changed.watch,
	};
}

/** Changes whenever the file does; undefined when the file is gone. */
async function stampOf(path: string): Promise<string | undefined> {
	const stats = await stat(path, { bigint: true }).catch(() => undefined);
	return stats && `${stats.ino}.${stats.size}.${stats.mtimeNs}`;
}

/**
 * Undefined while it is unfinished, and for a file that is not Healer's or is being edited: the next edit changes its
 * stamp.
 */
async function readOutcome(folder: string, name: string): Promise<WireOutcome | undefined> {
	const file = await readEndedFile(folder, name).catch(() => undefined);
	return file && outcomeOf({ ...file, name });
}

/** The outcome as it was reported; undefined when it was not, or when an older version kept only the name. */
async function readReported(path: string): Promise<WireOutcome | undefined> {
	try {
		const read = readMessage(outcomeSchema, await readFile(path, "utf8"));
		return read.ok ? read.value : undefined;
	} catch (error) {
		if (codeOf(error) === "ENOENT") return undefined;
		throw error;
	}
}

function outcomeOf(file: CodeRunFile): WireOutcome | undefined {
	const identity = readIdentity(file.annotations);
	if (file.terminal === undefined || identity === undefined) return undefined;
	return {
		coderun_name: file.name,
		incident_id: identity.incident_id,
		attempt: identity.attempt,
		phase: file.terminal,
		pull_request_url: pullRequestOf(file),
		message: textOf(file.status.message, 16_384),
		started_at: textOf(file.annotations[OWN_ANNOTATIONS.createdAt], 64),
		finished_at: textOf(file.status.finishedAt, 64),
	};
}

/** The controller writes an empty text or `no-pr` for none. */
function pullRequestOf(file: CodeRunFile): string | null {
	const url = textOf(file.status.pullRequestUrl, 2048);
	return url === "no-pr" ? null : url;
}

function textOf(value: unknown, limit: number): string | null {
	return typeof value === "string" && value !== "" ? value.slice(0, limit) : null;
}
