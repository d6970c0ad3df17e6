import { NOT_STARTED } from "../../wire/outcome.ts";
import type { SpawnRequest, WireClaim } from "../../wire/spawn.ts";
import { type IncidentRow, incidentStatement, type LockedIncident } from "./incidents.ts";
import { rowQuery, runQueries } from "./query.ts";
import { slotStatement } from "./rate-limit-slots.ts";
import { type StateRows, stateQueries, stateRowsOf } from "./remediations.ts";
import { stepQuery, takeStep } from "./transitions.ts";

/** Everything that an attempt may have to wait for, as values of `incidents.blocked_on`. */
export function blockers(request: SpawnRequest): readonly string[] {
	const claims = request.claims.map(claimBlocker);
	return request.max_active > 0 ? [...claims, agentBlocker(request.agent)] : claims;
}

export function claimBlocker(claim: Pick<WireClaim, "key">): string {
	return `claim:${claim.key}`;
}

export function agentBlocker(agent: string): string {
	return `agent:${agent}`;
}

export interface Wait {
	readonly reason: string;
	/** `claim:{key}` or `agent:{name}`; absent if only time has to pass. */
	readonly blocked_on?: string;
	/** The incident that has it, or is ahead in the queue for it. */
	readonly blocked_by?: string;
	readonly next_try_at: number;
	/** Start of the current series of failed tries; absent if this try got an answer. */
	readonly failing_since?: number;
	readonly tries: number;
	/** A pause defers it: it is due once that ends. */
	readonly paused?: boolean;
	readonly now: number;
}

/** Defers an incident until `next_try_at` and releases the lock. False if the lock was lost. */
export async function waitIncident(db: D1Database, locked: LockedIncident, waiting: Wait): Promise<boolean> {
	const { reason, next_try_at, tries, now } = waiting;
	const blocked_on = waiting.blocked_on ?? null;
	const since = blocked_on === locked.blocked_on ? (locked.blocked_since ?? now) : now;
	const set = {
		blocked_on,
		blocked_since: blocked_on === null ? null : since,
		blocked_by: waiting.blocked_by ?? null,
		next_try_at,
		failing_since: waiting.failing_since ?? null,
		tries,
		not_before: null,
		paused: waiting.paused ? 1 : 0,
	};
	return (
		(await takeStep(db, locked.id, {
			event: waiting.paused ? "paused" : "deferred",
			reason,
			now,
			when: locked,
			set,
		})) === "done"
	);
}

/** The columns of an incident that waits for nothing. */
export const NO_WAIT = {
	blocked_on: null,
	blocked_since: null,
	next_try_at: null,
	failing_since: null,
	tries: 0,
	not_before: null,
} as const;

export interface WaitEnd {
	readonly event: "refused" | "abandoned" | "superseded";
	readonly reason: string;
	readonly now: number;
	/** Statements of the same transaction. */
	readonly with?: readonly D1PreparedStatement[];
}

/** Ends the sending of an attempt without a CodeRun. False if the lock was lost, or the outcome is already known. */
export async function endWait(db: D1Database, locked: LockedIncident, end: WaitEnd): Promise<boolean> {
	return (await takeStep(db, locked.id, { ...end, when: locked, set: NO_WAIT })) === "done";
}

/** A CodeRun that was seen. */
export interface SeenCodeRun {
	readonly coderun_name: string;
	readonly agent: string;
	/** Whether it already existed when the spawn was requested. */
	readonly existed: boolean;
	/** When the incident is due next, if nothing is reported until then. */
	readonly follow_at: number;
	readonly now: number;
}

/**
 * Ends the sending of an attempt by its CodeRun, and reads what follows from that: its outcome may have arrived before. Undefined
 * if the lock was lost.
 */
export async function startRunning(
	db: D1Database,
	locked: LockedIncident,
	seen: SeenCodeRun,
): Promise<StateRows | undefined> {
	const { id, attempt, repository } = locked;
	const { coderun_name, agent, follow_at, now } = seen;
	const step = stepQuery(db, id, {
		...{ event: "spawned", reason: null, now, when: locked },
		set: { ...NO_WAIT, coderun_name, next_try_at: follow_at },
		with: [spawnedStatement(db, locked, seen), slotStatement(db, { incident_id: id, attempt, repository, agent }, now)],
		after: [outcomeDueStatement(db, locked, now)],
	});
	const incident = rowQuery<IncidentRow>(incidentStatement(db, id));
	// Once it was sent, it belongs to no other incident's fix.
	const { fixes: _, ...rest } = stateQueries(db, id, now);
	const answers = await runQueries(db, { step, incident, ...rest });
	return answers.step === "done"
		? answers.incident && stateRowsOf(answers.incident, { ...answers, fixes: [] })
		: undefined;
}

function spawnedStatement(
	db: D1Database,
	{ id, attempt }: LockedIncident,
	{ existed, now }: SeenCodeRun,
): D1PreparedStatement {
	return db
		.prepare(
			// A CodeRun that already existed may have ended, and a restored journal lost its outcome: query the relay.
			`UPDATE attempts SET spawned_at = CASE WHEN outcome IS ?5 THEN NULL ELSE coalesce(spawned_at, ?3) END, existed = ?4, ask_at = CASE ?4 WHEN 1 THEN ?3 END
			WHERE incident_id = ?1 AND attempt = ?2`,
		)
		.bind(id, attempt, now, existed ? 1 : 0, NOT_STARTED);
}

/** An outcome that came before makes it due now, also if this consumer stops here. */
function outcomeDueStatement(db: D1Database, { id, attempt }: LockedIncident, now: number): D1PreparedStatement {
	return db
		.prepare(
			`UPDATE incidents SET next_try_at = ?3 WHERE id = ?1 AND attempt = ?2 AND status = 'running' AND EXISTS (
				SELECT 1 FROM attempts WHERE incident_id = ?1 AND attempt = ?2 AND outcome IS NOT NULL
			)`,
		)
		.bind(id, attempt, now);
}
