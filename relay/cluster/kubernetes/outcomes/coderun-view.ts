import type { SeenCodeRun } from "../coderun-object.ts";
import type { CodeRunListener } from "./follow-coderuns.ts";

/** The known CodeRuns that are not reported, by name. The view follows the cluster; no decision rests on it alone. */
export interface CodeRunView extends CodeRunListener {
	readonly running: ReadonlyMap<string, SeenCodeRun>;
	/** CodeRuns that left and were not looked up yet, as last seen. */
	readonly left_behind: ReadonlyMap<string, SeenCodeRun>;
	knows(name: string): boolean;
	forget(name: string): void;
}

export function coderunView(): CodeRunView {
	const running = new Map<string, SeenCodeRun>();
	const left_behind = new Map<string, SeenCodeRun>();
	const seen = (coderun: SeenCodeRun) => {
		running.set(coderun.name, coderun);
		// Recreated under the same name: the previous one no longer counts.
		left_behind.delete(coderun.name);
	};
	const left = (coderun: SeenCodeRun) => {
		if (running.delete(coderun.name)) left_behind.set(coderun.name, coderun);
	};
	return {
		running,
		left_behind,
		seen,
		left,
		listed: (all) => {
			for (const coderun of [...running.values()]) if (!all.has(coderun.name)) left(coderun);
			for (const coderun of all.values()) seen(coderun);
		},
		knows: (name) => running.has(name) || left_behind.has(name),
		forget: (name) => {
			running.delete(name);
			left_behind.delete(name);
		},
	};
}
