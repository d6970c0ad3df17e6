import { DAY_MS } from "../../wire/durations.ts";
import { insertRowsSql, insertSql } from "./bind-named.ts";
import { ACTIONS } from "./check-identity.ts";
import { type CheckRow, checksTable } from "./checks.ts";
import { defineTable, nullable, type RowOf, text, time } from "./table.ts";

/** Every result of a check as a whole; `checks` has the newest of each, and those of jobs. */
export const checkResultsTable = defineTable("check_results", {
	...checksTable.pick("repository", "head_repository", "branch", "check_name", "job", "conclusion", "position").columns,
	head_sha: text(),
	/** Of GitHub Actions. */
	run_id: nullable(text()),
	started_at: time(),
	received_at: time(),
});

/** How long a result is kept: what was green before that is not known any more. */
export const CHECK_RESULTS_MS = 30 * DAY_MS;

export type CheckResultRow = RowOf<typeof checkResultsTable>;

const KEY = checkResultsTable.pick("repository", "branch", "check_name", "job", "head_repository", "position");

/**
 * A result as the history of its check has it. Undefined for a job of GitHub Actions, whose run says more, and for a result that
 * names no commit.
 */
export function checkResultOf(row: CheckRow): CheckResultRow | undefined {
	const { head_sha, check_name, job } = row;
	const isOfActions = check_name.startsWith("workflow") || check_name === `app:${ACTIONS}`;
	if (head_sha === null || (isOfActions && job !== "")) return undefined;
	const { repository, head_repository, branch, conclusion, position, run_id, started_at, received_at } = row;
	const of = { repository, head_repository, branch, check_name, job };
	return { ...of, conclusion, position, head_sha, run_id, started_at, received_at };
}

// Two results at the same moment: the same one is kept in whatever order they arrive.
const RED_STAYS = `ON CONFLICT (${KEY.list}) DO UPDATE SET conclusion = 'failure'
	WHERE excluded.conclusion = 'failure' AND check_results.conclusion = 'success'`;

/** Adds a result to the history of its check, once however often it is reported. */
export const INSERT_CHECK_RESULT = insertSql(checkResultsTable, checkResultsTable, RED_STAYS);

/** The same for several. */
export const INSERT_CHECK_RESULTS = insertRowsSql(checkResultsTable, RED_STAYS);

/** SQL: forgets results that arrived before ?1, at most ?2 rows. */
export const PRUNE_CHECK_RESULTS = `DELETE FROM check_results WHERE (${KEY.list}) IN (
	SELECT ${KEY.list} FROM check_results WHERE received_at < ?1 ORDER BY received_at LIMIT ?2
)`;
