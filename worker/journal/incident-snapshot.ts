import type { RerunFacts } from "../../pipeline/rerun.ts";
import { type AttemptRow, currentAttemptQuery } from "./attempts.ts";
import { actorOfRow, type KnownActor } from "./checks.ts";
import { deliveriesQuery, readDeliveries, type StoredDelivery } from "./deliveries.ts";
import { FLAKE_MS, knownFlakes } from "./flakes.ts";
import { olderOfRun } from "./incident-of-run.ts";
import { incidentsTable, type LockedIncident } from "./incidents.ts";
import { type LockRequest, lockQuery } from "./lock-row.ts";
import { type Query, rowQuery, runQueries } from "./query.ts";
import { type StateRows, stateQueries, stateRowsOf } from "./remediations.ts";
import { type KnownRepository, repositoryOf } from "./repositories.ts";
import { EARLIER_RERUNS, readEarlierReruns } from "./reruns.ts";
import { IS_UNSENT } from "./state-machine.ts";

/** A locked incident, and everything that the journal knows of it, from the moment at which it was locked. */
export interface IncidentSnapshot {
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
	/** Its reruns, and what is flaky in its repository. */
	readonly reruns: RerunFacts;
}

/** The lock of an incident that is still to be decided covers the time to gather an ordinary context. */
export interface SnapshotRequest extends LockRequest {
	readonly undecided_until: number;
}

/**
 * Locks an incident, whatever its state, and reads what its next step and its decision depend on: one transaction, and one call
 * to the journal. Undefined if another consumer holds its lock.
 */
export async function readSnapshot(
	db: D1Database,
	id: string,
	at: SnapshotRequest,
): Promise<IncidentSnapshot | undefined> {
	const { undecided_until, ...request } = at;
	const key = { id, undecided_until };
	const until = `CASE WHEN ${IS_UNSENT} AND agent IS NULL THEN :undecided_until ELSE :locked_until END`;
	const answers = await runQueries(db, {
		locked: lockQuery(db, incidentsTable, incidentsTable, { where: "id = :id", key, at: request, until }),
		...stateQueries(db, id, at.now),
		attempt: currentAttemptQuery(db, id, OF_UNSENT),
		deliveries: deliveriesQuery(db, id, OF_UNDECIDED),
		beside: besideQuery(db, id, at.now),
	});
	const { locked, attempt, deliveries, beside, ...rows } = answers;
	if (locked === undefined) return undefined;
	const known = { deliveries: () => readDeliveries(id, deliveries), ...beside };
	return { locked, state: stateRowsOf(locked, rows), attempt, known };
}

type Beside = Omit<KnownOfIncident, "deliveries">;

/** As one statement, because an invocation may run only so many; nothing unless the incident is still to be decided. */
function besideQuery(db: D1Database, id: string, now: number): Query<Beside> {
	const statement = db
		.prepare(
			`SELECT (SELECT json_object('login', login, 'type', type) FROM (${actorOfRow("?1")})) AS actor,
				(${olderOfRun("?1", "NULL")}) AS of_run,
				(SELECT json_object('name', name, 'key', key) FROM (${repositoryOf("?1")})) AS repository,
				${EARLIER_RERUNS} AS reruns, ${knownFlakes("?2")} AS flakes
			WHERE ${OF_UNDECIDED}`,
		)
		.bind(id, now - FLAKE_MS);
	const { statements, read } = rowQuery<BesideRow>(statement);
	return {
		statements,
		read(results) {
			const { actor = null, of_run = null, repository = null, reruns = null, flakes = null } = read(results) ?? {};
			return {
				actor: actor === null ? undefined : JSON.parse(actor),
				ofRun: of_run ?? undefined,
				repository: repository === null ? undefined : JSON.parse(repository),
				reruns: { earlier: readEarlierReruns(reruns), flakes: flakes === null ? [] : JSON.parse(flakes) },
			};
		},
	};
}

interface BesideRow {
	readonly actor: string | null;
	readonly of_run: string | null;
	readonly repository: string | null;
	readonly reruns: string | null;
	readonly flakes: string | null;
}

/** SQL, in a statement whose ?1 is the incident's id. */
const OF_UNSENT = `EXISTS (SELECT 1 FROM incidents WHERE id = ?1 AND ${IS_UNSENT})`;
/** The same, and its current attempt is not decided. */
const OF_UNDECIDED = `EXISTS (
	SELECT 1 FROM incidents AS own WHERE own.id = ?1 AND own.${IS_UNSENT}
		AND NOT EXISTS (SELECT 1 FROM attempts WHERE incident_id = ?1 AND attempt = own.attempt)
)`;
