import { insertRow } from "./bind-named.ts";
import { defineTable, type NewRow, text, time } from "./table.ts";

/** Deliveries that opened no incident, but decided something about one; those of a new incident are in `deliveries`. */
export const recordedDeliveriesTable = defineTable("recorded_deliveries", {
	delivery_id: text(),
	incident_id: text(),
	received_at: time(),
});

/** Idempotent. */
export function recordedStatement(
	db: D1Database,
	row: NewRow<typeof recordedDeliveriesTable.columns>,
): D1PreparedStatement {
	return insertRow(db, recordedDeliveriesTable, row, {
		onConflict: "ON CONFLICT (delivery_id, incident_id) DO NOTHING",
	});
}
