import type { NewestRed } from "../../pipeline/index.ts";
import { attemptOf } from "../journal/checks.ts";
import { readStored } from "../journal/stored-json.ts";
import type { CiVerdict } from "./ci-verdict.ts";

const MOST_NAMES = 100;

/** What CI's failure is about, for the next attempt. */
export function newestRed({ row, failures }: CiVerdict & { readonly result: "failed" }): NewestRed {
	const run_attempt = attemptOf(row.position);
	return {
		...(row.run_id !== null && { run_id: row.run_id }),
		...(row.run_id !== null && run_attempt !== undefined && { run_attempt }),
		...(row.head_sha !== null && { head_sha: row.head_sha }),
		branch: row.branch,
		...(row.url !== null && { url: row.url }),
		jobs: failures.map(({ job }) => job).slice(0, MOST_NAMES),
		failed_steps: [...new Set(failures.flatMap(({ failed_steps }) => stepsOf(failed_steps)))].slice(0, MOST_NAMES),
	};
}

function stepsOf(failed_steps: string | null): readonly string[] {
	if (failed_steps === null) return [];
	const read = readStored("checks.failed_steps", failed_steps);
	return read.ok ? read.value : [];
}
