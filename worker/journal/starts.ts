import { NOT_STARTED } from "../../wire/outcome.ts";
import { attemptsTable } from "./attempts.ts";
import { type Query, rowsQuery, runQuery } from "./query.ts";
import { defineTable, nullable, type RowOf, rowNumber, text, time, withDefault } from "./table.ts";

/** At most one row: the last CodeRun that was created to try whether a controller starts CodeRuns again. */
export const startProbesTable = defineTable("start_probes", {
	/** 1. */
	id: rowNumber(),
	incident_id: nullable(text()),
	probed_at: withDefault(time()),
	/** When a person last resumed: what was known before does not count. */
	resumed_at: withDefault(time()),
});

/** How many CodeRuns in a row must not have started before spawning waits. */
const UNSTARTED_IN_A_ROW = 3;

/** CodeRuns are created, and no controller starts them. */
export interface Stall {
	/** When the first of the last ones was found not started. */
	readonly since: number;
	/** When the last one was. */
	readonly until: number;
}

/**
 * Whether none of the last three CodeRuns of which that is known was started, though an earlier one was; undefined if not. A
 * person's `resume` forgets the ones before it.
 */
export async function findStall(db: D1Database): Promise<Stall | undefined> {
	return await runQuery(db, stallQuery(db));
}

export function stallQuery(db: D1Database): Query<Stall | undefined> {
	const newest = db
		.prepare(
			`SELECT start_known_at AS at, outcome IS ?1 AS is_unstarted, EXISTS (
				SELECT 1 FROM attempts WHERE start_known_at IS NOT NULL AND outcome IS NOT ?1
			) AS has_started FROM attempts
			WHERE start_known_at IS NOT NULL AND start_known_at > coalesce((SELECT resumed_at FROM start_probes), 0)
			ORDER BY start_known_at DESC LIMIT ?2`,
		)
		.bind(NOT_STARTED, UNSTARTED_IN_A_ROW);
	const { statements, read } = rowsQuery<KnownStart>(newest);
	return { statements, read: (results) => stallIn(read(results)) };
}

interface KnownStart {
	readonly at: number;
	readonly is_unstarted: 0 | 1;
	/** Whether any CodeRun ever was. */
	readonly has_started: 0 | 1;
}

function stallIn(last: readonly KnownStart[]): Stall | undefined {
	const [newest, oldest] = [last[0], last.at(-1)];
	const isStalled = last.length === UNSTARTED_IN_A_ROW && last.every(({ is_unstarted }) => is_unstarted === 1);
	if (!isStalled || newest?.has_started !== 1 || oldest === undefined) return undefined;
	return { since: oldest.at, until: newest.at };
}

const openColumns = attemptsTable.pick("incident_id", "attempt", "coderun_name");
export type OpenCodeRun = RowOf<typeof openColumns>;

/** The newest CodeRun, created after this time, that is unfinished and not known to have started. */
export async function newestOpenCodeRun(db: D1Database, after: number): Promise<OpenCodeRun | undefined> {
	const found = await db
		.prepare(
			`SELECT ${openColumns.list} FROM attempts
			WHERE outcome IS NULL AND start_known_at IS NULL AND spawned_at > ?1 AND (incident_id, attempt) IN (
				SELECT id, attempt FROM incidents WHERE status = 'running'
			) ORDER BY spawned_at DESC LIMIT 1`,
		)
		.bind(after)
		.first<OpenCodeRun>();
	return found ?? undefined;
}

/** Records that a CodeRun has a phase. */
export async function recordStarted(
	db: D1Database,
	{ incident_id, attempt }: Pick<OpenCodeRun, "incident_id" | "attempt">,
	now: number,
): Promise<void> {
	await db
		.prepare(
			"UPDATE attempts SET start_known_at = ?3 WHERE incident_id = ?1 AND attempt = ?2 AND start_known_at IS NULL",
		)
		.bind(incident_id, attempt, now)
		.run();
}

/**
 * Lets one incident at a time create a CodeRun although none is started: undefined if this one may, else when the next one
 * may, in milliseconds since 1970. One statement decides. The same incident may repeat its try.
 */
export async function acquireProbe(
	db: D1Database,
	incident_id: string,
	{ now, every_ms }: { readonly now: number; readonly every_ms: number },
): Promise<number | undefined> {
	const [, read] = await db.batch<{ incident_id: string | null; probed_at: number }>([
		db
			.prepare(
				`INSERT INTO start_probes (id, incident_id, probed_at) VALUES (1, ?1, ?2)
				ON CONFLICT (id) DO UPDATE SET incident_id = excluded.incident_id, probed_at = excluded.probed_at
				WHERE probed_at <= ?3`,
			)
			.bind(incident_id, now, now - every_ms),
		db.prepare("SELECT incident_id, probed_at FROM start_probes"),
	]);
	const row = read?.results[0];
	return row === undefined || row.incident_id === incident_id ? undefined : row.probed_at + every_ms;
}

/** A person resumed: CodeRuns that were not started before no longer keep others from being created. */
export async function forgetUnstarted(db: D1Database, now: number): Promise<void> {
	await db
		.prepare(
			`INSERT INTO start_probes (id, resumed_at) VALUES (1, ?1)
			ON CONFLICT (id) DO UPDATE SET resumed_at = excluded.resumed_at`,
		)
		.bind(now)
		.run();
}
