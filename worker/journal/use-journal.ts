import { withinTime } from "../../wire/with-timeout.ts";
import { unwrapped } from "../runtime/budget.ts";
import { SharedResult } from "../runtime/shared-result.ts";
import { failureOf, type JournalFailure } from "./failure.ts";
import { DELETE_OLDER_HEARTBEATS, INSERT_HEARTBEAT, ROOM_BYTES } from "./heartbeats.ts";
import { appliedMigrations, requireMigrations } from "./schema.ts";

/** The result of work on the journal. */
export type JournalUse<T> =
	| { readonly ok: true; readonly value: T }
	| { readonly ok: false; readonly failure: JournalFailure; readonly cause: unknown };

interface JournalMemory {
	/** Migrations are never reverted, so one check is enough: not one a delivery. */
	schemaIsGood: boolean;
	/** Until when the journal is skipped after a timeout; 0 while it answers. */
	awayUntil: number;
}

// Kept for the life of the isolate, which has one journal.
const memories = new WeakMap<D1Database, JournalMemory>();

// Longer than the limit of one try, so that only one delivery waits for the journal while the others skip it.
const LEFT_ALONE_MS = 5_000;

// A delivery may make three calls to the journal within its own limit.
const HEARTBEAT_WITHIN_MS = 2_500;

const heartbeats = new SharedResult<D1Database, Extract<JournalUse<never>, { ok: false }> | undefined>();

/**
 * Runs work on a journal whose schema is not older than this worker, with a timeout. Work that timed out may have
 * completed, or may still complete.
 */
export async function useJournal<T>(
	db: D1Database,
	{ limitMs, now }: { readonly limitMs: number; now(): number },
	work: () => Promise<T>,
): Promise<JournalUse<T>> {
	const memory = memoryOf(db);
	try {
		const value = await withinTime(() => workOnGoodSchema(db, memory, work), limitMs);
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
 * Whether the journal timed out a moment ago, so that nobody else waits for it. After that, the first caller may try it;
 * the others get `true` until that try is over.
 */
export function isJournalAway(db: D1Database, now: number): boolean {
	const memory = memoryOf(db);
	if (memory.awayUntil === 0) return false;
	if (now < memory.awayUntil) return true;
	memory.awayUntil = now + LEFT_ALONE_MS;
	return false;
}

/** Why the journal would reject a delivery now, tested by a write of the same size; undefined if it would accept one. */
export function findJournalFailure(
	db: D1Database,
	now: () => number,
	keepAlive: (work: Promise<unknown>) => void,
): Promise<Extract<JournalUse<never>, { ok: false }> | undefined> {
	const beat = async () => {
		try {
			const results = await withinTime(() => db.batch(heartbeatStatements(db, now())), HEARTBEAT_WITHIN_MS);
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

/** One transaction: a write as large as a delivery, and the list of applied migrations. */
function heartbeatStatements(db: D1Database, now: number): D1PreparedStatement[] {
	return [
		db.prepare(INSERT_HEARTBEAT).bind(now, ROOM_BYTES),
		db.prepare(DELETE_OLDER_HEARTBEATS),
		appliedMigrations(db),
	];
}
