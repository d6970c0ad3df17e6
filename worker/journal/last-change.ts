/** When an incident changed last; null where there is none. */
export async function lastChange(db: D1Database): Promise<number | null> {
	return await db.prepare("SELECT max(updated_at) AS at FROM incidents").first<number | null>("at");
}
