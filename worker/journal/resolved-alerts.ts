import type { Alert } from "../../pipeline/incident.ts";
import type { Signal } from "../../pipeline/index.ts";
import { insertRow } from "./bind-named.ts";
import { beganAt } from "./checks.ts";
import { defineTable, integer, type RowOf, text, time } from "./table.ts";

/** Security alerts that were fixed, dismissed or resolved. */
export const resolvedAlertsTable = defineTable("resolved_alerts", {
	repository: text(),
	/** See `alertTypes`: the first of those that name the same alert. */
	type: text(),
	number: integer(),
	/** As GitHub calls it. */
	how: text(),
	/** When GitHub closed it; when that was reported, if the event names no time. */
	resolved_at: time(),
	received_at: time(),
});

const resolvedColumns = resolvedAlertsTable.pick("how", "resolved_at");

/** How and when an alert was closed last. */
export type ResolvedAlert = RowOf<typeof resolvedColumns>;

// Both events report the same alert, by the same number.
const OF_DEPENDABOT = ["vulnerability", "dependabot"];

/** The types of an incident's `alert` that name the same alerts. */
export function alertTypes(type: string): readonly [string, ...string[]] {
	return OF_DEPENDABOT.includes(type) ? ["vulnerability", "dependabot"] : [type];
}

/** Stores that an alert was closed, unless a later closing is stored. Empty if the signal names no alert. */
export function resolvedStatement(
	db: D1Database,
	{ repository, alert, conclusion, occurred_at }: Signal,
	now: number,
): D1PreparedStatement[] {
	if (alert?.type === undefined || alert.number === undefined) return [];
	const at = occurred_at === undefined ? undefined : beganAt({ occurred_at });
	return [
		insertRow(
			db,
			resolvedAlertsTable,
			{
				repository,
				type: alertTypes(alert.type)[0],
				number: alert.number,
				how: conclusion ?? "resolved",
				resolved_at: at ?? now,
				received_at: now,
			},
			{
				onConflict: `ON CONFLICT (repository, type, number) DO UPDATE SET
				how = excluded.how, resolved_at = excluded.resolved_at, received_at = excluded.received_at
				WHERE excluded.resolved_at > resolved_alerts.resolved_at`,
			},
		),
	];
}

/** The latest closing of an alert; undefined if none is known. */
export async function findResolved(
	db: D1Database,
	repository: string,
	{ type, number }: Alert,
): Promise<ResolvedAlert | undefined> {
	if (type === undefined || number === undefined) return undefined;
	const found = await db
		.prepare(`SELECT ${resolvedColumns.list} FROM resolved_alerts WHERE repository = ?1 AND type = ?2 AND number = ?3`)
		.bind(repository, alertTypes(type)[0], number)
		.first<ResolvedAlert>();
	return found ?? undefined;
}
