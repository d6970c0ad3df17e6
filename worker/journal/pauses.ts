/** A pause set by a person. The migrations describe the columns of `pauses`. */
export interface StoredPause {
	readonly reason: string | null;
	/** Milliseconds since 1970. */
	readonly since: number;
}

/** The active pause, if there is one. */
export async function activePause(db: D1Database): Promise<StoredPause | undefined> {
	return (await db.prepare("SELECT reason, since FROM pauses").first<StoredPause>()) ?? undefined;
}

/** Starts a pause. An active one keeps its start, and takes a newer reason. */
export async function startPause(db: D1Database, reason: string | null, now: number): Promise<void> {
	await db
		.prepare(
			`INSERT INTO pauses (id, reason, since) VALUES (1, ?1, ?2)
			ON CONFLICT (id) DO UPDATE SET reason = coalesce(excluded.reason, reason)`,
		)
		.bind(reason, now)
		.run();
}

/** Ends the active pause. */
export async function endPause(db: D1Database): Promise<void> {
	await db.prepare("DELETE FROM pauses").run();
}
