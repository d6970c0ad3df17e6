import { type AttemptRow, attemptColumns } from "./attempts.ts";
import { deliveriesTable } from "./deliveries.ts";
import { leaderOfQuery, type Members, membersOf, membersQuery, type ShownLeaderRow } from "./groups.ts";
import {
	byAttempts,
	byIdPrefix,
	everDecided,
	hasWorkflow,
	type Lookup,
	latestDecision,
	lookupsFor,
	type Place,
} from "./incident-search.ts";
import { type IncidentRow, incidentStatement, incidentsTable } from "./incidents.ts";
import { type DecidedRow, decidedStatement } from "./packed-decision.ts";
import { type RerunRow, rerunsStatement } from "./reruns.ts";
import type { IncidentStatus } from "./statuses.ts";
import type { RowOf } from "./table.ts";
import { transitionsTable } from "./transitions.ts";

/** Which incidents to list. Several conditions have to hold together. */
export interface IncidentQuery {
	/** In any of these states. */
	readonly statuses?: readonly IncidentStatus[];
	readonly repository?: string;
	/** As are `failure_type` and `rule`: of its latest decision, or of one of its attempts. */
	readonly agent?: string;
	readonly failure_type?: string;
	readonly rule?: string;
	/** The workflow's name, in any case. */
	readonly workflow?: string;
	/** The id of the incident whose group they are in. */
	readonly leader?: string;
	/** The beginning of its id, in hex digits. */
	readonly id?: string;
	/** What `lookupsFor` finds by an index, else a case-insensitive substring: see `listIncidents`. */
	readonly text?: string;
	/** It began then or later, and before `until`; ms. */
	readonly since?: number;
	readonly until?: number;
	/** Only incidents older than this one. */
	readonly after?: Cursor;
	readonly limit: number;
}

/** The incident behind which a list that is newest first continues. */
export interface Cursor {
	readonly created_at: number;
	readonly id: string;
}

/** `next`: where the next page continues; undefined on the last one. */
export interface ListedPage {
	readonly incidents: readonly ListedIncident[];
	readonly next: Cursor | undefined;
}

const listedColumns = incidentsTable.pick(
	"id",
	"status",
	"reason",
	"event",
	"repository",
	"branch",
	"run_id",
	"agent",
	"failure_type",
	"rule",
	"coderun_name",
	"attempt",
	"incident",
	"blocked_on",
	"blocked_by",
	"blocked_since",
	"leader_id",
	"created_at",
	"updated_at",
);

export type ListedIncident = RowOf<typeof listedColumns> & {
	/** How many incidents wait for its agent, or did. */
	readonly members: number;
};

const LISTED = `${listedColumns.list}, ${membersOf("incidents.id")} AS members`;

/**
 * Incidents, newest first. `text` that is a name of any incident selects those that have it. Other text is looked for in the
 * incident's JSON, its reason and its CodeRun's name, 5,000 incidents a page: a page may be empty and have a next one.
 */
export async function listIncidents(db: D1Database, query: IncidentQuery): Promise<ListedPage> {
	const { text } = query;
	if (text === undefined) return await listBy(db, query, lookupsOf(query));
	const lookups = lookupsFor(text);
	const found = await listBy(db, query, lookups);
	if (found.incidents.length > 0) return found;
	// A name that no incident has under these conditions stays a name.
	const named = await listBy(db, { limit: 1 }, lookups);
	return named.incidents.length > 0 ? found : await listContaining(db, { ...query, text });
}

/** Without a text: by the latest decision, and by earlier attempts if that is asked. */
function lookupsOf(query: IncidentQuery): readonly Lookup[] {
	if (query.id !== undefined) return [byIdPrefix(query.id)];
	const { agent, rule, failure_type } = query;
	const latest: Lookup = { where: (place) => latestDecision(query, place).join(" AND ") };
	const isDecided = agent !== undefined || rule !== undefined || failure_type !== undefined;
	return isDecided ? [latest, byAttempts({ agent, rule, failure_type })] : [{}];
}

