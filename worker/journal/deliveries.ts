import type { Explanation } from "../../pipeline/explanation.ts";
import type { Incident } from "../../pipeline/incident.ts";
import { storable } from "../../pipeline/stages/clean-text.ts";
import { traceparentOf } from "../runtime/trace.ts";
import { insertRow, insertSql } from "./bind-named.ts";
import { incidentsTable } from "./incidents.ts";
import { type Query, rowsQuery, runQuery } from "./query.ts";
import { queueRank } from "./queue-order.ts";
import { needStored } from "./stored-json.ts";
import { defineTable, integer, type NewRow, text, time, withDefault } from "./table.ts";

export const deliveriesTable = defineTable("deliveries", {
	incident_id: text(),
	delivery_id: text(),
	event: text(),
	/** JSON: the fields of this delivery alone. */
	incident: text(),
	received_at: time(),
	/** How often it arrived: GitHub repeats a delivery under the same id. */
	times: withDefault(integer()),
});

export interface NewDelivery {
	readonly incident: Incident;
	readonly identity: string;
	readonly explanation: Explanation;
	/** When the incident is due, if this is its first delivery; ms. */
	readonly dueAt: number;
	readonly now: number;
	/** When it arrived; differs from `now` if it waited in the queue. */
	readonly received_at?: number;
	/** W3C Trace Context; unless its sender gave one, it follows from the delivery's id. */
	readonly traceparent?: string | undefined;
}

/** Inserts one delivery; `accepted` if it is the first of its incident. */
export async function addDelivery(
	db: D1Database,
	delivery: NewDelivery,
): Promise<{ readonly status: "accepted" | "duplicate" }> {
	const [incident] = await db.batch([...deliveryStatements(db, delivery)]);
	return { status: incident?.meta.changes === 1 ? "accepted" : "duplicate" };
}

/**
 * Inserts the incident, if this is its first delivery, then the delivery. Five deliveries of one incident make one row, in
 * any order and also at the same time. The same arrival, written twice, counts once.
 */
export function deliveryStatements(db: D1Database, delivery: NewDelivery): readonly D1PreparedStatement[] {
	const { incident, now, received_at = now } = delivery;
	const row = deliveryRow(incident, received_at);
	return [
		INSERT_INCIDENT.bind(db, {
			id: incident.id,
			status: "accepted",
			kind: incident.kind,
			event: incident.event,
			repository: incident.repository,
			branch: incident.branch ?? null,
			run_id: incident.run_id ?? null,
			run_attempt: incident.run_attempt ?? null,
			identity: storable(delivery.identity.slice(0, 1024)),
			incident: row.incident,
			explanation: JSON.stringify(delivery.explanation),
			pipeline: delivery.explanation.pipeline,
			next_try_at: delivery.dueAt,
			created_at: received_at,
			updated_at: now,
			queue_rank: queueRank(incident),
			traceparent: traceparentOf(incident.delivery_id, delivery.traceparent),
		}),
		INSERT_DELIVERY.bind(db, row),
	];
}

const NEW_INCIDENT = incidentsTable.pick(
	"id",
	"status",
	"kind",
	"event",
	"repository",
	"branch",
	"run_id",
	"run_attempt",
	"identity",
	"incident",
	"explanation",
	"pipeline",
	"next_try_at",
	"created_at",
	"updated_at",
	"queue_rank",
	"traceparent",
);
const INSERT_INCIDENT = insertSql(incidentsTable, NEW_INCIDENT, "ON CONFLICT (id) DO NOTHING");

const ONCE_MORE = `ON CONFLICT (incident_id, delivery_id) DO UPDATE SET times = times + 1
	WHERE received_at <> excluded.received_at`;
const INSERT_DELIVERY = insertSql(deliveriesTable, deliveriesTable.omit("times"), ONCE_MORE);

/**
 * Adds a delivery that a filter refused to an incident that is open but not decided. Its fields, such as a commit message
 * with a skip marker, then count when the filters run again.
 */
export function refusedDeliveryStatement(db: D1Database, incident: Incident, received_at: number): D1PreparedStatement {
	return insertRow(db, deliveriesTable, deliveryRow(incident, received_at), {
		where: "EXISTS (SELECT 1 FROM incidents WHERE id = :incident_id AND agent IS NULL)",
		onConflict: ONCE_MORE,
	});
}

function deliveryRow(incident: Incident, received_at: number): NewRow<typeof deliveriesTable.columns> {
	const { id, delivery_id, event } = incident;
	return { incident_id: id, delivery_id, event, incident: JSON.stringify(incident), received_at };
}

// A run has as many deliveries as it has jobs; more than this would only repeat the same fields.
const MOST = 100;

/** A delivery of an incident, and when it arrived. */
export interface StoredDelivery {
	readonly incident: Incident;
	readonly received_at: number;
}

/** The parsed deliveries of an incident, oldest first. If there are too many, the newest. */
export async function loadDeliveries(db: D1Database, id: string): Promise<readonly StoredDelivery[]> {
	return readDeliveries(id, await runQuery(db, deliveriesQuery(db, id)));
}

interface DeliveryFields {
	readonly incident: string;
	readonly received_at: number;
}

/** Their rows, for a transaction with others; `where`: SQL, only then. */
export function deliveriesQuery(db: D1Database, id: string, where = "TRUE"): Query<readonly DeliveryFields[]> {
	return rowsQuery(
		db
			.prepare(
				`SELECT incident, received_at FROM deliveries WHERE incident_id = ?1 AND ${where}
				ORDER BY received_at DESC, delivery_id DESC LIMIT ?2`,
			)
			.bind(id, MOST),
	);
}

/** Reads such rows. Throws `DamagedRow`. */
export function readDeliveries(id: string, rows: readonly DeliveryFields[]): readonly StoredDelivery[] {
	return rows.toReversed().map(({ incident, received_at }) => ({
		incident: needStored("deliveries.incident", incident, id),
		received_at,
	}));
}
