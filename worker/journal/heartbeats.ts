import { blob, defineTable, rowNumber, time } from "./table.ts";

/** One row, written by a health check. */
export const heartbeatsTable = defineTable("heartbeats", {
	id: rowNumber(),
	at: time(),
	/** Zeros, as many as a large delivery needs. */
	room: blob(),
});

/** The size of a large delivery with its index entries. */
export const ROOM_BYTES = 128 * 1024;

/*
 * Deletes the previous row after the insert instead of replacing it: a full journal would accept a replacement, which
 * needs no more space than it frees.
 */
export const INSERT_HEARTBEAT = heartbeatsTable.insertValues({ at: "?1", room: "zeroblob(?2)" });
export const DELETE_OLDER_HEARTBEATS = "DELETE FROM heartbeats WHERE id < (SELECT max(id) FROM heartbeats)";
