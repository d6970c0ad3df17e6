/** The size of a large delivery with its index entries. */
export const ROOM_BYTES = 128 * 1024;

/*
 * Deletes the previous row after the insert instead of replacing it: a full journal would accept a replacement, which
 * needs no more space than it frees.
 */
export const INSERT_HEARTBEAT = "INSERT INTO heartbeats (at, room) VALUES (?1, zeroblob(?2))";
export const DELETE_OLDER_HEARTBEATS = "DELETE FROM heartbeats WHERE id < (SELECT max(id) FROM heartbeats)";
