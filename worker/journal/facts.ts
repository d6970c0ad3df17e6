import { bindNamed, insertRow } from "./bind-named.ts";
import type { LockedIncident } from "./incidents.ts";
import type { Blob } from "./packed-blob.ts";
import { type PackedDecision, unpackFacts } from "./packed-decision.ts";
import { unpackJson } from "./packed-json.ts";
import { defineTable, text, time } from "./table.ts";

/** The context of the latest decision, for `healer backtest` and the page, unless its attempt has it. */
export const factsTable = defineTable("facts", {
	incident_id: text(),
	/** JSON: the context's parts, their data cut to what a pipeline reads of them. */
	context: text(),
	/** The version that gathered them: it searched the logs for its patterns. */
	pipeline: text(),
	kept_at: time(),
});

/** A context as it is stored: with an attempt, else in a row of its own. */
export interface FactsRow {
	/** JSON, perhaps packed. */
	readonly context: string | null;
	readonly body: Blob | null;
	readonly facts: Blob | null;
	/** The version that gathered it. */
	readonly pipeline: string;
}

/** SQL: the contexts of incidents `i` as columns of `FactsRow`, of which the last is to be named. */
export const FACTS = {
	columns: "f.context, kept.body, kept.facts, coalesce(f.pipeline, kept.pipeline)",
	join: `LEFT JOIN facts f ON f.incident_id = i.id
		LEFT JOIN attempts kept ON kept.incident_id = i.id AND kept.facts IS NOT NULL AND f.incident_id IS NULL`,
};

/** Its context and the version that gathered it; undefined if it was never decided, or the retention removed it. */
export async function findFacts(
	db: D1Database,
	incidentId: string,
): Promise<{ readonly context: string; readonly pipeline: string } | undefined> {
	const row = await db
		.prepare(`SELECT ${FACTS.columns} AS pipeline FROM incidents i ${FACTS.join} WHERE i.id = ?1`)
		.bind(incidentId)
		.first<FactsRow>();
	const context = row === null ? undefined : await readFacts(db, row);
	return row === null || context === undefined ? undefined : { context, pipeline: row.pipeline };
}

/** The context as JSON; undefined if none is kept, or it is damaged. */
export async function readFacts(
	db: D1Database,
	{ context, body, facts }: Omit<FactsRow, "pipeline">,
): Promise<string | undefined> {
	if (context !== null) return unpackJson(context);
	return facts === null ? undefined : await unpackFacts(db, { body, facts });
}

export const searchedTable = defineTable("searched", {
	/** A pipeline's version. */
	pipeline: text(),
	/** JSON: the patterns for which it searches logs. */
	patterns: text(),
});

/** One decision of an incident has a context: the newest that was about the failure itself. */
export function ownFactsStatements(
	db: D1Database,
	{ id, lock, attempt }: LockedIncident,
	{
		packed,
		pipeline,
		searched,
	}: { readonly packed: PackedDecision; readonly pipeline: string; readonly searched: readonly string[] },
): readonly D1PreparedStatement[] {
	if (packed.ofAttempt.facts === null) return [];
	const { request } = packed.ofAttempt;
	const isOurs = `EXISTS (SELECT 1 FROM incidents WHERE id = :id AND lock = :lock)
		AND EXISTS (SELECT 1 FROM attempts WHERE incident_id = :id AND attempt = :attempt AND request = :request)`;
	const values = { id, lock, attempt, request };
	return [
		bindNamed(db, `DELETE FROM facts WHERE incident_id = :id AND ${isOurs}`, values),
		...(attempt === 1
			? []
			: [
					bindNamed(
						db,
						`UPDATE attempts SET facts = NULL WHERE incident_id = :id AND attempt <> :attempt AND facts IS NOT NULL AND ${isOurs}`,
						values,
					),
				]),
		searchedStatement(db, { pipeline, searched }),
	];
}

export interface KeptFacts {
	/** JSON. */
	readonly context: string;
	readonly pipeline: string;
	/** The patterns for which this pipeline searches logs. */
	readonly searched: readonly string[];
	readonly now: number;
}

/** Stores the context that the latest decision was based on, while the row is still locked. `only`: SQL, after the lock. */
export function keptFactsStatements(
	db: D1Database,
	{ id, lock }: LockedIncident,
	{ context, pipeline, searched, now }: KeptFacts,
	only = "",
): readonly D1PreparedStatement[] {
	return [
		db
			.prepare(
				`UPDATE attempts SET facts = NULL WHERE incident_id = ?1 AND facts IS NOT NULL
				AND EXISTS (SELECT 1 FROM incidents WHERE id = ?1 AND lock = ?2 ${only})`,
			)
			.bind(id, lock),
		insertRow(
			db,
			factsTable,
			{ incident_id: id, context, pipeline, kept_at: now },
			{
				where: `EXISTS (SELECT 1 FROM incidents WHERE id = :incident_id AND lock = :lock ${only})`,
				also: { lock },
				onConflict: `ON CONFLICT (incident_id) DO UPDATE SET ${factsTable.omit("incident_id").overwritten}`,
			},
		),
		searchedStatement(db, { pipeline, searched }),
	];
}

function searchedStatement(
	db: D1Database,
	{ pipeline, searched }: Pick<KeptFacts, "pipeline" | "searched">,
): D1PreparedStatement {
	const row = { pipeline, patterns: JSON.stringify(searched) };
	return insertRow(db, searchedTable, row, { onConflict: "ON CONFLICT DO NOTHING" });
}
