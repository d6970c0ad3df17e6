import type { Signal } from "../../pipeline/index.ts";
import { assumeStatement } from "./assumptions.ts";
import { nameHeadsOfRun } from "./check-heads.ts";
import { checkResultOf, INSERT_CHECK_RESULTS } from "./check-results.ts";
import { checkRowOf, storeResults } from "./check-rows.ts";
import type { CheckRow } from "./checks.ts";
import { assumeKnown, type NamedRepository } from "./repositories.ts";
import { assumeNothingAffected } from "./signals.ts";

/** A check that passed, with a time or a run of its own. */
export interface PassedCheck {
	readonly signal: Signal;
	/** When it arrived, ms. */
	readonly now: number;
	/** How long a fixed remediation may still turn to failed. */
	readonly reconsider_ms: number;
	readonly repository: NamedRepository & { readonly id: number };
}

/**
 * Stores checks that passed where nothing is under remediation: the same rows as `signalStatements` makes of them one by one, by
 * few statements. The transaction fails by a wrong assumption, and writes nothing, if one of them affects a remediation, or if
 * the journal knows a repository by another name.
 */
export function passedCheckStatements(
	db: D1Database,
	checks: readonly PassedCheck[],
	aboutOf: (signal: Signal) => string,
): readonly D1PreparedStatement[] {
	const rows = checks.flatMap(({ signal, now }) => checkRowOf(signal, "success", now) ?? []);
	const results = rows.flatMap((row) => checkResultOf(row) ?? []);
	const alike = Map.groupBy(checks, ({ signal, repository: { id, name } }) => `${id} ${name} ${aboutOf(signal)}`);
	return [
		...[...alike.values()].flatMap((group) => assumptionOf(db, group)),
		// Run by run: a newer run of the same check may take the place of the row that names the branch's repository for its jobs.
		...[...Map.groupBy(rows, runOf).values()].flatMap((ofRun) => [storeResults(db, ofRun), ...namesOf(db, ofRun)]),
		...(results.length === 0 ? [] : [INSERT_CHECK_RESULTS.bind(db, { rows: JSON.stringify(results) })]),
	];
}

/** Of the oldest of those that are about the same: what counted then counts at least as much later. */
function assumptionOf(db: D1Database, [oldest]: readonly PassedCheck[]): readonly D1PreparedStatement[] {
	if (oldest === undefined) return [];
	return [assumeStatement(db, [assumeKnown(oldest.repository), assumeNothingAffected(oldest.signal, oldest)])];
}

function runOf({ repository, branch, run_id }: CheckRow): string {
	return run_id === null ? "" : `${repository} ${run_id} ${branch}`;
}

function namesOf(db: D1Database, [row]: readonly CheckRow[]): readonly D1PreparedStatement[] {
	if (row === undefined || row.run_id === null) return [];
	const { repository, branch, run_id } = row;
	return nameHeadsOfRun(db, { repository, branch, run_id });
}
