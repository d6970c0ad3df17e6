import type { Incident } from "../../pipeline/incident.ts";
import type { IncidentRow } from "./incidents.ts";

/** The columns that order incidents. None of them ever changes, so two incidents never change places. */
export type QueuePlace = Pick<IncidentRow, "id" | "queue_rank" | "created_at">;

const SECRET = 0;
const SEVERITIES: Readonly<Record<string, number>> = { critical: 1, high: 2, medium: 3, moderate: 3, low: 4 };
const UNKNOWN_SEVERITY = 5;
/** Also the column's default. */
const NO_ALERT = 6;

/**
 * The rank of an incident among those that wait for the same thing, lowest first: leaked secrets, other alerts by severity,
 * then everything else. Incidents of one rank go oldest first.
 */
export function queueRank({ kind, alert }: Pick<Incident, "kind" | "alert">): number {
	if (kind !== "security") return NO_ALERT;
	if (alert?.type === "secret_scanning") return SECRET;
	return SEVERITIES[alert?.severity?.toLowerCase() ?? ""] ?? UNKNOWN_SEVERITY;
}

/** SQL: the order of everything that waits, for ORDER BY. */
export const QUEUE_ORDER = "queue_rank, created_at, id";

/** SQL: whether a row goes before the place of these three values, in the order of `QUEUE_ORDER`. */
export function goesBefore(row: string, place: string): string {
	return `(${row}.queue_rank, ${row}.created_at, ${row}.id) < (${place})`;
}

/** The same order for rows that were read: negative if `one` goes first. */
export function compareInQueue(one: QueuePlace, other: QueuePlace): number {
	return (
		one.queue_rank - other.queue_rank ||
		one.created_at - other.created_at ||
		(one.id < other.id ? -1 : one.id > other.id ? 1 : 0)
	);
}
