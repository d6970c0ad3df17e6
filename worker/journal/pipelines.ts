import type { Artefact } from "../../pipeline/index.ts";

/** A pushed version; lists have the newest push first. */
export interface PushedPipeline {
	readonly version: string;
	readonly pushed_at: number;
}

/** Versions kept to roll back to. */
const KEPT = 20;

/** Stores an artefact and activates it. Deletes the oldest pushes beyond `KEPT` and returns their versions. */
export async function storePipeline(db: D1Database, artefact: Artefact, now: number): Promise<readonly string[]> {
	const [, , forgotten] = await db.batch<{ version: string }>([
		db
			.prepare(
				`INSERT INTO pipelines (version, artefact, pushed_at) VALUES (?1, ?2, ?3)
				ON CONFLICT (version) DO UPDATE SET artefact = ?2, pushed_at = ?3`,
			)
			.bind(artefact.version, JSON.stringify(artefact), now),
		activateStatement(db, artefact.version, now),
		db
			.prepare(
				`DELETE FROM pipelines WHERE version NOT IN (
					SELECT version FROM pipelines ORDER BY pushed_at DESC, version LIMIT ?1
				) RETURNING version`,
			)
			.bind(KEPT),
	]);
	return (forgotten?.results ?? []).map(({ version }) => version);
}

/** Sets the active version; null is the one that the worker was deployed with. */
export async function activatePipeline(db: D1Database, version: string | null, now: number): Promise<void> {
	await activateStatement(db, version, now).run();
}

/** The active version; null is the one that the worker was deployed with. */
export async function activePipeline(db: D1Database): Promise<string | null> {
	return (await db.prepare("SELECT version FROM active_pipeline").first<string | null>("version")) ?? null;
}

export async function listPipelines(db: D1Database): Promise<readonly PushedPipeline[]> {
	const listed = db.prepare("SELECT version, pushed_at FROM pipelines ORDER BY pushed_at DESC, version");
	return (await listed.all<PushedPipeline>()).results;
}

/** The artefact's JSON. */
export async function findPipeline(db: D1Database, version: string): Promise<string | undefined> {
	const found = db.prepare("SELECT artefact FROM pipelines WHERE version = ?1").bind(version);
	return (await found.first<string>("artefact")) ?? undefined;
}

function activateStatement(db: D1Database, version: string | null, now: number): D1PreparedStatement {
	return db
		.prepare(
			`INSERT INTO active_pipeline (one, version, since) VALUES (1, ?1, ?2)
			ON CONFLICT (one) DO UPDATE SET version = ?1, since = ?2`,
		)
		.bind(version, now);
}
