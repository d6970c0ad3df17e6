import type { DueKey } from "./stored-json.ts";
import { readStored } from "./stored-json.ts";

export interface StepProgress {
	readonly began_at: number;
	/** Undefined: from the start. */
	readonly stopped_at: DueKey | undefined;
}

/** The progress of earlier sweeps, by name of the step. */
export async function stepProgress(db: D1Database): Promise<ReadonlyMap<string, StepProgress>> {
	const { results } = await db
		.prepare("SELECT name, began_at, stopped_at FROM sweep_steps")
		.all<{ name: string; began_at: number; stopped_at: string | null }>();
	return new Map(
		results.map(({ name, began_at, stopped_at }) => {
			const read = stopped_at === null ? undefined : readStored("sweep_steps.stopped_at", stopped_at);
			return [name, { began_at, stopped_at: read?.ok ? read.value : undefined }];
		}),
	);
}

/** Written before the step starts: a step that never ends must not run first every time. */
export async function beginStep(db: D1Database, name: string, now: number): Promise<void> {
	await db
		.prepare(
			"INSERT INTO sweep_steps (name, began_at) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET began_at = excluded.began_at",
		)
		.bind(name, now)
		.run();
}

/** Stores where the step continues next time. */
export async function keepStop(db: D1Database, name: string, at: DueKey | undefined): Promise<void> {
	await db
		.prepare("UPDATE sweep_steps SET stopped_at = ?2 WHERE name = ?1")
		.bind(name, at === undefined ? null : JSON.stringify(at))
		.run();
}
