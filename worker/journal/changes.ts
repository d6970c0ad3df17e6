import type { IncidentStatus } from "./statuses.ts";

/** One thing that happened to an incident: that it was opened, or a line of its timeline. */
export interface Change {
	readonly at: number;
	readonly incident_id: string;
	readonly attempt: number;
	/** `opened`, or the timeline's event. */
	readonly event: string;
	readonly from_status: IncidentStatus | null;
	/** Null if the state machine refused the event. */
	readonly to_status: IncidentStatus | null;
	readonly reason: string | null;
	readonly repository: string;
	readonly branch: string | null;
	/** Of the latest decision. */
	readonly agent: string | null;
}

/** How far a reader is: the numbers of the last opened incident and of the last line of a timeline. */
export interface ChangeCursor {
	readonly incident: number;
	readonly transition: number;
}

interface Numbered extends Change {
	readonly number: number;
}

// Numbers grow with each row; a time would miss what was delivered late.
const OPENED = `SELECT incidents.rowid AS number, created_at AS at, id AS incident_id, 1 AS attempt, 'opened' AS event,
	NULL AS from_status, 'accepted' AS to_status, NULL AS reason, repository, branch, agent FROM incidents`;
const STEPS = `SELECT t.id AS number, t.at, t.incident_id, t.attempt, t.event, t.from_status, t.to_status, t.reason,
	i.repository, i.branch, i.agent FROM transitions t CROSS JOIN incidents i ON i.id = t.incident_id`;

/**
 * What happened after `after`, oldest first, and where the next call continues. Without `after` the newest changes. A cursor
 * from before a restored backup continues at the journal's end.
 */
export async function listChanges(
	db: D1Database,
	{ after, limit }: { readonly after?: ChangeCursor | undefined; readonly limit: number },
): Promise<{ readonly changes: readonly Change[]; readonly last: ChangeCursor }> {
	const [opened, steps, newest] = await db.batch(
		after === undefined
			? [
					db.prepare(`${OPENED} ORDER BY incidents.rowid DESC LIMIT ?1`).bind(limit),
					db.prepare(`${STEPS} ORDER BY t.id DESC LIMIT ?1`).bind(limit),
					db.prepare(NEWEST),
				]
			: [
					db
						.prepare(`${OPENED} WHERE incidents.rowid > ?1 ORDER BY incidents.rowid LIMIT ?2`)
						.bind(after.incident, limit),
					db.prepare(`${STEPS} WHERE t.id > ?1 ORDER BY t.id LIMIT ?2`).bind(after.transition, limit),
					db.prepare(NEWEST),
				],
	);
	const incidents = (opened?.results ?? []) as unknown as Numbered[];
	const transitions = (steps?.results ?? []) as unknown as Numbered[];
	const end = newest?.results[0] as unknown as ChangeCursor;
	const changes = [...incidents, ...transitions].toSorted((one, other) => one.at - other.at);
	return {
		changes: after === undefined ? changes.slice(-limit) : changes,
		last: {
			incident: lastNumber(incidents) ?? Math.min(after?.incident ?? end.incident, end.incident),
			transition: lastNumber(transitions) ?? Math.min(after?.transition ?? end.transition, end.transition),
		},
	};
}

const NEWEST = `SELECT (SELECT coalesce(max(rowid), 0) FROM incidents) AS incident,
	(SELECT coalesce(max(id), 0) FROM transitions) AS transition`;

function lastNumber(rows: readonly Numbered[]): number | undefined {
	return rows.length === 0 ? undefined : Math.max(...rows.map(({ number }) => number));
}
