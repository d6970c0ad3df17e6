import { DELETE_OLDER_HEARTBEATS, INSERT_HEARTBEAT, ROOM_BYTES } from "./heartbeat-sql.ts";
import { appliedMigrations } from "./schema.ts";

/** A write that needs as much room as a delivery does, and which migrations were applied: one transaction. */
export function heartbeatStatements(db: D1Database, now: number): D1PreparedStatement[] {
	return [
		db.prepare(INSERT_HEARTBEAT).bind(now, ROOM_BYTES),
		db.prepare(DELETE_OLDER_HEARTBEATS),
		appliedMigrations(db),
	];
}
