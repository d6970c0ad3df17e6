import { type AttemptRow, currentAttemptQuery } from "./attempts.ts";
import { actorQuery, type KnownActor } from "./checks.ts";
import { deliveriesQuery, readDeliveries, type StoredDelivery } from "./deliveries.ts";
import { incidentOfRunQuery } from "./incident-of-run.ts";
import { incidentsTable, type LockedIncident } from "./incidents.ts";
import { type LockRequest, lockQuery } from "./lock-row.ts";
import { runQueries } from "./query.ts";
import { type StateRows, stateQueries, stateRowsOf } from "./remediations.ts";
import { type KnownRepository, repositoryQuery } from "./repositories.ts";

/** A locked incident, and everything that the journal knows of it, from the moment at which it was locked. */
export interface TakenIncident {
	readonly locked: LockedIncident;
	readonly state: StateRows;
	/** The stored decision of its current attempt, if that is not sent yet. */
	readonly attempt: AttemptRow | undefined;
	readonly known: KnownOfIncident;
}

/** What a decision needs beside the state. It follows from the incident's own row: a later delivery may say more. */
export interface KnownOfIncident {
	/** Throws `DamagedRow`. */
	deliveries(): readonly StoredDelivery[];
	/** Who made the run of its commit. */
	readonly actor: KnownActor | undefined;
	/** The id of the older incident that a check opened for the same run. */
	readonly ofRun: string | undefined;
	/** Its repository as the journal knows it. */
	readonly repository: KnownRepository | undefined;
}

/** The lock of an incident that is still to be decided covers the time to gather an ordinary context. */
export interface TakeUpRequest extends LockRequest {
	readonly undecided_until: number;
}

/**
 * Locks an incident, whatever its state, and reads what its next step and its decision depend on: one transaction, and one call
 * to the journal. Undefined if another consumer holds its lock.
 */
export async function takeUp(db: D1Database, id: string, at: TakeUpRequest): Promise<TakenIncident | undefined> {
	const { undecided_until, ...request } = at;
	const key = { id, undecided_until };
	const until = `CASE WHEN ${IS_UNSENT} AND agent IS NULL THEN :undecided_until ELSE :locked_until END`;
	const answers = await runQueries(db, {
		locked: lockQuery(db, incidentsTable, incidentsTable, { where: "id = :id", key, at: request, until }),
		...stateQueries(db, id, at.now),
		attempt: currentAttemptQuery(db, id, OF_UNSENT),
		deliveries: deliveriesQuery(db, id, OF_UNDECIDED),
		actor: actorQuery(db, id, OF_UNDECIDED),
		ofRun: incidentOfRunQuery(db, id, OF_UNDECIDED),
		repository: repositoryQuery(db, id, OF_UNDECIDED),
	});
	const { locked, attempt, deliveries, actor, ofRun, repository, ...rows } = answers;
	if (locked === undefined) return undefined;
	const known = { deliveries: () => readDeliveries(id, deliveries), actor, ofRun: ofRun?.id, repository };
	return { locked, state: stateRowsOf(locked, rows), attempt, known };
}

const IS_UNSENT = "status IN ('accepted', 'waiting')";
/** SQL, in a statement whose ?1 is the incident's id. */
const OF_UNSENT = `EXISTS (SELECT 1 FROM incidents WHERE id = ?1 AND ${IS_UNSENT})`;
/** The same, and its current attempt is not decided. */
const OF_UNDECIDED = `EXISTS (
	SELECT 1 FROM incidents AS own WHERE own.id = ?1 AND own.${IS_UNSENT}
		AND NOT EXISTS (SELECT 1 FROM attempts WHERE incident_id = ?1 AND attempt = own.attempt)
)`;
