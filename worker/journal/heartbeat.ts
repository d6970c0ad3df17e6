import { appliedMigrations } from "./schema.ts";

/** As much as a large delivery takes, with its index entries. */
const ROOM_BYTES = 128 * 1024;

/**
 * A write that needs as much room as a delivery does, and which migrations were applied: one transaction. The row before
 * is deleted behind the new one, not replaced by it: a full journal would take what takes no more than it gives back.
 */
export function heartbeatStatements(db: D1Database, now: number): D1PreparedStatement[] {
	return [
		db.prepare(INSERT_HEARTBEAT).bind(now, ROOM_BYTES),
		db.prepare(DELETE_OLDER_HEARTBEATS),
		appliedMigrations(db),
	];
}

export const INSERT_HEARTBEAT = "INSERT INTO heartbeats (at, room) VALUES (?1, zeroblob(?2))";
export const DELETE_OLDER_HEARTBEATS = "DELETE FROM heartbeats WHERE id < (SELECT max(id) FROM heartbeats)";
