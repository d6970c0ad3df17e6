import { type AuditEntry, auditStatement } from "./audit.ts";
import { bindNamed, insertRow } from "./bind-named.ts";
import { forgetFailures } from "./failure-pauses.ts";
import { type Query, rowQuery, rowsQuery, runQueries, runQuery } from "./query.ts";
import { defineTable, nullable, type RowOf, rowNumber, text, time, withDefault } from "./table.ts";

/** At most one row: while it is active, nothing is spawned. */
export const pausesTable = defineTable("pauses", {
	/** 1. */
	id: rowNumber(),
	/** In the words of the person who paused. */
	reason: nullable(text()),
	since: time(),
	/** When it ends by itself; null: when a person resumes. */
	until: nullable(time()),
});

/** One row a repository: while it is active, nothing is spawned for it. */
export const repositoryPausesTable = defineTable("repository_pauses", {
	/** As the journal's incidents have it. */
	repository: text(),
	reason: nullable(text()),
	since: time(),
	until: nullable(time()),
	/** `failures`: so many attempts failed in a row. */
	set_by: withDefault(text<PauseSetBy>()),
});

/** One row an agent: while it is active, nothing is spawned for it. */
export const agentPausesTable = defineTable("agent_pauses", {
	agent: text(),
	reason: nullable(text()),
	since: time(),
	until: nullable(time()),
	set_by: withDefault(text<PauseSetBy>()),
});

/** Who paused it: a person, or `limits.*.consecutive_failures` of the pipeline. */
export type PauseSetBy = "command" | "failures";

const pauseColumns = pausesTable.omit("id");

/** An active pause; `command`: set by a person. */
export type StoredPause = RowOf<typeof pauseColumns> & { readonly set_by: PauseSetBy };
export type RepositoryPause = RowOf<typeof repositoryPausesTable>;
export type AgentPause = RowOf<typeof agentPausesTable>;

/** What a pause is of, at most one of both; neither: everything. */
export interface PauseScope {
	readonly repository?: string | undefined;
	readonly agent?: string | undefined;
}

/** SQL: it has not ended. */
const isActive = (now: string) => `coalesce(until > ${now}, true)`;

/** What stops spawning: the pause of everything, else that of this repository, else that of this agent. */
export async function activePause(db: D1Database, now: number, of: PauseScope): Promise<StoredPause | undefined> {
	return await runQuery(db, pauseQuery(db, now, of));
}

export function pauseQuery(
	db: D1Database,
	now: number,
	{ repository, agent }: PauseScope,
): Query<StoredPause | undefined> {
	const found = db.prepare(
		`SELECT ${pauseColumns.list}, 'command' AS set_by FROM pauses WHERE ${isActive("?1")}
		UNION ALL SELECT ${pauseColumns.list}, set_by FROM repository_pauses WHERE repository = ?2 AND ${isActive("?1")}
		UNION ALL SELECT ${pauseColumns.list}, set_by FROM agent_pauses WHERE agent = ?3 AND ${isActive("?1")} LIMIT 1`,
	);
	return rowQuery(found.bind(now, repository ?? null, agent ?? null));
}

/** The agents that are paused each by itself, in the order of their names. */
export async function agentPauses(db: D1Database, now: number): Promise<readonly AgentPause[]> {
	return await runQuery(db, agentPausesQuery(db, now));
}

function agentPausesQuery(db: D1Database, now: number): Query<readonly AgentPause[]> {
	const found = db.prepare(`SELECT ${agentPausesTable.list} FROM agent_pauses WHERE ${isActive("?1")} ORDER BY agent`);
	return rowsQuery(found.bind(now));
}

/** The repositories that are paused each by itself, in the order of their names. */
export async function repositoryPauses(db: D1Database, now: number): Promise<readonly RepositoryPause[]> {
	return await runQuery(db, repositoryPausesQuery(db, now));
}

function repositoryPausesQuery(db: D1Database, now: number): Query<readonly RepositoryPause[]> {
	const found = db.prepare(
		`SELECT ${repositoryPausesTable.list} FROM repository_pauses WHERE ${isActive("?1")} ORDER BY repository`,
	);
	return rowsQuery(found.bind(now));
}

/** Every active pause, from one snapshot. */
export async function activePauses(
	db: D1Database,
	now: number,
): Promise<{
	readonly all: StoredPause | undefined;
	readonly repositories: readonly RepositoryPause[];
	readonly agents: readonly AgentPause[];
}> {
	return await runQueries(db, {
		all: pauseQuery(db, now, {}),
		repositories: repositoryPausesQuery(db, now),
		agents: agentPausesQuery(db, now),
	});
}

/** A pause that a person starts. `repository`: as the journal's incidents have it. `until`: null: until a person resumes. */
export interface NewPause extends PauseScope {
	readonly reason: string | null;
	readonly until: number | null;
}

/** Starts a pause. An active one keeps its start, takes a newer reason, and ends when the newer one does. */
export async function startPause(
	db: D1Database,
	{ repository, agent, reason, until }: NewPause,
	now: number,
	audit?: AuditEntry,
): Promise<void> {
	const row = { reason, since: now, until };
	const renewed = "DO UPDATE SET reason = coalesce(excluded.reason, reason), until = excluded.until";
	const byPerson = `${renewed}, set_by = 'command'`;
	await db.batch([
		...deleteEnded(db, now),
		repository !== undefined
			? insertRow(
					db,
					repositoryPausesTable,
					{ repository, ...row },
					{ onConflict: `ON CONFLICT (repository) ${byPerson}` },
				)
			: agent !== undefined
				? insertRow(db, agentPausesTable, { agent, ...row }, { onConflict: `ON CONFLICT (agent) ${byPerson}` })
				: insertRow(db, pausesTable, { id: 1, ...row }, { onConflict: `ON CONFLICT (id) ${renewed}` }),
		...(audit === undefined ? [] : [auditStatement(db, audit, now)]),
	]);
}

/** Ends the active pause of everything, or of this; without one, nothing happens and nothing is audited. */
export async function endPause(db: D1Database, of: PauseScope, now: number, audit?: AuditEntry): Promise<void> {
	const { repository, agent } = of;
	const rows =
		repository !== undefined
			? "repository_pauses WHERE repository = :paused"
			: agent !== undefined
				? "agent_pauses WHERE agent = :paused"
				: "pauses";
	const named = { paused: repository ?? agent ?? null };
	const only = { where: `EXISTS (SELECT 1 FROM ${rows})`, also: named };
	await db.batch([
		...(audit === undefined ? [] : [auditStatement(db, audit, now, only)]),
		bindNamed(db, `DELETE FROM ${rows}`, named),
		...forgetFailures(db, of, now),
	]);
}

/** Deletes the pauses whose time is over; returns how many. */
export async function deleteEndedPauses(db: D1Database, now: number): Promise<number> {
	const deleted = await db.batch(deleteEnded(db, now));
	return deleted.reduce((sum, { meta }) => sum + meta.changes, 0);
}

function deleteEnded(db: D1Database, now: number): D1PreparedStatement[] {
	return ["pauses", "repository_pauses", "agent_pauses"].map((table) =>
		db.prepare(`DELETE FROM ${table} WHERE until <= ?1`).bind(now),
	);
}
