import type { Autonomy } from "../../pipeline/autonomy.ts";
import type { Incident } from "../../pipeline/incident.ts";
import type { SpawnRequest } from "../../wire/spawn.ts";
import { type AttemptRow, attemptColumns, attemptsTable, findAttempt } from "./attempts.ts";
import { bindNamed, insertRow } from "./bind-named.ts";
import { type Dictionary, keptStatement } from "./dictionaries.ts";
import { type KeptFacts, keptFactsStatements, ownFactsStatements } from "./facts.ts";
import { type GateRows, gateQueries } from "./gate-rows.ts";
import { type Cause, type GroupRules, joinQueries, mayLead, otherCauseStatement } from "./groups.ts";
import { heldColumns, holdQuery } from "./held-decisions.ts";
import type { LockedIncident } from "./incidents.ts";
import type { PackedDecision } from "./packed-decision.ts";
import { type Query, rowQuery, rowsQuery, runQueries } from "./query.ts";
import { branchDueStatement } from "./remediations.ts";
import { type SplitIncident, splitStatements } from "./split-incidents.ts";
import { takeStep } from "./transitions.ts";

export interface DecidedAttempt {
	readonly incident: Incident;
	readonly agent: string;
	readonly failure_type: string;
	readonly rule: string;
	readonly coderun_name: string;
	/** What it found, as its attempt and its incident store it. */
	readonly packed: PackedDecision;
	readonly dictionary: Dictionary;
	/** Whether the escalation chose the agent, not the router. */
	readonly escalated: boolean;
	readonly failure_category: string;
	/** Names of the jobs that are red. */
	readonly red_jobs: readonly string[];
	/** The attempt that hands over to this one, because its own part is green. */
	readonly handed_over?: number;
	/** JSON: what has to become green, unless the failed check itself decides. */
	readonly red: string | null;
	/** The incidents that its run's other fields get. */
	readonly others: readonly SplitIncident[];
	/** What identifies the cause of a red check: null if nothing does, absent if this is about what an agent left of it. */
	readonly cause?: Cause | null;
	/** It joins the group of its cause instead, if there is one. */
	readonly joins?: GroupRules;
	/** How far it may go: what does not act is held back in the same transaction. */
	readonly autonomy: Autonomy;
	/** What it found, for an incident without an attempt: a member of a group, and what is split off. Absent if it can be neither. */
	readonly unattempted?: FoundByDecision;
	readonly pipeline: string;
	/** The patterns for which this pipeline searches logs. */
	readonly searched: readonly string[];
	readonly now: number;
	/** How long the lock lasts from here on. */
	readonly locked_until: number;
}

/** What another incident's agent fixes is no attempt. `due`: incidents that may go on now. */
export type StoredDecision = DecisionStored | { readonly isJoined: true; readonly due: readonly string[] };

interface DecisionStored {
	readonly isJoined: false;
	readonly attempt: AttemptRow;
	/** What the journal says against sending it; undefined if another consumer's decision is the stored one. */
	readonly gates: GateRows | undefined;
	/** It is observed, or waits for a person: its lock is released. */
	readonly isHeldBack: boolean;
	/** The ids of the remediations of its branch that may end now that it is decided, and of what was split off from it. */
	readonly due: readonly string[];
}

/**
 * Stores the decision for (incident, attempt) unless one is stored already, and returns the stored one: a second consumer
 * sends the first one's bytes (docs/storage.md). In the same transaction it renews the lock and reads what may be against
 * sending it. Undefined if the lock was lost. A failure that joins a group has no decision: that is the same transaction, too.
 */
