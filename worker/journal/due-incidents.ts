import type { DueKey } from "./sweep-steps.ts";

/** What is due: to be sent, or past that: an outcome came, CI reported, a deadline is over, a person has to be notified. */
export type DueFor = "sending" | "following";

/** Incidents that are due and nobody holds, longest overdue first, those behind `after`. */
export async function dueIncidents(
	db: D1Database,
	due: DueFor,
	{ now, limit, after }: { readonly now: number; readonly limit: number; readonly after?: DueKey | undefined },
): Promise<readonly DueKey[]> {
	const unsent = "('accepted', 'waiting')";
	const { results } = await db
		.prepare(
			`SELECT next_try_at, created_at, id FROM incidents
			WHERE next_try_at <= ?1 AND locked_until <= ?1 AND status ${due === "sending" ? "IN" : "NOT IN"} ${unsent}
				AND next_try_at >= ?3 AND (next_try_at, created_at, id) > (?3, ?4, ?5)
			ORDER BY next_try_at, created_at, id LIMIT ?2`,
		)
		.bind(now, limit, after?.next_try_at ?? -1, after?.created_at ?? -1, after?.id ?? "")
		.all<DueKey>();
	return results;
}
