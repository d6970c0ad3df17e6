/** As much as a large delivery takes, with its index entries. */
export const ROOM_BYTES = 128 * 1024;

/*
 * The row before is deleted behind the new one, not replaced by it: a full journal would take what takes no more than it
 * gives back.
 */
export const INSERT_HEARTBEAT = "INSERT INTO heartbeats (at, room) VALUES (?1, zeroblob(?2))";
export const DELETE_OLDER_HEARTBEATS = "DELETE FROM heartbeats WHERE id < (SELECT max(id) FROM heartbeats)";
