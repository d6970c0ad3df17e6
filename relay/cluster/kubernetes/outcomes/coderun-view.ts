import type { SeenCodeRun } from "../coderun-object.ts";
import type { CodeRunListener } from "./follow-coderuns.ts";

/** The known CodeRuns that are not reported, by name. The view follows the cluster; no decision rests on it alone. */
export interface CodeRunView extends CodeRunListener {
	readonly running: ReadonlyMap<string, SeenCodeRun>;
	/** CodeRuns that left and were not looked up yet, as last seen. */
	readonly leftBehind: ReadonlyMap<string, SeenCodeRun>;
	knows(name: string): boolean;
	forget(name: string): void;
}

export function coderunView(): CodeRunView {
	const running = new Map<string, SeenCodeRun>();
	const leftBehind = new Map<string, SeenCodeRun>();
	const seen = (coderun: SeenCodeRun) => {
		running.set(coderun.name, coderun);
		// Recreated under the same name: the previous one no longer counts.
		leftBehind.delete(coderun.name);
	};
	const left = (coderun: SeenCodeRun) => {
		if (running.delete(coderun.name)) leftBehind.set(coderun.name, coderun);
	};
	return {
		running,
		leftBehind,
		seen,
		left,
		listed: (all) => {
			for (const coderun of [...running.values()]) if (!all.has(coderun.name)) left(coderun);
			for (const coderun of all.values()) seen(coderun);
		},
		knows: (name) => running.has(name) || leftBehind.has(name),
		forget: (name) => {
			running.delete(name);
			leftBehind.delete(name);
		},
	};
}
