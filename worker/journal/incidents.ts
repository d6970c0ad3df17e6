import { INCIDENT_STATUSES, type IncidentStatus } from "./statuses.ts";
import { defineTable, integer, nullable, type RowOf, text, time, withDefault } from "./table.ts";

export const incidentsTable = defineTable("incidents", {
	/** A hash of `identity`, in hex. */
	id: text(),
	status: text<IncidentStatus>(),
	/** One sentence for people: why it waits, failed or was cancelled. */
	reason: nullable(text()),
	kind: text(),
	event: text(),
	repository: text(),
	branch: nullable(text()),
	run_id: nullable(text()),
	/** Of the latest decision, like `failure_type` and `rule`, also while the incident waits. */
	agent: nullable(text()),
	failure_type: nullable(text()),
	rule: nullable(text()),
	/** Of the latest CodeRun that was seen. */
	coderun_name: nullable(text()),
	attempt: withDefault(integer()),
	/** What tells this failure from another one. */
	identity: text(),
	/** JSON. */
	incident: text(),
	/** JSON. */
	explanation: text(),
	/** JSON: the context's parts without their data. */
	context: nullable(text()),
	/** The version that read or decided it last. */
	pipeline: text(),
	/** What must become free: `claim:{key}`, `agent:{name}`, `limit:installation`, `limit:repository:{name}`, `limit:agent:{name}`. */
	blocked_on: nullable(text()),
	/** When it is due; null if there is nothing to do. */
	next_try_at: nullable(time()),
	/** Start of the current series of failed tries; null if the last one got an answer. */
	failing_since: nullable(time()),
	tries: withDefault(integer()),
	/** Its holder may write; after `locked_until` another caller may lock the row. */
	lock: nullable(text()),
	locked_until: withDefault(time()),
	created_at: time(),
	updated_at: time(),
	/** The agent that the escalation, the agent before or a person chose; null: the router chooses. */
	escalate_to: nullable(text()),
	/** The first attempt of the current budget: earlier ones were made before a person retried. */
	budget_from: withDefault(integer()),
	/** End of the pause between two attempts: no wake-up makes it due earlier. */
	not_before: nullable(time()),
	/** When the failed check passed. */
	fixed_at: nullable(time()),
	fixed_by: nullable(text<"agent" | "rerun" | "other">()),
	/** When it reached its current end state; null while it is open. */
	ended_at: nullable(time()),
	/** The comment or issue for a person. */
	escalation_url: nullable(text()),
	/** The state that the comment shows; null: escalated. */
	escalation_status: nullable(text<IncidentStatus>()),
	/** The end after which the retention removed its prompts and its context. */
	trimmed_end: nullable(time()),
	/** The incident that has what it is blocked on, or is ahead of it in the queue; null if there is none. */
	blocked_by: nullable(text()),
	/** 1 while a pause defers it. */
	paused: withDefault(integer()),
	/** Lower ones go first among incidents that wait for the same thing: see `queueRank`. */
	queue_rank: withDefault(integer()),
	/** The highest attempt of its own run that is known to be red; null if no delivery named one. */
	run_attempt: nullable(integer()),
	/** How often a failure that came back opened it again, and when it last did. */
	reopened: withDefault(integer()),
	reopened_at: nullable(time()),
	/** W3C Trace Context of the delivery that opened it; null for one of an earlier Healer. */
	traceparent: nullable(text()),
	/** The key of what identifies its cause; null: nothing does, or it is no red check. */
	fingerprint: nullable(text()),
	/** Its branch, if that is in its own repository. */
	own_branch: nullable(text()),
	/** The branch that its branch is merged into, as far as that is known; the default branch is its own. */
	base: nullable(text()),
	/** The incident whose agent fixes its cause; null: it is in no group, or leads one. */
	leader_id: nullable(text()),
	/** When it was first decided as one that may lead a group, or was last started over. */
	led_at: nullable(time()),
	/** 1: it joins no group. A person wants an agent for it, or it is red with the fix. */
	apart: withDefault(integer()),
	/** When its pull request was notified that the cause is fixed on its base. */
	notified_at: nullable(time()),
	/** Since when it waits for what it is blocked on. */
	blocked_since: nullable(time()),
});

/** A row of `incidents`, as stored. */
export type IncidentRow = RowOf<typeof incidentsTable>;

/** A row that this consumer has locked: every write names its lock. */
export type LockedIncident = IncidentRow & { readonly lock: string };

/** SQL: the fields of an incident's JSON; none if the row is damaged, which is found out when it is read. */
export const FIELDS = "(CASE WHEN json_valid(incident) THEN incident ELSE '{}' END)";

export async function findIncident(db: D1Database, id: string): Promise<IncidentRow | undefined> {
	return (await incidentStatement(db, id).first<IncidentRow>()) ?? undefined;
}

/** Reads one row. */
export function incidentStatement(db: D1Database, id: string): D1PreparedStatement {
	return db.prepare(`SELECT ${incidentsTable.list} FROM incidents WHERE id = ?1`).bind(id);
}

/** The number of incidents in each state, 0 included. */
export async function countIncidents(db: D1Database): Promise<Record<IncidentStatus, number>> {
	const { results } = await db
		.prepare("SELECT status, count(*) AS count FROM incidents GROUP BY status")
		.all<{ status: IncidentStatus; count: number }>();
	const counted = new Map(results.map((row) => [row.status, row.count]));
	return Object.fromEntries(INCIDENT_STATUSES.map((status) => [status, counted.get(status) ?? 0])) as Record<
		IncidentStatus,
		number
	>;
}

/** When an incident last changed; null if there is none. */
export async function lastChange(db: D1Database): Promise<number | null> {
	return await db.prepare("SELECT max(updated_at) AS at FROM incidents").first<number | null>("at");
}
