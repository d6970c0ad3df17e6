import type { AttemptRow } from "./attempts.ts";
import type { IncidentQuery } from "./incident-list.ts";
import type { IncidentRow } from "./incidents.ts";
import { readStored } from "./stored-json.ts";

/** An incident with everything that a backtest needs; `context` and `searched_by` are null if they were not kept. */
export interface ExportedIncident
	extends Pick<IncidentRow, "id" | "status" | "reason" | "incident" | "pipeline" | "created_at"> {
	/** Of the first attempt, else of the latest decision: an escalation may give later attempts to another agent. */
	readonly agent: string | null;
	readonly failure_type: string | null;
	readonly rule: string | null;
	readonly context: string | null;
	readonly searched_by: string | null;
}

/** Decided incidents, newest first. */
export async function exportIncidents(
	db: D1Database,
	{ after, limit }: Pick<IncidentQuery, "after" | "limit">,
): Promise<readonly ExportedIncident[]> {
	const { results } = await db
		.prepare(
			`SELECT i.id, i.status, i.reason, i.incident, i.pipeline, i.created_at,
				coalesce(a.agent, i.agent) AS agent, coalesce(a.failure_type, i.failure_type) AS failure_type,
				coalesce(a.rule, i.rule) AS rule, f.context, f.pipeline AS searched_by
			FROM incidents i
			LEFT JOIN attempts a ON a.incident_id = i.id AND a.attempt = 1
			LEFT JOIN facts f ON f.incident_id = i.id
			WHERE (?1 IS NULL OR (i.created_at, i.id) < (?1, ?2)) AND i.context IS NOT NULL
			ORDER BY i.created_at DESC, i.id DESC LIMIT ?3`,
		)
		.bind(after?.created_at ?? null, after?.id ?? null, limit)
		.all<ExportedIncident>();
	return results;
}

/** The patterns that these pipeline versions searched logs for. */
export async function searchedPatterns(
	db: D1Database,
	versions: readonly string[],
): Promise<Readonly<Record<string, readonly string[]>>> {
	const { results } = await db
		.prepare("SELECT pipeline, patterns FROM searched WHERE pipeline IN (SELECT value FROM json_each(?1))")
		.bind(JSON.stringify(versions))
		.all<{ pipeline: string; patterns: string }>();
	return Object.fromEntries(
		results.flatMap(({ pipeline, patterns }) => {
			const read = readStored("searched.patterns", patterns);
			return read.ok ? [[pipeline, read.value]] : [];
		}),
	);
}

/** One incident with its history, without the bytes of its spawn requests, which are mostly prompts. */
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
	/** Only incidents created after this one. */
	readonly after?: { readonly created_at: number; readonly id: string };
	readonly limit: number;
}

/** Incidents in order of creation, oldest first: a later call that continues misses no new one. */
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
