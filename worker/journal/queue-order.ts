import type { Incident } from "../../pipeline/incident.ts";
import type { IncidentRow } from "./incidents.ts";

/** The columns that order the incidents of one repository. None of them ever changes, so two of them never change places. */
export type QueuePlace = Pick<IncidentRow, "id" | "queue_rank" | "created_at" | "repository">;

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

/**
 * SQL: when a repository last had its turn: when a CodeRun was last created for it; 0 if none was within a day. What waits for an
 * agent takes turns with that agent: `agent` is SQL for its name, or for NULL.
 */
function lastTurn(repository: string, agent: string): string {
	const newest = (of: string) =>
		`(SELECT max(turn.taken_at) FROM rate_limit_slots AS turn WHERE turn.repository = ${repository}${of})`;
	return `coalesce(CASE WHEN ${agent} IS NULL THEN ${newest("")} ELSE ${newest(` AND turn.agent = ${agent}`)} END, 0)`;
}

/** SQL: the agent for which an incident waits; NULL if it waits for something else. */
function agentOf(blockedOn: string): string {
	return `(CASE WHEN ${blockedOn} LIKE 'agent:%' THEN substr(${blockedOn}, 7)
		WHEN ${blockedOn} LIKE 'limit:agent:%' THEN substr(${blockedOn}, 13) END)`;
}

/** SQL: when the repository of a row last had its turn with what `blockedOn` names, in milliseconds since 1970; 0: not lately. */
export function lastTurnFor(row: string, blockedOn: string): string {
	return lastTurn(`${row}.repository`, agentOf(blockedOn));
}

/**
 * SQL: the order of everything that waits for one thing, for ORDER BY: by rank; then the repository whose turn was longest ago;
 * then the oldest. So the repositories take turns, and one with many incidents delays each of the others by one place.
 * `blockedOn`: SQL for what they wait for.
 */
export function queueOrder(row: string, blockedOn: string): string {
	return `${row}.queue_rank, ${lastTurnFor(row, blockedOn)}, ${row}.created_at, ${row}.id`;
}

/** SQL: whether a row goes before the one that `:queue_rank`, `:repository`, `:created_at` and `:id` describe. */
export function goesBefore(row: string, blockedOn: string): string {
	const own = `:queue_rank, ${lastTurn(":repository", agentOf(blockedOn))}, :created_at, :id`;
	return `(${queueOrder(row, blockedOn)}) < (${own})`;
}

/** The order within one repository, for rows that were read: negative if `one` goes first. */
export function compareInQueue(one: QueuePlace, other: QueuePlace): number {
	return (
		one.queue_rank - other.queue_rank ||
		one.created_at - other.created_at ||
		(one.id < other.id ? -1 : one.id > other.id ? 1 : 0)
	);
}
