import type { Signal } from "../../pipeline/index.ts";
import { insertRowsSql } from "./bind-named.ts";
import { NEWER_CHECK, UNNAMED_HEAD } from "./check-heads.ts";
import { checkName, checkOf } from "./check-identity.ts";
import { beganAt, type CheckRow, checksTable, positionOf } from "./checks.ts";

/** A result of a check as the journal keeps it; undefined if the signal names no check or no branch. */
export function checkRowOf(
	signal: Omit<Signal, "reports" | "event" | "delivery_id">,
	conclusion: "success" | "failure",
	now: number,
): CheckRow | undefined {
	const check = checkOf(signal);
	const { repository, branch, job = "", actor } = signal;
	if (check === undefined || branch === undefined) return undefined;
	return {
		repository,
		head_repository: signal.head_repository ?? UNNAMED_HEAD,
		branch,
		check_name: checkName(check),
		job,
		conclusion,
		position: positionOf(signal) ?? positionOf({ occurred_at: new Date(now).toISOString() }) ?? "",
		head_sha: signal.head_sha ?? null,
		run_id: signal.run_id ?? null,
		pr_number: signal.pr_number ?? null,
		actor_login: actor?.login ?? null,
		actor_type: actor?.type ?? null,
		failed_steps: signal.failed_steps === undefined ? null : JSON.stringify(signal.failed_steps),
		url: signal.url ?? null,
		started_at: beganAt(signal) ?? now,
		received_at: now,
		workflow_name: signal.workflow?.name ?? null,
	};
}

const INSERT_CHECKS = insertRowsSql(checksTable, NEWER_CHECK);

/** Stores what GitHub answered as if events had reported it: the newest result of a check on a branch stays. */
export function storeResults(db: D1Database, rows: readonly CheckRow[]): D1PreparedStatement {
	return INSERT_CHECKS.bind(db, { rows: JSON.stringify(rows) });
}
