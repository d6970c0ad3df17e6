import type { EarlierRerun, RerunResult } from "../../pipeline/rerun.ts";
import { bindNamed, insertRow } from "./bind-named.ts";
import { type KeptFacts, keptFactsStatements } from "./facts.ts";
import type { LockedIncident } from "./incidents.ts";
import { defineTable, integer, nullable, type RowOf, text, time, withDefault } from "./table.ts";
import { takeStep } from "./transitions.ts";

/** Reruns of failed jobs that Healer asked GitHub for, each written before it is asked for. */
export const rerunsTable = defineTable("reruns", {
	incident_id: text(),
	/** The attempt of the run that had failed: one rerun for each. */
	run_attempt: integer(),
	/** The rule under `rerun`. */
	rule: text(),
	/** The key of the failure's fingerprint; null where it has none. */
	fingerprint: nullable(text()),
	planned_at: time(),
	/** How long its result is waited for. */
	deadline_s: integer(),
	/** When GitHub is asked next to begin it. */
	ask_at: time(),
	/** Until when a consumer is asking: no other one may. */
	asking_until: withDefault(time()),
	tries: withDefault(integer()),
	/** When GitHub was known to have begun it. */
	requested_at: nullable(time()),
	result: nullable(text<RerunResult>()),
	/** Why, as one clause. */
	why: nullable(text()),
	ended_at: nullable(time()),
});

export type RerunRow = RowOf<typeof rerunsTable>;
type RerunKey = Pick<RerunRow, "incident_id" | "run_attempt">;

export interface PlannedRerun {
	readonly rule: string;
	readonly run_attempt: number;
	readonly deadline_s: number;
	readonly fingerprint: string | null;
	/** What the decision found; stored with the incident. */
	readonly found: {
		readonly incident: string;
		readonly branch: string | null;
		readonly run_id: string | null;
		readonly failure_type: string;
		readonly explanation: string;
		readonly context: string;
		readonly pipeline: string;
	};
	readonly facts: KeptFacts | undefined;
	readonly reason: string;
	readonly now: number;
}

/** Writes down that the failed jobs are to be run again. From here on, a crash changes nothing. False if the lock was lost. */
export async function planRerun(db: D1Database, locked: LockedIncident, planned: PlannedRerun): Promise<boolean> {
	const { rule, run_attempt, deadline_s, fingerprint, found, facts, reason, now } = planned;
	const row = { incident_id: locked.id, run_attempt, rule, fingerprint, planned_at: now, deadline_s, ask_at: now };
	const where = "EXISTS (SELECT 1 FROM incidents WHERE id = :incident_id AND lock = :lock)";
	const done = await takeStep(db, locked.id, {
		...{ event: "rerun_planned", reason, now, when: locked },
		set: {
			...{ ...found, run_attempt: Math.max(run_attempt, locked.run_attempt ?? 0) },
			...{ next_try_at: now, failing_since: null, tries: 0, not_before: null, blocked_on: null },
		},
		with: [
			insertRow(db, rerunsTable, row, { where, also: { lock: locked.lock }, onConflict: "ON CONFLICT DO NOTHING" }),
			...(facts === undefined ? [] : keptFactsStatements(db, locked, facts)),
		],
	});
	return done === "done";
}

/** The newest rerun of an incident. */
export async function findRerun(db: D1Database, incidentId: string): Promise<RerunRow | undefined> {
	return (await rerunsOf(db, incidentId)).at(-1);
}

/** Oldest first. */
export async function rerunsOf(db: D1Database, incidentId: string): Promise<readonly RerunRow[]> {
	return (await rerunsStatement(db, incidentId).all<RerunRow>()).results;
}

/** Reads them, oldest first. */
export function rerunsStatement(db: D1Database, incidentId: string): D1PreparedStatement {
	const found = db.prepare(`SELECT ${rerunsTable.list} FROM reruns WHERE incident_id = ?1 ORDER BY run_attempt`);
	return found.bind(incidentId);
}

/** SQL, in a statement whose ?1 is the incident's id: its reruns as JSON, as a decision needs them. */
export const EARLIER_RERUNS = `(SELECT json_group_array(json_object(
	'run_attempt', run_attempt, 'result', result, 'why', why, 'fingerprint', fingerprint
)) FROM (SELECT * FROM reruns WHERE incident_id = ?1 ORDER BY run_attempt))`;

export function readEarlierReruns(stored: string | null): readonly EarlierRerun[] {
	return stored === null ? [] : JSON.parse(stored);
}

const OPEN = "incident_id = :incident_id AND run_attempt = :run_attempt AND result IS NULL";

/** Lets one consumer ask GitHub, until a time; false if another one is asking, or it was asked. */
export async function lockRerun(
	db: D1Database,
	{ incident_id, run_attempt }: RerunKey,
	{ now, until }: { readonly now: number; readonly until: number },
): Promise<boolean> {
	const locked = await bindNamed(
		db,
		`UPDATE reruns SET asking_until = :until, tries = tries + 1
		WHERE ${OPEN} AND requested_at IS NULL AND asking_until <= :now`,
		{ incident_id, run_attempt, now, until },
	).run();
	return locked.meta.changes === 1;
}

/** What came of asking GitHub. */
export type RerunUpdate =
	/** GitHub has begun it, whoever asked. */
	| { readonly is: "requested" }
	| { readonly is: "postponed"; readonly until: number }
	| { readonly is: "ended"; readonly result: RerunResult; readonly why: string };

export async function recordRerun(
	db: D1Database,
	{ incident_id, run_attempt }: RerunKey,
	update: RerunUpdate,
	now: number,
): Promise<void> {
	const set = {
		requested: "requested_at = coalesce(requested_at, :now), asking_until = 0",
		postponed: "ask_at = :until, asking_until = 0",
		ended: "result = :result, why = :why, ended_at = :now, asking_until = 0",
	}[update.is];
	const { is: _, ...values } = update;
	await bindNamed(db, `UPDATE reruns SET ${set} WHERE ${OPEN}`, { incident_id, run_attempt, now, ...values }).run();
}

/** Ends the incident's open rerun in the transaction of a step, if that is taken: behind it. */
export function endRerunStatement(
	db: D1Database,
	incident_id: string,
	end: { readonly result: RerunResult; readonly why: string | null; readonly now: number },
): D1PreparedStatement {
	return bindNamed(
		db,
		`UPDATE reruns SET result = :result, why = :why, ended_at = :now
		WHERE incident_id = :incident_id AND result IS NULL
			AND EXISTS (SELECT 1 FROM incidents WHERE id = :incident_id AND status <> 'rerunning' AND updated_at = :now)`,
		{ incident_id, ...end },
	);
}
