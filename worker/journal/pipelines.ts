import type { Artefact } from "../../pipeline/index.ts";
import { type AuditEntry, auditStatement } from "./audit.ts";
import { insertRow } from "./bind-named.ts";
import { defineTable, nullable, type RowOf, rowNumber, text, time } from "./table.ts";

export const pipelinesTable = defineTable("pipelines", {
	/** The hash of the artefact's content. */
	version: text(),
	/** JSON, as `healer build` makes it. */
	artefact: text(),
	/** The latest push. */
	pushed_at: time(),
	/** Who pushed it, as the push says; who proved what is in the audit trail. Null: pushed by an earlier Healer. */
	author: nullable(text()),
	/** What the push says about it. */
	message: nullable(text()),
});

/** At most one row. */
export const activePipelineTable = defineTable("active_pipeline", {
	/** 1. */
	one: rowNumber(),
	/** Null: the one that the worker was deployed with. */
	version: nullable(text()),
	since: time(),
});

const pushedColumns = pipelinesTable.omit("artefact");

/** A pushed version; lists have the newest push first. */
export type PushedPipeline = RowOf<typeof pushedColumns>;

/** What a push says about itself. */
export interface PushRecord {
	readonly author?: string | null;
	readonly message?: string | null;
}

/** Versions kept to roll back to. */
const KEPT = 20;

/** Stores an artefact and activates it. Deletes the oldest pushes beyond `KEPT` and returns their versions. */
export async function storePipeline(
	db: D1Database,
	artefact: Artefact,
	now: number,
	{ author = null, message = null }: PushRecord = {},
	audit?: AuditEntry,
): Promise<readonly string[]> {
	const [, , forgotten] = await db.batch<{ version: string }>([
		insertRow(
			db,
			pipelinesTable,
			{ version: artefact.version, artefact: JSON.stringify(artefact), pushed_at: now, author, message },
			{ onConflict: `ON CONFLICT (version) DO UPDATE SET ${pipelinesTable.omit("version").overwritten}` },
		),
		activateStatement(db, artefact.version, now),
		db
			.prepare(
				`DELETE FROM pipelines WHERE version NOT IN (
					SELECT version FROM pipelines ORDER BY pushed_at DESC, version LIMIT ?1
				) RETURNING version`,
			)
			.bind(KEPT),
		...(audit === undefined ? [] : [auditStatement(db, audit, now)]),
	]);
	return (forgotten?.results ?? []).map(({ version }) => version);
}

/** Sets the active version; null is the one that the worker was deployed with. */
export async function activatePipeline(
	db: D1Database,
	version: string | null,
	now: number,
	audit?: AuditEntry,
): Promise<void> {
	await db.batch([
		activateStatement(db, version, now),
		...(audit === undefined ? [] : [auditStatement(db, audit, now)]),
	]);
}

/** The active version; null is the one that the worker was deployed with. */
export async function activePipeline(db: D1Database): Promise<string | null> {
	return (await db.prepare("SELECT version FROM active_pipeline").first<string | null>("version")) ?? null;
}

export async function listPipelines(db: D1Database): Promise<readonly PushedPipeline[]> {
	const listed = db.prepare(`SELECT ${pushedColumns.list} FROM pipelines ORDER BY pushed_at DESC, version`);
	return (await listed.all<PushedPipeline>()).results;
}

/** The artefact's JSON. */
export async function findPipeline(db: D1Database, version: string): Promise<string | undefined> {
	const found = db.prepare("SELECT artefact FROM pipelines WHERE version = ?1").bind(version);
	return (await found.first<string>("artefact")) ?? undefined;
}

function activateStatement(db: D1Database, version: string | null, now: number): D1PreparedStatement {
	const onConflict = `ON CONFLICT (one) DO UPDATE SET ${activePipelineTable.omit("one").overwritten}`;
	return insertRow(db, activePipelineTable, { one: 1, version, since: now }, { onConflict });
}
