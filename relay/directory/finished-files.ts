import { watch } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import type { WireOutcome } from "../../wire/outcome.ts";
import { OWN_ANNOTATIONS, readIdentity } from "../coderun.ts";
import type { FinishedCodeRuns } from "../outcomes/finished-coderuns.ts";
import { answering } from "./answering.ts";
import { type CodeRunFile, coderunNameOf, coderunPath, readCodeRunFile } from "./coderun-file.ts";
import { folders } from "./folders.ts";
import { createWhole } from "./whole-file.ts";

/** The finished CodeRuns of a state folder; a file in `reported/` says that the worker has taken an outcome. */
export function finishedFiles(state: string): FinishedCodeRuns {
	const { coderuns, reported } = folders(state);
	/** Files read and found to have nothing to report, by name, as they looked then. */
	const unfinished = new Map<string, string>();
	return {
		listUnreported: () =>
			answering(async () => {
				const taken = new Set(await readdir(reported));
				const outcomes: WireOutcome[] = [];
				for (const file of await readdir(coderuns)) {
					const name = coderunNameOf(file);
					if (name === undefined || taken.has(name)) continue;
					const looks = await looksOf(coderunPath(coderuns, name));
					if (looks === undefined || unfinished.get(name) === looks) continue;
					const outcome = await readOutcome(coderuns, name);
					if (outcome === undefined) unfinished.set(name, looks);
					else outcomes.push(outcome);
				}
				return { kind: "listed", outcomes } as const;
			}),
		markReported: (name) =>
			answering(async () => {
				await createWhole(join(reported, name), "");
				return { kind: "marked" } as const;
			}),
		watch: (changed) => {
			const watcher = watch(coderuns, { persistent: false }, () => changed());
			// A folder that goes away ends the watching; the polling says what is wrong.
			watcher.on("error", () => watcher.close());
			return () => watcher.close();
		},
	};
}

/** Changes whenever the file does; undefined when it went away. */
async function looksOf(path: string): Promise<string | undefined> {
	const stats = await stat(path, { bigint: true }).catch(() => undefined);
	return stats && `${stats.ino}.${stats.size}.${stats.mtimeNs}`;
}

/** Undefined while it is unfinished, and of a file that is not Healer's or is being edited: its next look is another. */
async function readOutcome(folder: string, name: string): Promise<WireOutcome | undefined> {
	const file = await readCodeRunFile(folder, name).catch(() => undefined);
	const identity = file && readIdentity(file.annotations);
	if (file?.terminal === undefined || identity === undefined) return undefined;
	return {
		coderun_name: name,
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
