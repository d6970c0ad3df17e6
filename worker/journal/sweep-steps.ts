import { insertRow } from "./bind-named.ts";
import type { DueKey } from "./stored-json.ts";
import { readStored } from "./stored-json.ts";
import { defineTable, nullable, type RowOf, text, time } from "./table.ts";

export const sweepStepsTable = defineTable("sweep_steps", {
	name: text(),
	/** The latest start. */
	began_at: time(),
	/** JSON: the last row that was processed; null: it continues from the start. */
	stopped_at: nullable(text()),
});

export interface StepProgress {
	readonly began_at: number;
	/** Undefined: from the start. */
	readonly stopped_at: DueKey | undefined;
}

/** The progress of earlier sweeps, by name of the step. */
export async function stepProgress(db: D1Database): Promise<ReadonlyMap<string, StepProgress>> {
	const { results } = await db
		.prepare(`SELECT ${sweepStepsTable.list} FROM sweep_steps`)
		.all<RowOf<typeof sweepStepsTable>>();
	return new Map(
		results.map(({ name, began_at, stopped_at }) => {
			const read = stopped_at === null ? undefined : readStored("sweep_steps.stopped_at", stopped_at);
			return [name, { began_at, stopped_at: read?.ok ? read.value : undefined }];
		}),
	);
}

/** Written before the step starts: a step that never ends must not run first every time. */
export async function beginStep(db: D1Database, name: string, now: number): Promise<void> {
	const onConflict = "ON CONFLICT (name) DO UPDATE SET began_at = excluded.began_at";
	await insertRow(db, sweepStepsTable, { name, began_at: now }, { onConflict }).run();
}

/** Stores where the step continues next time. */
export async function keepStop(db: D1Database, name: string, at: DueKey | undefined): Promise<void> {
	await db
		.prepare("UPDATE sweep_steps SET stopped_at = ?2 WHERE name = ?1")
		.bind(name, at === undefined ? null : JSON.stringify(at))
		.run();
}
