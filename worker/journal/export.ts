import { attemptsTable } from "./attempts.ts";
import { auditTable } from "./audit.ts";
import { deliveriesTable } from "./deliveries.ts";
import { FACTS, type FactsRow, searchedTable } from "./facts.ts";
import type { IncidentQuery } from "./incident-list.ts";
import { incidentsTable } from "./incidents.ts";
import { type DecidedRow, decidedStatement } from "./packed-decision.ts";
import { readStored } from "./stored-json.ts";
import type { RowOf } from "./table.ts";
import { transitionsTable } from "./transitions.ts";

const exportedColumns = incidentsTable.pick(
	"id",
	"status",
	"reason",
	"incident",
	"pipeline",
	"created_at",
	"ended_at",
	"leader_id",
	"fixed_by",
);

/** An incident with everything that a backtest needs; `searched_by` is null if its context was not kept. */
export interface ExportedIncident extends RowOf<typeof exportedColumns>, Omit<FactsRow, "pipeline"> {
	/** Of the first attempt, else of the latest decision: an escalation may give later attempts to another agent. */
	readonly agent: string | null;
	readonly failure_type: string | null;
	readonly rule: string | null;
	readonly searched_by: string | null;
}

const DECIDED = `SELECT ${exportedColumns.listOf("i")},
		coalesce(a.agent, i.agent) AS agent, coalesce(a.failure_type, i.failure_type) AS failure_type,
		coalesce(a.rule, i.rule) AS rule, ${FACTS.columns} AS searched_by
	FROM incidents i
	LEFT JOIN attempts a ON a.incident_id = i.id AND a.attempt = 1
	${FACTS.join}`;

/** One incident, if it is decided. */
export async function exportIncident(db: D1Database, id: string): Promise<readonly ExportedIncident[]> {
	const found = db.prepare(`${DECIDED} WHERE i.id = ?1 AND i.context IS NOT NULL`).bind(id);
	return (await found.all<ExportedIncident>()).results;
}

/** Decided incidents, newest first. */
export async function exportIncidents(
	db: D1Database,
	{ after, limit }: Pick<IncidentQuery, "after" | "limit">,
): Promise<readonly ExportedIncident[]> {
	const { results } = await db
		.prepare(
			`${DECIDED} WHERE (?1 IS NULL OR (i.created_at, i.id) < (?1, ?2)) AND i.context IS NOT NULL
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
		.prepare(`SELECT ${searchedTable.list} FROM searched WHERE pipeline IN (SELECT value FROM json_each(?1))`)
		.bind(JSON.stringify(versions))
		.all<RowOf<typeof searchedTable>>();
	return Object.fromEntries(
		results.flatMap(({ pipeline, patterns }) => {
			const read = readStored("searched.patterns", patterns);
			return read.ok ? [[pipeline, read.value]] : [];
		}),
	);
}

/** What `healer export` shows of each table: not locks, nor the bytes of spawn requests, which are mostly prompts. */
export const journalColumns = {
	incidents: incidentsTable.omit("lock", "locked_until"),
	attempts: attemptsTable.omit("request", "outcome_digest", "body", "facts", "stages", "found"),
	transitions: transitionsTable.omit("id"),
	deliveries: deliveriesTable.omit("incident"),
	audit: auditTable.omit("id"),
} as const;

/** One incident with its history. */
export interface JournalEntry {
	readonly incident: RowOf<(typeof journalColumns)["incidents"]>;
	/** What its latest decision found, if an attempt has it. */
	readonly decided: DecidedRow | undefined;
	readonly attempts: readonly ExportedAttempt[];
	readonly transitions: readonly ExportedTransition[];
	readonly deliveries: readonly ExportedDelivery[];
	/** What people did with the incident. */
	readonly audit: readonly ExportedAudit[];
}

type ExportedAttempt = RowOf<(typeof journalColumns)["attempts"]>;
type ExportedTransition = RowOf<(typeof journalColumns)["transitions"]>;
type ExportedDelivery = RowOf<(typeof journalColumns)["deliveries"]>;
type ExportedAudit = RowOf<(typeof journalColumns)["audit"]>;

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
			`SELECT ${journalColumns.incidents.list}
			FROM incidents WHERE created_at >= ?1 AND (created_at, id) > (?2, ?3) ORDER BY created_at, id LIMIT ?4`,
		)
		.bind(since, after?.created_at ?? -1, after?.id ?? "", limit)
		.all<JournalEntry["incident"]>();
	const ids = JSON.stringify(incidents.map(({ id }) => id));
	const of = "incident_id IN (SELECT value FROM json_each(?1))";
	const [attempts, transitions, deliveries, audit, decided] = await db.batch([
		db
			.prepare(`SELECT ${journalColumns.attempts.list} FROM attempts WHERE ${of} ORDER BY incident_id, attempt`)
			.bind(ids),
		db
			.prepare(`SELECT ${journalColumns.transitions.list} FROM transitions WHERE ${of} ORDER BY incident_id, id`)
			.bind(ids),
		db
			.prepare(
				`SELECT ${journalColumns.deliveries.list} FROM deliveries WHERE ${of}
				ORDER BY incident_id, received_at, delivery_id`,
			)
			.bind(ids),
		db
			.prepare(
				`SELECT ${journalColumns.audit.list} FROM audit
				WHERE target IN (SELECT value FROM json_each(?1)) ORDER BY target, at, id`,
			)
			.bind(ids),
		decidedStatement(db, ids),
	]);
	const decidedOf = new Map((decided as D1Result<DecidedRow>).results.map((row) => [row.incident_id, row]));
	const attemptsOf = grouped(attempts as D1Result<ExportedAttempt>);
	const transitionsOf = grouped(transitions as D1Result<ExportedTransition>);
	const deliveriesOf = grouped(deliveries as D1Result<ExportedDelivery>);
	const auditOf = Map.groupBy((audit as D1Result<ExportedAudit>).results, ({ target }) => target);
	return incidents.map((incident) => ({
		incident,
		decided: decidedOf.get(incident.id),
		attempts: attemptsOf.get(incident.id) ?? [],
		transitions: transitionsOf.get(incident.id) ?? [],
		deliveries: deliveriesOf.get(incident.id) ?? [],
		audit: auditOf.get(incident.id) ?? [],
	}));
}

function grouped<Row extends { readonly incident_id: string }>(result: D1Result<Row>): Map<string, Row[]> {
	return Map.groupBy(result.results, ({ incident_id }) => incident_id);
}
