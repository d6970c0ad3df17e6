/** The row of `delivery_scan`: see the migrations for what the columns mean. */
export interface DeliveryScan {
	readonly scanned_until: number | null;
	readonly began_at: number | null;
	readonly cursor: string | null;
	readonly scanned_at: number | null;
	readonly not_before: number;
	readonly problem: string | null;
}

/** Takes the look through GitHub's deliveries when it is due and nobody else has it. */
export async function lockDeliveryScan(
	db: D1Database,
	at: { readonly now: number; readonly locked_until: number; readonly scanned_before: number },
): Promise<DeliveryScan | undefined> {
	const row = await db
		.prepare(
			`UPDATE delivery_scan SET locked_until = ?2
			WHERE one = 1 AND locked_until <= ?1 AND not_before <= ?1 AND coalesce(scanned_at, 0) <= ?3
			RETURNING scanned_until, began_at, cursor, scanned_at, not_before, problem`,
		)
		.bind(at.now, at.locked_until, at.scanned_before)
		.first<DeliveryScan>();
	return row ?? undefined;
}

/** Gives it back, and says when the next one may be. */
export async function endDeliveryScan(
	db: D1Database,
	end: { readonly scanned_at: number; readonly not_before: number; readonly problem: string | null },
): Promise<void> {
	await db
		.prepare("UPDATE delivery_scan SET scanned_at = ?1, not_before = ?2, problem = ?3, locked_until = 0 WHERE one = 1")
		.bind(end.scanned_at, end.not_before, end.problem)
		.run();
}

/** For the start of the one process that could hold it. */
export async function releaseDeliveryScan(db: D1Database): Promise<void> {
	await db.prepare("UPDATE delivery_scan SET locked_until = 0 WHERE one = 1").run();
}

export async function readDeliveryScan(db: D1Database): Promise<DeliveryScan | undefined> {
	return (await db.prepare("SELECT * FROM delivery_scan WHERE one = 1").first<DeliveryScan>()) ?? undefined;
}
