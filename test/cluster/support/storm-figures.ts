import { execFileSync } from "node:child_process";
import type { AnyCodeRun } from "./namespace.ts";

export interface StormFigures {
	/** Time from the answer to the first delivery to the creation of the CodeRun, in milliseconds. */
	readonly p50_ms: number;
	readonly p99_ms: number;
	/** CodeRuns per second, from the first accepted delivery to the last CodeRun. */
	readonly per_second: number;
}

export function stormFigures(coderuns: readonly AnyCodeRun[], acceptedAt: ReadonlyMap<number, number>): StormFigures {
	const made = coderuns.map(({ metadata: { labels, annotations } }) => ({
		runId: Number(labels["healer/workflow-run-id"]),
		at: Date.parse(annotations["healer/created-at"] ?? ""),
	}));
	const took = made.map(({ runId, at }) => Math.max(0, at - (acceptedAt.get(runId) ?? at))).sort((a, b) => a - b);
	const part = (share: number) => took[Math.min(took.length - 1, Math.floor(took.length * share))] ?? 0;
	const seconds = (Math.max(...made.map(({ at }) => at)) - Math.min(...acceptedAt.values())) / 1000;
	return { p50_ms: part(0.5), p99_ms: part(0.99), per_second: made.length / seconds };
}

/** Resident memory of a process, in MiB. */
export function residentMiB(pid: number): number {
	return Math.round(Number(execFileSync("ps", ["-o", "rss=", "-p", String(pid)], { encoding: "utf8" })) / 1024);
}
