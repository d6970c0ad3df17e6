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
	// The oldest of each: what still counted then is never less.
	const assumed = firstOfEach(checks, ({ signal, repository: { id, name } }) => `${id} ${name} ${aboutOf(signal)}`);
	return [
		...assumed.map((check) =>
			assumeStatement(db, [assumeKnown(check.repository), assumeNothingAffected(check.signal, check)]),
		),
		storeResults(db, rows),
		...(results.length === 0 ? [] : [INSERT_CHECK_RESULTS.bind(db, { rows: JSON.stringify(results) })]),
		...runsOf(rows).flatMap((run) => nameHeadsOfRun(db, run)),
	];
}

function runsOf(rows: readonly CheckRow[]) {
	const named = rows.flatMap(({ repository, branch, run_id }) =>
		run_id === null ? [] : { repository, branch, run_id },
	);
	return firstOfEach(named, ({ repository, branch, run_id }) => `${repository} ${run_id} ${branch}`);
}

function firstOfEach<T>(all: readonly T[], keyOf: (one: T) => string): readonly T[] {
	const first = new Map<string, T>();
	for (const one of all) {
		const key = keyOf(one);
		if (!first.has(key)) first.set(key, one);
	}
	return [...first.values()];
}
