import type { watch } from "node:fs";
import { readdir } from "node:fs/promises";

/** A watch may miss changes, and some file systems have none. */
const ALL_EVERY_MS = 10_000;

export interface ChangedFiles {
	/** The names to look at now: all of the folder's every ten seconds and without a watch, else those that may have changed. */
	take(): Promise<readonly string[]>;
	/** Makes the next `take` return this file, too. */
	again(file: string): void;
	/** Makes the next `take` return all files: what was taken was not looked at. */
	all(): void;
	/** Calls `changed` soon after a change. Returns a function that stops it. */
	watch(changed: () => void): () => void;
}

export interface WatchTools {
	/** Monotonic, in milliseconds. */
	now(): number;
	/** `watch` of `node:fs`. */
	readonly watch: typeof watch;
}

/** Which files of a folder with thousands of them are worth a look. */
export function changedFiles(folder: string, { now, watch }: WatchTools): ChangedFiles {
	let some = new Set<string>();
	let allAt = Number.NEGATIVE_INFINITY;
	let isWatched = false;
	const all = () => {
		allAt = Number.NEGATIVE_INFINITY;
	};
	return {
		async take() {
			const taken = [...some];
			some = new Set();
			if (isWatched && now() < allAt) return taken;
			allAt = now() + ALL_EVERY_MS;
			return await readdir(folder);
		},
		again: (file) => void some.add(file),
		all,
		watch(changed) {
			const watcher = watch(folder, { persistent: false }, (_, file) => {
				if (file === null) all();
				else some.add(file);
				changed();
			});
			isWatched = true;
			const stop = () => {
				isWatched = false;
				watcher.close();
			};
			// A removed folder ends the watch; the poll then reports the problem.
			watcher.on("error", stop);
			return stop;
		},
	};
}
