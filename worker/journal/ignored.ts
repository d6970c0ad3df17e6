import { insertRows } from "./bind-named.ts";
import { defineTable, integer, type RowOf, text } from "./table.ts";

/** How many deliveries were ignored. */
export const ignoredTable = defineTable("ignored", {
	/** `2026-11-22`, UTC. */
	day: text(),
	reason: text(),
	count: integer(),
});

/** Adds to the counts, all in one statement. */
export function addIgnoredStatement(
	db: D1Database,
	counts: readonly RowOf<typeof ignoredTable>[],
): D1PreparedStatement {
	return insertRows(db, ignoredTable, counts, "ON CONFLICT (day, reason) DO UPDATE SET count = count + excluded.count");
}

/** Counted like the reasons of ignored deliveries, but shown apart: the sender may not be GitHub. */
export const REFUSED_SIGNATURE = "refused_signature";

/** Over all days kept: ignored deliveries by kind of reason, and requests with a refused signature. */
export async function readIgnoredCounts(
	db: D1Database,
): Promise<{ readonly ignored: Record<string, number>; readonly refused_signatures: number }> {
	const { results } = await db
		.prepare("SELECT reason, sum(count) AS count FROM ignored GROUP BY reason ORDER BY reason")
		.all<{ reason: string; count: number }>();
	const { [REFUSED_SIGNATURE]: refused_signatures = 0, ...ignored } = Object.fromEntries(
		results.map((row) => [row.reason, row.count]),
	);
	return { ignored, refused_signatures };
}
