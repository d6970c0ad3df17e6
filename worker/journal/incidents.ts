import { INCIDENT_STATUSES, type IncidentStatus } from "./statuses.ts";

/** A row of `incidents`, as stored. The migrations describe the columns. */
export interface IncidentRow {
	readonly id: string;
	readonly status: IncidentStatus;
	readonly reason: string | null;
	readonly kind: string;
	readonly event: string;
	readonly repository: string;
	readonly branch: string | null;
	readonly run_id: string | null;
	readonly agent: string | null;
	readonly failure_type: string | null;
	readonly rule: string | null;
	readonly coderun_name: string | null;
	readonly attempt: number;
	readonly identity: string;
	readonly incident: string;
	readonly explanation: string;
	readonly context: string | null;
	readonly pipeline: string;
	readonly blocked_on: string | null;
	readonly next_try_at: number | null;
	readonly failing_since: number | null;
	readonly tries: number;
	readonly lock: string | null;
	readonly locked_until: number;
	readonly escalate_to: string | null;
	readonly budget_from: number;
	readonly not_before: number | null;
	readonly fixed_at: number | null;
	readonly fixed_by: "agent" | "rerun" | "other" | null;
	readonly ended_at: number | null;
	readonly escalation_url: string | null;
	readonly trimmed_end: number | null;
	/** 1 while a pause defers it. */
	readonly paused: number;
	readonly created_at: number;
	readonly updated_at: number;
}

/** A row that this consumer has locked: every write names its lock. */
export type LockedIncident = IncidentRow & { readonly lock: string };

export async function findIncident(db: D1Database, id: string): Promise<IncidentRow | undefined> {
	return (await db.prepare("SELECT * FROM incidents WHERE id = ?1").bind(id).first<IncidentRow>()) ?? undefined;
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
