import { unwrapped } from "../runtime/budget.ts";
import { SharedResult } from "../runtime/shared-result.ts";
import { withTimeout } from "../runtime/with-timeout.ts";
import { failureOf, type JournalFailure } from "./failure.ts";
import { DELETE_OLDER_HEARTBEATS, INSERT_HEARTBEAT, ROOM_BYTES } from "./heartbeats.ts";
import { appliedMigrations, requireMigrations } from "./schema.ts";

/** What came of work on the journal. */
export type JournalUse<T> =
	| { readonly ok: true; readonly value: T }
	| { readonly ok: false; readonly failure: JournalFailure; readonly cause: unknown };

interface JournalMemory {
	/** Migrations are applied, never taken back: this is asked once, not once a delivery. */
	schemaIsGood: boolean;
	/** Until when it is left alone after it did not answer in time; 0 while it answers. */
	awayUntil: number;
}

// For the life of the isolate, which has one journal.
const memories = new WeakMap<D1Database, JournalMemory>();

// Longer than the limit of one try, so that only one delivery waits for it while the others pass by.
const LEFT_ALONE_MS = 5_000;

// A delivery may take three calls to the journal within its own limit.
const HEARTBEAT_WITHIN_MS = 2_500;

const heartbeats = new SharedResult<D1Database, Extract<JournalUse<never>, { ok: false }> | undefined>();

/**
 * Does work on a journal whose schema is not older than this worker, within a limit. Work that was not at its end in time
 * may have been done, or be done later.
 */
export async function useJournal<T>(
	db: D1Database,
	{ limit_ms, now }: { readonly limit_ms: number; now(): number },
	work: () => Promise<T>,
): Promise<JournalUse<T>> {
	const memory = memoryOf(db);
	try {
		const value = await withTimeout(workOnGoodSchema(db, memory, work), limit_ms);
		memory.awayUntil = 0;
		return { ok: true, value };
	} catch (cause) {
		const failure = failureOf(cause);
		if (failure !== "unfit") {
			memory.schemaIsGood = false;
			heartbeats.forget(db);
		}
		if (failure === "timed_out") memory.awayUntil = now() + LEFT_ALONE_MS;
		return { ok: false, failure, cause };
	}
}

async function workOnGoodSchema<T>(db: D1Database, memory: JournalMemory, work: () => Promise<T>): Promise<T> {
	if (!memory.schemaIsGood) {
		requireMigrations((await appliedMigrations(db).all()).results);
		memory.schemaIsGood = true;
	}
	return await work();
}

/**
 * Whether the journal did not answer a moment ago, so that nobody else needs to wait for it. After that moment the first
 * one who asks may try it; the others hear that it is away until that try is over.
 */
export function isJournalAway(db: D1Database, now: number): boolean {
	const memory = memoryOf(db);
	if (memory.awayUntil === 0) return false;
	if (now < memory.awayUntil) return true;
	memory.awayUntil = now + LEFT_ALONE_MS;
	return false;
}

/** Why the journal would take no delivery now, as a write that needs as much room tells; undefined when it would. */
export function findJournalFailure(
	db: D1Database,
	now: () => number,
	keepAlive: (work: Promise<unknown>) => void,
): Promise<Extract<JournalUse<never>, { ok: false }> | undefined> {
	const beat = async () => {
		try {
			const results = await withTimeout(db.batch(heartbeatStatements(db, now())), HEARTBEAT_WITHIN_MS);
			requireMigrations(results.at(-1)?.results ?? []);
			Object.assign(memoryOf(db), { schemaIsGood: true, awayUntil: 0 });
			return undefined;
		} catch (cause) {
			return { ok: false, failure: failureOf(cause), cause } as const;
		}
	};
	return heartbeats.find(db, now(), beat, keepAlive);
}

function memoryOf(db: D1Database): JournalMemory {
	const key = unwrapped(db);
	const known = memories.get(key);
	if (known !== undefined) return known;
	const memory = { schemaIsGood: false, awayUntil: 0 };
	memories.set(key, memory);
	return memory;
}

/** A write that needs as much room as a delivery does, and which migrations were applied: one transaction. */
function heartbeatStatements(db: D1Database, now: number): D1PreparedStatement[] {
	return [
		db.prepare(INSERT_HEARTBEAT).bind(now, ROOM_BYTES),
		db.prepare(DELETE_OLDER_HEARTBEATS),
		appliedMigrations(db),
	];
}