export async function storeDecision(
	db: D1Database,
	locked: LockedIncident,
	decided: DecidedAttempt & { readonly wire: SpawnRequest; readonly held: readonly string[] },
): Promise<StoredDecision | undefined> {
	const { id, lock } = locked;
	const { now, locked_until, wire, held, joins } = decided;
	const as = { ...locked, ...decided.cause, agent: decided.agent, incident: JSON.stringify(decided.incident) };
	const answers = await runQueries(db, {
		kept: quietly([keptStatement(db, decided.dictionary, now)]),
		...joining(db, locked, decided),
		attempt: rowQuery<AttemptRow>(attemptStatement(db, locked, decided)),
		facts: quietly(ownFactsStatements(db, locked, decided)),
		isHeld: isOursQuery(db, locked, decided),
		before: quietly([
			...(decided.handed_over === undefined
				? []
				: [handedOver(db, locked, decided.handed_over, decided.packed.ofAttempt.request)]),
			...(decided.cause && locked.attempt > 1 ? [otherCauseStatement(db, locked, decided.cause, now)] : []),
		]),
		due: rowsQuery<DueRow>(branchDueStatement(db, { id, lock, branch: decided.incident.branch ?? null, now })),
		split: splitQuery(db, locked, decided, { joining: false }),
		...gateQueries(db, as, wire, { held, now, groups: joins }),
		isHeldBack: holdQuery(db, locked, decided),
	});
	const {
		attempt,
		isHeld,
		isJoined,
		followers,
		kept: _,
		facts: _facts,
		leader: _leader,
		factsOfMember: _ofMember,
		splitBefore,
		before: _before,
		due,
		split,
		isHeldBack,
		...gates
	} = answers;
	const woken = [...[...due, ...splitBefore, ...split].map((row) => row.id), ...followers];
	if (isJoined) return { isJoined, due: woken };
	if (attempt !== undefined && isHeld) {
		return { isJoined, attempt, gates: { ...gates, isHeld, locked_until }, isHeldBack, due: woken };
	}
	const stored = attempt ?? (await findAttempt(db, id, locked.attempt));
	return stored && { isJoined, attempt: stored, gates: undefined, isHeldBack, due: woken };
}

/** What is split off from a run has a group of its own: it is created before its first incident joins, which releases the lock. */
function joining(db: D1Database, locked: LockedIncident, decided: DecidedAttempt) {
	const { cause, joins, unattempted, now } = decided;
	if (!cause || joins === undefined || unattempted === undefined) {
		const none = { statements: [] };
		return {
			leader: { ...none, read: () => undefined },
			factsOfMember: { ...none, read: () => undefined },
			splitBefore: { ...none, read: () => [] },
			isJoined: { ...none, read: () => false },
			followers: { ...none, read: () => [] },
		};
	}
	const { incident, failure_type, pipeline } = decided;
	const { explanation, context, facts } = unattempted;
	const { branch = null, run_id = null } = incident;
	const found = { incident: JSON.stringify(incident), failure_type, explanation, context, pipeline, branch, run_id };
	const { leader, ...joined } = joinQueries(db, locked, { cause, rules: joins, found, now });
	const kept = facts === undefined ? [] : keptFactsStatements(db, locked, facts, "AND leader_id IS NOT NULL");
	return {
		leader,
		factsOfMember: quietly(kept),
		splitBefore: splitQuery(db, locked, decided, { joining: true }),
		...joined,
	};
}

interface DueRow {
	readonly id: string;
}

function attemptStatement(db: D1Database, locked: LockedIncident, decided: DecidedAttempt): D1PreparedStatement {
	return insertRow(
		db,
		attemptsTable,
		{
			incident_id: locked.id,
			attempt: locked.attempt,
			agent: decided.agent,
			failure_type: decided.failure_type,
			rule: decided.rule,
			coderun_name: decided.coderun_name,
			...decided.packed.ofAttempt,
			pipeline: decided.pipeline,
			decided_at: decided.now,
			escalated: decided.escalated ? 1 : 0,
			failure_category: decided.failure_category,
			red_jobs: JSON.stringify(decided.red_jobs),
			red: decided.red,
			...heldColumns(decided.autonomy, decided.now),
		},
		{
			where: "EXISTS (SELECT 1 FROM incidents WHERE id = :incident_id AND lock = :lock)",
			also: { lock: locked.lock },
			onConflict: `ON CONFLICT (incident_id, attempt) DO NOTHING RETURNING ${attemptColumns.list}`,
		},
	);
}

