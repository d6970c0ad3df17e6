/** A pause that somebody ordered: see `pauses` in the migrations. */
export interface StoredPause {
	readonly reason: string | null;
	/** Milliseconds since 1970. */
	readonly since: number;
}

/** The pause that is in force, if somebody ordered one. */
export async function activePause(db: D1Database): Promise<StoredPause | undefined> {
	return (await db.prepare("SELECT reason, since FROM pauses").first<StoredPause>()) ?? undefined;
}

/** Orders a pause. One that is in force stays as it was ordered first, but for a newer reason. */
export async function startPause(db: D1Database, reason: string | null, now: number): Promise<void> {
	await db
		.prepare(
			`INSERT INTO pauses (id, reason, since) VALUES (1, ?1, ?2)
			ON CONFLICT (id) DO UPDATE SET reason = coalesce(excluded.reason, reason)`,
		)
		.bind(reason, now)
		.run();
}

/** Ends the pause that somebody ordered. */
export async function endPause(db: D1Database): Promise<void> {
	await db.prepare("DELETE FROM pauses").run();
}