/** What any of the lookups finds. */
async function listBy(db: D1Database, query: IncidentQuery, lookups: readonly Lookup[]): Promise<ListedPage> {
	// One more than requested shows whether there is a next page.
	const more = { ...query, limit: query.limit + 1 };
	const results = await db.batch<ListedIncident>(
		lookups.map((lookup) => {
			const { sql, values } = listQuery(more, lookup);
			return db.prepare(sql).bind(...values);
		}),
	);
	const unique = new Map(results.flatMap((result) => result.results.map((row) => [row.id, row] as const)));
	const rows = [...unique.values()].toSorted(
		(one, other) => other.created_at - one.created_at || (one.id < other.id ? 1 : -1),
	);
	const incidents = rows.slice(0, query.limit);
	return { incidents, next: rows.length > incidents.length ? incidents.at(-1) : undefined };
}

/** A statement and its values; separate so that a test can EXPLAIN it. */
export interface BoundQuery {
	readonly sql: string;
	readonly values: readonly (string | number)[];
}

/** One page of what one lookup finds. */
export function listQuery(query: IncidentQuery, lookup: Lookup = lookupsOf(query)[0] ?? {}): BoundQuery {
	const values: (string | number)[] = [];
	const place = (value: string | number) => `?${values.push(value)}`;
	const from = lookup.from?.(place) ?? "incidents";
	const found = lookup.where?.(place) ?? "";
	const isByDecision = query.text === undefined && query.id === undefined;
	const decided = isByDecision ? undefined : everDecided(query, place);
	const conditions = [found, decided ?? "", ...conditionsOf(query, place)].filter((condition) => condition !== "");
	// First the page's ids, from an index alone: rows are long, and the columns shown lie behind the explanation.
	const sql = `WITH page AS MATERIALIZED (
			SELECT id AS shown FROM ${from} ${whereOf(conditions)}
			ORDER BY created_at DESC, id DESC LIMIT ${place(query.limit)}
		) SELECT ${LISTED}
		FROM page CROSS JOIN incidents ON id = shown ORDER BY created_at DESC, id DESC`;
	return { sql, values };
}

function conditionsOf(query: IncidentQuery, place: Place): readonly string[] {
	const { statuses, repository, workflow, leader, since, until, after } = query;
	return [
		statuses === undefined ? "" : `status IN (${statuses.map(place).join(", ")})`,
		repository === undefined ? "" : `repository = ${place(repository)}`,
		workflow === undefined ? "" : hasWorkflow(workflow, place),
		leader === undefined ? "" : `leader_id = ${place(leader)}`,
		since === undefined ? "" : `created_at >= ${place(since)}`,
		until === undefined ? "" : `created_at < ${place(until)}`,
		after === undefined ? "" : `(created_at, id) < (${place(after.created_at)}, ${place(after.id)})`,
	];
}

function whereOf(conditions: readonly string[]): string {
	return conditions.length === 0 ? "" : `WHERE ${conditions.join(" AND ")}`;
}

/** So many incidents are read for one page of a substring. */
const WINDOW = 5_000;

async function listContaining(db: D1Database, query: ContainingQuery): Promise<ListedPage> {
	const { found, end } = containingQueries(query);
	const [rows, ends] = await db.batch<ListedIncident>(
		[found, end].map(({ sql, values }) => db.prepare(sql).bind(...values)),
	);
	const incidents = rows?.results.slice(0, query.limit) ?? [];
	const isMore = (rows?.results.length ?? 0) > incidents.length;
	return { incidents, next: isMore ? incidents.at(-1) : ends?.results[0] };
}

type ContainingQuery = IncidentQuery & { readonly text: string };

/** `found`: those that contain the text among the newest `WINDOW`; `end`: the last of these, if there are so many. */
export function containingQueries(query: ContainingQuery): { readonly found: BoundQuery; readonly end: BoundQuery } {
	const values: (string | number)[] = [];
	const place = (value: string | number) => `?${values.push(value)}`;
	const decided = everDecided(query, place);
	const conditions = [decided ?? "", ...conditionsOf(query, place)].filter((condition) => condition !== "");
	const recent = `SELECT id, created_at FROM incidents ${whereOf(conditions)} ORDER BY created_at DESC, id DESC`;
	const ofRecent = [...values];
	// Not LIKE: its pattern is limited to 50 bytes (https://developers.cloudflare.com/d1/platform/limits/).
	const contains = (column: string, words: string) => `instr(lower(${column}), lower(${place(words)})) > 0`;
	// The incident is JSON, so it contains the text as JSON escapes it.
	const written = JSON.stringify(query.text).slice(1, -1);
	const places = [
		contains("incident", written),
		contains("reason", query.text),
		contains("coderun_name", query.text),
	].join(" OR ");
	return {
		found: {
			sql: `WITH recent AS MATERIALIZED (SELECT id AS shown FROM (${recent} LIMIT ${WINDOW}))
				SELECT ${LISTED} FROM recent CROSS JOIN incidents ON id = shown
				WHERE ${places} ORDER BY created_at DESC, id DESC LIMIT ${place(query.limit + 1)}`,
			values,
		},
		end: { sql: `${recent} LIMIT 1 OFFSET ${WINDOW - 1}`, values: ofRecent },
	};
}

