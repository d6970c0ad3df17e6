import type { Incident } from "../../pipeline/incident.ts";
import { type AttemptRow, findAttempt } from "./attempts.ts";
import type { LockedIncident } from "./incidents.ts";
import { takeStep } from "./transitions.ts";

export interface DecidedAttempt {
	readonly incident: Incident;
	readonly agent: string;
	readonly failure_type: string;
	readonly rule: string;
	readonly coderun_name: string;
	/** The body of the spawn request, identical for every send. */
	readonly request: string;
	/** Whether the escalation chose the agent, not the router. */
	readonly escalated: boolean;
	readonly explanation: string;
	readonly context: string;
	readonly pipeline: string;
	readonly now: number;
}

/**
 * Stores the decision for (incident, attempt) unless one is stored already, and returns the stored one: a second consumer
 * sends the first one's bytes (docs/storage.md). Undefined if the lock was lost.
 */
export async function storeDecision(
	db: D1Database,
	locked: LockedIncident,
	decided: DecidedAttempt,
): Promise<AttemptRow | undefined> {
	await db.batch([
		db
			.prepare(
				`INSERT INTO attempts (incident_id, attempt, agent, failure_type, rule, coderun_name, request, pipeline, decided_at,
					escalated)
				SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?11 WHERE EXISTS (SELECT 1 FROM incidents WHERE id = ?1 AND lock = ?10)
				ON CONFLICT (incident_id, attempt) DO NOTHING`,
			)
			.bind(
				locked.id,
				locked.attempt,
				decided.agent,
				decided.failure_type,
				decided.rule,
				decided.coderun_name,
				decided.request,
				decided.pipeline,
				decided.now,
				locked.lock,
				decided.escalated ? 1 : 0,
			),
		// Only if our decision is the stored one: `coderun_name` and the time come from the stored attempt.
		db
			.prepare(
				`UPDATE incidents SET agent = ?3, failure_type = ?4, rule = ?5, explanation = ?6, context = ?7, pipeline = ?8,
					incident = ?9, branch = ?10, run_id = ?11, updated_at = ?12
				WHERE id = ?1 AND lock = ?2 AND EXISTS (
					SELECT 1 FROM attempts WHERE incident_id = ?1 AND attempt = ?13 AND request = ?14
				)`,
			)
			.bind(
				locked.id,
				locked.lock,
				decided.agent,
				decided.failure_type,
				decided.rule,
				decided.explanation,
				decided.context,
				decided.pipeline,
				JSON.stringify(decided.incident),
				decided.incident.branch ?? null,
				decided.incident.run_id ?? null,
				decided.now,
				locked.attempt,
				decided.request,
			),
	]);
	return findAttempt(db, locked.id, locked.attempt);
}

/**
 * Makes an incident due for a new decision as its next attempt, and records why the current attempt never had a CodeRun, in
 * one transaction. The refused decision stays as it was sent. False if the lock was lost.
 */
export async function redecide(
	db: D1Database,
	locked: LockedIncident,
	{ reason, failing_since, now }: { readonly reason: string; readonly failing_since: number; readonly now: number },
): Promise<boolean> {
	const refused = db
		.prepare("UPDATE attempts SET refused = ?3 WHERE incident_id = ?1 AND attempt = ?2")
		.bind(locked.id, locked.attempt, reason);
	const done = await takeStep(db, locked.id, {
		event: "redecided",
		reason,
		now,
		when: locked,
		set: { attempt: locked.attempt + 1, next_try_at: now, failing_since, tries: locked.tries + 1, not_before: null },
		with: [refused],
	});
	return done === "done";
}

/** Ends an incident that a filter refused once its context was known. False if the lock was lost. */
export async function cancelIncident(
	db: D1Database,
	locked: LockedIncident,
	why: {
		readonly reason: string;
		readonly explanation: string;
		readonly context: string;
		readonly pipeline: string;
		readonly now: number;
	},
): Promise<boolean> {
	const { reason, now, ...found } = why;
	const set = { ...found, blocked_on: null, next_try_at: null, failing_since: null };
	return (await takeStep(db, locked.id, { event: "filtered", reason, now, when: locked, set })) === "done";
}

export interface KeptFacts {
	/** JSON. */
	readonly context: string;
	readonly pipeline: string;
	/** The patterns for which this pipeline searches logs. */
	readonly searched: readonly string[];
	readonly now: number;
}

/** Stores the context that the latest decision was based on, while the row is still locked. */
export async function keepFacts(db: D1Database, { id, lock }: LockedIncident, facts: KeptFacts): Promise<void> {
	await db.batch([
		db
			.prepare(
				`INSERT INTO facts (incident_id, context, pipeline, kept_at)
				SELECT ?1, ?3, ?4, ?5 WHERE EXISTS (SELECT 1 FROM incidents WHERE id = ?1 AND lock = ?2)
				ON CONFLICT (incident_id) DO UPDATE SET context = ?3, pipeline = ?4, kept_at = ?5`,
			)
			.bind(id, lock, facts.context, facts.pipeline, facts.now),
		db
			.prepare("INSERT INTO searched (pipeline, patterns) VALUES (?1, ?2) ON CONFLICT DO NOTHING")
			.bind(facts.pipeline, JSON.stringify(facts.searched)),
	]);
}
