import type { AttemptRow } from "./attempt-row.ts";
import type { IncidentRow } from "./incident-row.ts";

/** One incident with all that happened to it; the bytes of its spawn requests are left out: they are mostly prompts. */
export interface JournalEntry {
	readonly incident: Omit<IncidentRow, "lock" | "locked_until">;
	readonly attempts: readonly Omit<AttemptRow, "request" | "outcome_digest">[];
	readonly transitions: readonly TransitionRow[];
	readonly deliveries: readonly DeliveryRow[];
}

interface TransitionRow {
	readonly incident_id: string;
	readonly at: number;
	readonly attempt: number;
	readonly event: string;
	readonly from_status: string;
	readonly to_status: string | null;
	readonly reason: string | null;
}

interface DeliveryRow {
	readonly incident_id: string;
	readonly delivery_id: string;
	readonly event: string;
	readonly received_at: number;
	readonly times: number;
}

export interface JournalPage {
	/** Milliseconds since 1970. */
	readonly since: number;
	/** Only those that began after this one. */
	readonly after?: { readonly created_at: number; readonly id: string };
	readonly limit: number;
}

/** The journal's incidents, those that began first first, so that whoever goes on later misses no new one. */
export async function exportJournal(
	db: D1Database,
	{ since, after, limit }: JournalPage,
): Promise<readonly JournalEntry[]> {
	const { results: incidents } = await db
		.prepare(
			`SELECT id, status, reason, kind, event, repository, branch, run_id, agent, failure_type, rule, coderun_name, attempt,
				identity, incident, explanation, context, pipeline, blocked_on, next_try_at, failing_since, tries, escalate_to,
				budget_from, not_before, fixed_at, fixed_by, ended_at, escalation_url, escalation_status, trimmed_end, created_at, updated_at
			FROM incidents WHERE created_at >= ?1 AND (created_at, id) > (?2, ?3) ORDER BY created_at, id LIMIT ?4`,
		)
		.bind(since, after?.created_at ?? -1, after?.id ?? "", limit)
		.all<JournalEntry["incident"]>();
	const ids = JSON.stringify(incidents.map(({ id }) => id));
	const of = "incident_id IN (SELECT value FROM json_each(?1))";
	const [attempts, transitions, deliveries] = await db.batch([
		db
			.prepare(
				`SELECT incident_id, attempt, agent, failure_type, rule, coderun_name, pipeline, decided_at, outcome,
					pull_request_url, message, started_at, finished_at, result, ended_at, spawned_at, outcome_at, escalated,
					signature, ci_summary, ci_url, pull_request, existed
				FROM attempts WHERE ${of} ORDER BY incident_id, attempt`,
			)
			.bind(ids),
		db
			.prepare(
				`SELECT incident_id, at, attempt, event, from_status, to_status, reason FROM transitions
				WHERE ${of} ORDER BY incident_id, id`,
			)
			.bind(ids),
		db
			.prepare(
				`SELECT incident_id, delivery_id, event, received_at, times FROM deliveries
				WHERE ${of} ORDER BY incident_id, received_at, delivery_id`,
			)
			.bind(ids),
	]);
	const attemptsOf = grouped(attempts as D1Result<JournalEntry["attempts"][number]>);
	const transitionsOf = grouped(transitions as D1Result<TransitionRow>);
	const deliveriesOf = grouped(deliveries as D1Result<DeliveryRow>);
	return incidents.map((incident) => ({
		incident,
		attempts: attemptsOf.get(incident.id) ?? [],
		transitions: transitionsOf.get(incident.id) ?? [],
		deliveries: deliveriesOf.get(incident.id) ?? [],
	}));
}

function grouped<Row extends { readonly incident_id: string }>(result: D1Result<Row>): Map<string, Row[]> {
	return Map.groupBy(result.results, ({ incident_id }) => incident_id);
}
