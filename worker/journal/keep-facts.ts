import type { LockedIncident } from "./incident-row.ts";

export interface KeptFacts {
	/** JSON. */
	readonly context: string;
	readonly pipeline: string;
	/** The patterns that this pipeline looks for in logs. */
	readonly searched: readonly string[];
	readonly now: number;
}

/** Keeps what the latest decision about an incident rested on, while the row is still held. */
export async function keepFacts(db: D1Database, { id, lock }: LockedIncident, facts: KeptFacts): Promise<void> {
	await db.batch([
		db
			.prepare(
				`INSERT INTO facts (incident_id, context, pipeline, kept_at)
				SELECT ?1, ?3, ?4, ?5 WHERE EXISTS (SELECT 1 FROM incidents WHERE id = ?1 AND lock = ?2)
				ON CONFLICT (incident_id) DO UPDATE SET context = ?3, pipeline = ?4, kept_at = ?5`,
			)
			.bind(id, lock, facts.context, facts.pipeline, facts.now),
		db
			.prepare("INSERT INTO searched (pipeline, patterns) VALUES (?1, ?2) ON CONFLICT DO NOTHING")
			.bind(facts.pipeline, JSON.stringify(facts.searched)),
	]);
}
