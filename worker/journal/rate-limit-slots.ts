import type { Limit } from "../../pipeline/limits.ts";
import { DAY_MS, HOUR_MS } from "../../wire/durations.ts";
import { bindNamed, insertRow } from "./bind-named.ts";
import { defineTable, integer, type RowOf, text, time, withDefault } from "./table.ts";

/**
 * The CodeRuns of the last day and all unfinished ones, whether anything limits them or not: a limit that is set later counts
 * what there is, and the repositories take turns by them.
 */
export const rateLimitSlotsTable = defineTable("rate_limit_slots", {
	incident_id: text(),
	attempt: integer(),
	repository: text(),
	taken_at: time(),
	agent: withDefault(text()),
});

/** The attempt that has a slot. */
export type SlotKey = Omit<RowOf<typeof rateLimitSlotsTable>, "taken_at">;

/** What an incident that is beyond a limit is blocked on. */
export function limitBlocker({ of, name }: Pick<Limit, "of" | "name">): string {
	return name === null ? `limit:${of}` : `limit:${of}:${name.toLowerCase()}`;
}

/** Every limit that an incident may have to wait for. */
export function limitBlockers({ repository, agent }: Pick<SlotKey, "repository" | "agent">): readonly string[] {
	return [
		limitBlocker({ of: "installation", name: null }),
		limitBlocker({ of: "repository", name: repository }),
		limitBlocker({ of: "agent", name: agent }),
	];
}

/** The limit that leaves no slot, and when one becomes free; null: once a CodeRun ends. */
export interface Reached {
	readonly limit: Limit;
	readonly free_at: number | null;
}

/**
 * Acquires a slot within all of these limits; one that this attempt has is renewed, because its CodeRun may be created only now.
 * Undefined if it has one; else the limit for which it waits longest. One statement decides, so two callers cannot both get the
 * last slot.
 */
export async function acquireSlot(
	db: D1Database,
	slot: SlotKey,
	limits: readonly Limit[],
	now: number,
): Promise<Reached | undefined> {
	const values = { ...slot, now, ...Object.fromEntries(limits.map(({ most }, at) => [`most_${at}`, most])) };
	const isFree = limits.map((limit, at) => `${countOf(limit)} < :most_${at}`).join(" AND ");
	const lastOf = limits.map((limit, at) => `${lastWithin(limit, `:most_${at}`)} AS last_${at}`).join(", ");
	const [taken, read] = await db.batch<Readonly<Record<string, number | null>>>([
		insertRow(
			db,
			rateLimitSlotsTable,
			{ ...slot, taken_at: now },
			{
				where: isFree,
				also: values,
				onConflict:
					"ON CONFLICT (incident_id, attempt) DO UPDATE SET taken_at = excluded.taken_at, agent = excluded.agent",
			},
		),
		bindNamed(db, `SELECT ${lastOf}`, values),
	]);
	if (taken?.meta.changes === 1) return undefined;
	const reached = limits.flatMap((limit, at): readonly Reached[] => {
		const last = read?.results[0]?.[`last_${at}`] ?? null;
		if (last === null) return [];
		return [{ limit, free_at: limit.per === "active" ? null : last + WINDOW_MS[limit.per] }];
	});
	const waitOf = ({ free_at }: Reached) => free_at ?? now;
	const [longest] = reached.toSorted((one, other) => waitOf(other) - waitOf(one));
	if (longest === undefined) throw new Error("no slot was acquired, and no limit is reached");
	return longest;
}

/** A CodeRun is created up to this long after its slot was taken; the windows allow for it. */
const CREATED_WITHIN_MS = 30_000;

const WINDOW_MS = { hour: HOUR_MS + CREATED_WITHIN_MS, day: DAY_MS + CREATED_WITHIN_MS } as const;

/** SQL: the slots of others that count for a limit. */
function counting({ of, per }: Limit): string {
	const others = "NOT (slot.incident_id = :incident_id AND slot.attempt = :attempt)";
	const whose = of === "installation" ? others : `${others} AND slot.${of} = :${of}`;
	return `${whose} AND ${per === "active" ? IS_UNFINISHED : `slot.taken_at > :now - ${WINDOW_MS[per]}`}`;
}

function countOf(limit: Limit): string {
	return `(SELECT count(*) FROM rate_limit_slots AS slot WHERE ${counting(limit)})`;
}

/** SQL: when the slot was taken whose end leaves one free; null if one is. */
function lastWithin(limit: Limit, most: string): string {
	return `(SELECT slot.taken_at FROM rate_limit_slots AS slot WHERE ${counting(limit)}
		ORDER BY slot.taken_at DESC LIMIT 1 OFFSET ${most} - 1)`;
}

/**
 * SQL: the CodeRun of `slot` may still run. What a person stopped or a push overtook runs on until its end is reported, or a day
 * after its deadline, when nobody waits for the report any more. `refused` and `newer_head`: it never had a CodeRun.
 */
const IS_UNFINISHED = `EXISTS (
	SELECT 1 FROM attempts AS of_slot
	WHERE of_slot.incident_id = slot.incident_id AND of_slot.attempt = slot.attempt
		AND of_slot.outcome IS NULL AND of_slot.refused IS NULL AND of_slot.newer_head IS NULL
		AND (of_slot.ended_at IS NULL OR slot.taken_at + ${DAY_MS} + 1000 * coalesce(
			CASE WHEN json_valid(of_slot.request) THEN of_slot.request ->> 'deadline_s' END, 7200
		) > :now)
)`;

/** Records the slot of a CodeRun that was seen; it has one already where anything is limited. */
export function slotStatement(db: D1Database, slot: SlotKey, now: number): D1PreparedStatement {
	const onConflict = "ON CONFLICT (incident_id, attempt) DO NOTHING";
	return insertRow(db, rateLimitSlotsTable, { ...slot, taken_at: now }, { where: "true", onConflict });
}

/** Releases the slot of an attempt that made no CodeRun. */
export async function returnSlot(
	db: D1Database,
	{ incident_id, attempt }: Pick<SlotKey, "incident_id" | "attempt">,
): Promise<void> {
	await db
		.prepare("DELETE FROM rate_limit_slots WHERE incident_id = ?1 AND attempt = ?2")
		.bind(incident_id, attempt)
		.run();
}

/** Deletes slots that count for nothing any more, oldest first, at most `limit`. */
export function pruneSlots(db: D1Database, now: number, limit: number): D1PreparedStatement {
	return bindNamed(
		db,
		`DELETE FROM rate_limit_slots WHERE (incident_id, attempt) IN (
			SELECT slot.incident_id, slot.attempt FROM rate_limit_slots AS slot
			WHERE slot.taken_at <= :now - ${WINDOW_MS.day} AND NOT ${IS_UNFINISHED} ORDER BY slot.taken_at LIMIT :limit
		)`,
		{ now, limit },
	);
}
