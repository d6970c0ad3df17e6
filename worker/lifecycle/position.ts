/** What tells where a run or check stands among others. Times are ISO 8601. */
interface RunTimes {
	readonly run_id?: string;
	readonly run_attempt?: number;
	readonly started_at?: string;
	readonly occurred_at?: string;
}

/**
 * Sorts as runs and checks began: GitHub's run ids grow, and each rerun is a higher attempt of its run; all else goes by
 * its time. By when it began, since an older run may end after a newer one. Undefined when nothing tells.
 */
export function positionOf(begun: RunTimes): string | undefined {
	const { run_id, run_attempt = 1 } = begun;
	if (run_id !== undefined && /^\d{1,18}$/.test(run_id)) {
		return `run.${run_id.padStart(18, "0")}.${String(run_attempt).padStart(5, "0")}`;
	}
	const at = beganAt(begun);
	return at === undefined ? undefined : `time.${String(at).padStart(15, "0")}`;
}

/** When it began, in milliseconds; else when it happened. */
export function beganAt({ started_at, occurred_at }: RunTimes): number | undefined {
	const at = [started_at, occurred_at].map((time) => Date.parse(time ?? "")).find((time) => Number.isFinite(time));
	return at !== undefined && at >= 0 ? at : undefined;
}

/** Whether one is newer than the other; undefined where they cannot be compared: one is a run, one is not. */
export function isNewer(one: string, other: string): boolean | undefined {
	return kindOf(one) === kindOf(other) ? one > other : undefined;
}

/** Whether both are the same run, or the same moment, if the attempt is left out. */
export function isSameRun(one: string, other: string): boolean {
	return kindOf(one) === "run" && one.slice(0, -6) === other.slice(0, -6);
}

function kindOf(position: string): string {
	return position.slice(0, position.indexOf("."));
}
