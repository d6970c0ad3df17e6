import type { IncidentRow } from "./incident-row.ts";

/** An incident of which a person was told in another state than the one that it is in. */
export type ChangedSinceTold = IncidentRow & {
	/** Why a person was told. */
	readonly escalated_for: string | null;
	/** 1 where a person was told of another incident at the same place, which still needs one. */
	readonly others_need_one: 0 | 1;
};

/** Of those that a person was told of as escalated: those that went on since, the first one first, behind `after`. */
export async function changedSinceTold(
	db: D1Database,
	limit: number,
	after?: Pick<ChangedSinceTold, "updated_at" | "id">,
): Promise<readonly ChangedSinceTold[]> {
	const { results } = await db
		.prepare(
			`SELECT i.*, (
				SELECT t.reason FROM transitions t WHERE t.incident_id = i.id AND t.event = 'escalated' AND t.to_status IS NOT NULL
				ORDER BY t.id DESC LIMIT 1
			) AS escalated_for, EXISTS (
				SELECT 1 FROM incidents o WHERE o.status = 'escalated' AND o.id <> i.id AND ${placeOf("o")} = ${placeOf("i")}
			) AS others_need_one
			FROM incidents i WHERE i.told_url IS NOT NULL AND i.status <> coalesce(i.told_status, 'escalated')
				AND (i.updated_at, i.id) > (?2, ?3)
			ORDER BY i.updated_at, i.id LIMIT ?1`,
		)
		.bind(limit, after?.updated_at ?? -1, after?.id ?? "")
		.all<ChangedSinceTold>();
	return results;
}

/** SQL: the pull request's or issue's address, without the comment's place in it. */
function placeOf(table: string): string {
	return `substr(${table}.told_url, 1, instr(${table}.told_url || '#', '#') - 1)`;
}

/** What was told is of this state now. Escalated again, it is told anew by whoever tells a person. */
export async function recordToldStatus(db: D1Database, { id, status }: IncidentRow): Promise<void> {
	const told = status === "escalated" ? null : status;
	await db.prepare("UPDATE incidents SET told_status = ?2 WHERE id = ?1").bind(id, told).run();
}
