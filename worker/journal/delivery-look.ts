/** The row of `delivery_look`: see the migrations for what the columns mean. */
export interface DeliveryLook {
	readonly seen_until: number | null;
	readonly began_at: number | null;
	readonly cursor: string | null;
	readonly looked_at: number | null;
	readonly not_before: number;
	readonly problem: string | null;
}

/** Takes the look through GitHub's deliveries when it is due and nobody else has it. */
export async function takeDeliveryLook(
	db: D1Database,
	at: { readonly now: number; readonly locked_until: number; readonly looked_before: number },
): Promise<DeliveryLook | undefined> {
	const row = await db
		.prepare(
			`UPDATE delivery_look SET locked_until = ?2
			WHERE one = 1 AND locked_until <= ?1 AND not_before <= ?1 AND coalesce(looked_at, 0) <= ?3
			RETURNING seen_until, began_at, cursor, looked_at, not_before, problem`,
		)
		.bind(at.now, at.locked_until, at.looked_before)
		.first<DeliveryLook>();
	return row ?? undefined;
}

/** Gives it back, and says when the next one may be. */
export async function endDeliveryLook(
	db: D1Database,
	end: { readonly looked_at: number; readonly not_before: number; readonly problem: string | null },
): Promise<void> {
	await db
		.prepare("UPDATE delivery_look SET looked_at = ?1, not_before = ?2, problem = ?3, locked_until = 0 WHERE one = 1")
		.bind(end.looked_at, end.not_before, end.problem)
		.run();
}

/** For the start of the one process that could hold it. */
export async function releaseDeliveryLook(db: D1Database): Promise<void> {
	await db.prepare("UPDATE delivery_look SET locked_until = 0 WHERE one = 1").run();
}

export async function showDeliveryLook(db: D1Database): Promise<DeliveryLook | undefined> {
	return (await db.prepare("SELECT * FROM delivery_look WHERE one = 1").first<DeliveryLook>()) ?? undefined;
}