const MOST = 200;

/** Every agent, failure type and repository that an incident has; at most 200 of each. */
export async function listChoices(
	db: D1Database,
): Promise<Record<"agents" | "failure_types" | "repositories", string[]>> {
	const [agents, failure_types, repositories] = await db.batch<{ value: string }>(
		CHOICE_QUERIES.map((sql) => db.prepare(sql)),
	);
	const values = (rows: typeof agents) => rows?.results.map(({ value }) => value) ?? [];
	return { agents: values(agents), failure_types: values(failure_types), repositories: values(repositories) };
}

/** Jumps from one value to the next by the index, instead of reading all rows. */
export const CHOICE_QUERIES: readonly string[] = ["agent", "failure_type", "repository"].map(
	(column) => `WITH RECURSIVE found(value) AS (
		SELECT min(${column}) FROM incidents
		UNION ALL
		SELECT (SELECT min(${column}) FROM incidents WHERE ${column} > value) FROM found WHERE value IS NOT NULL
	) SELECT value FROM found WHERE value IS NOT NULL LIMIT ${MOST}`,
);

const deliveryColumns = deliveriesTable.pick("delivery_id", "event", "received_at");
const transitionColumns = transitionsTable.omit("id", "incident_id");

export type DeliveryRow = RowOf<typeof deliveryColumns>;

/** One step in an incident's life. */
export type TransitionRow = RowOf<typeof transitionColumns>;

export interface ShownRows {
	readonly incident: IncidentRow;
	readonly attempts: readonly AttemptRow[];
	readonly deliveries: readonly DeliveryRow[];
	readonly timeline: readonly TransitionRow[];
	/** The first members of its group, and how many there are. */
	readonly members: Members;
	/** Undefined: it is in nobody's group. */
	readonly leader: ShownLeaderRow | undefined;
	readonly reruns: readonly RerunRow[];
	/** What its latest decision found, if an attempt has it. */
	readonly decided: DecidedRow | undefined;
}

/** More of them are listed by `leader`. */
const MOST_MEMBERS = 20;

/** One incident with everything that the journal has on it, from one snapshot. */
export async function showIncident(db: D1Database, id: string): Promise<ShownRows | undefined> {
	const members = membersQuery(db, id, MOST_MEMBERS);
	const leader = leaderOfQuery(db, id);
	const [incidents, attempts, deliveries, timeline, reruns, decided, first, counted, led] = await db.batch([
		incidentStatement(db, id),
		db.prepare(`SELECT ${attemptColumns.list} FROM attempts WHERE incident_id = ?1 ORDER BY attempt`).bind(id),
		db
			.prepare(
				`SELECT ${deliveryColumns.list} FROM deliveries WHERE incident_id = ?1
				ORDER BY received_at, delivery_id LIMIT 1000`,
			)
			.bind(id),
		db
			.prepare(
				`SELECT ${transitionColumns.list} FROM transitions WHERE incident_id = ?1
				ORDER BY id LIMIT 1000`,
			)
			.bind(id),
		rerunsStatement(db, id),
		decidedStatement(db, JSON.stringify([id])),
		...members.statements,
		db.prepare(`SELECT ${membersOf("?1")} AS count`).bind(id),
		...leader.statements,
	]);
	const incident = incidents?.results[0];
	if (incident === undefined) return undefined;
	return {
		incident: incident as IncidentRow,
		attempts: (attempts?.results ?? []) as AttemptRow[],
		deliveries: (deliveries?.results ?? []) as DeliveryRow[],
		timeline: (timeline?.results ?? []) as TransitionRow[],
		reruns: (reruns?.results ?? []) as unknown as RerunRow[],
		decided: decided?.results[0] as DecidedRow | undefined,
		leader: led && leader.read([led]),
		members: {
			first: members.read(first === undefined ? [] : [first]),
			count: (counted?.results as { count: number }[] | undefined)?.[0]?.count ?? 0,
		},
	};
}