/** The incident's own row. Only if our decision is the stored one: `coderun_name` and the time come from the stored attempt. */
function isOursQuery(db: D1Database, locked: LockedIncident, decided: DecidedAttempt): Query<boolean> {
	const leads_at = decided.autonomy.level === "observe" ? null : decided.now;
	const lead = decided.cause === undefined ? undefined : mayLead(decided.cause, leads_at);
	const statement = bindNamed(
		db,
		`UPDATE incidents SET agent = :agent, failure_type = :failure_type, rule = :rule, explanation = :explanation,
			context = :context, pipeline = :pipeline, incident = :incident, branch = :branch, run_id = :run_id, updated_at = :now,
			locked_until = :locked_until${lead === undefined ? "" : `, ${lead.sql}`}
		WHERE id = :id AND lock = :lock AND EXISTS (
			SELECT 1 FROM attempts WHERE incident_id = :id AND attempt = :attempt AND request = :request
		)`,
		{
			id: locked.id,
			lock: locked.lock,
			attempt: locked.attempt,
			agent: decided.agent,
			failure_type: decided.failure_type,
			rule: decided.rule,
			...decided.packed.ofIncident,
			pipeline: decided.pipeline,
			incident: JSON.stringify(decided.incident),
			branch: decided.incident.branch ?? null,
			run_id: decided.incident.run_id ?? null,
			now: decided.now,
			locked_until: decided.locked_until,
			request: decided.packed.ofAttempt.request,
			...lead?.values,
		},
	);
	return { statements: [statement], read: ([done]) => done?.meta.changes === 1 };
}

/** Statements whose results nobody needs. */
function quietly(statements: readonly D1PreparedStatement[]): Query<undefined> {
	return { statements, read: () => undefined };
}

function splitQuery(
	db: D1Database,
	locked: LockedIncident,
	decided: DecidedAttempt,
	when: { readonly joining: boolean },
): Query<readonly DueRow[]> {
	const { others, packed, unattempted, pipeline, now } = decided;
	const { request } = packed.ofAttempt;
	const split = { others, request, explanation: unattempted?.explanation ?? null, pipeline, now };
	const statements = splitStatements(db, locked, split, when);
	return { statements, read: (results) => results.flatMap((result) => result.results as unknown as readonly DueRow[]) };
}

/** Whether it was a hand-over is known only once the next attempt is decided. Only if our decision is the stored one. */
function handedOver(
	db: D1Database,
	{ id, attempt, lock }: LockedIncident,
	before: number,
	request: string,
): D1PreparedStatement {
	return bindNamed(
		db,
		`UPDATE attempts SET result = 'handed_over', was_right = 1
		WHERE incident_id = :id AND attempt = :before AND result = 'ci_still_failing'
			AND EXISTS (SELECT 1 FROM incidents WHERE id = :id AND lock = :lock)
			AND EXISTS (SELECT 1 FROM attempts WHERE incident_id = :id AND attempt = :attempt AND request = :request)`,
		{ id, attempt, lock, before, request },
	);
}

/**
 * Makes an incident due for a new decision as its next attempt, and records why the current attempt never had a CodeRun, in
 * one transaction. The earlier decision stays as it was sent. False if the lock was lost.
 */
export async function redecide(
	db: D1Database,
	locked: LockedIncident,
	again: {
		readonly reason: string;
		/** The head that its branch moved to, if that is why. */
		readonly newer_head?: string;
		readonly failing_since: number | null;
		readonly tries: number;
		readonly now: number;
	},
): Promise<boolean> {
	const { reason, newer_head = null, failing_since, tries, now } = again;
	const refused = db
		.prepare("UPDATE attempts SET refused = ?3, newer_head = ?4 WHERE incident_id = ?1 AND attempt = ?2")
		.bind(locked.id, locked.attempt, reason, newer_head);
	const done = await takeStep(db, locked.id, {
		event: "redecided",
		reason,
		now,
		when: locked,
		set: { attempt: locked.attempt + 1, next_try_at: now, failing_since, tries, not_before: null },
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
		readonly facts?: KeptFacts | undefined;
		readonly now: number;
	},
): Promise<boolean> {
	const { reason, now, facts, ...found } = why;
	const set = { ...found, blocked_on: null, next_try_at: null, failing_since: null };
	const kept = facts === undefined ? [] : keptFactsStatements(db, locked, facts);
	const step = { event: "filtered", reason, now, when: locked, set, with: kept } as const;
	return (await takeStep(db, locked.id, step)) === "done";
}

/** What a decision found, for the incident's own columns. */
export interface FoundByDecision {
	/** JSON, perhaps packed, like the context. */
	readonly explanation: string;
	readonly context: string;
	/** What `healer backtest` decides again; absent if this decision is about what an agent left of the failure. */
	readonly facts?: KeptFacts;
}
