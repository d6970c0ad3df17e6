import type { CommandRequest } from "../../pipeline/index.ts";
import { DAY_MS } from "../../wire/durations.ts";
import { ok, type Result } from "../../wire/result.ts";
import { insertRow } from "./bind-named.ts";
import { type LockRequest, lockRow } from "./lock-row.ts";
import type { CommandResult } from "./stored-json.ts";
import { readStored } from "./stored-json.ts";
import { defineTable, integer, nullable, type RowOf, text, time, withDefault } from "./table.ts";

export const commandsTable = defineTable("commands", {
	/** A hash of the comment's identity. */
	id: text(),
	/** JSON. */
	command: text(),
	received_at: time(),
	/** When it was acted on and answered; null until then. */
	done_at: nullable(time()),
	/** JSON; null until it was acted on. */
	result: nullable(text()),
	/** How it was answered, or why it was not. */
	answer: nullable(text()),
	/** When it is due, while it is open. */
	next_try_at: withDefault(time()),
	tries: withDefault(integer()),
	/** Its holder may write; after `locked_until` another caller may lock the row. */
	lock: nullable(text()),
	locked_until: withDefault(time()),
});

const lockedColumns = commandsTable.pick("command", "received_at", "result", "tries");

/** A command that this caller has locked. */
export interface LockedCommandRequest {
	readonly id: string;
	readonly request: Omit<CommandRequest, "id">;
	readonly received_at: number;
	readonly result: CommandResult | undefined;
	readonly tries: number;
	readonly lock: string;
}

/** The row of a locked command, before its JSON is read. */
export type LockedCommand = RowOf<typeof lockedColumns> & Pick<LockedCommandRequest, "id" | "lock">;

/** Ids of open, due and unlocked commands of the last two days, oldest first. */
export async function dueCommands(db: D1Database, now: number, limit: number): Promise<readonly string[]> {
	const { results } = await db
		.prepare(
			`SELECT id FROM commands
			WHERE done_at IS NULL AND received_at > ?3 AND next_try_at <= ?1 AND locked_until <= ?1
			ORDER BY received_at, id LIMIT ?2`,
		)
		.bind(now, limit, now - 2 * DAY_MS)
		.all<{ id: string }>();
	return results.map(({ id }) => id);
}

/** Locks an open command that is due; undefined if it is not due, done or locked. */
export async function lockCommand(db: D1Database, id: string, at: LockRequest): Promise<LockedCommand | undefined> {
	const where = "id = :id AND done_at IS NULL AND next_try_at <= :now";
	const row = await lockRow(db, commandsTable, lockedColumns, { where, key: { id }, at });
	return row && { ...row, id };
}

/**
 * How many commands of the same author on any repository came before this one since then: all that were taken, refused or
 * not, because asking costs, too. Counts no further than `most`.
 */
export async function commandsBefore(
	db: D1Database,
	{ id, request }: LockedCommandRequest,
	since: number,
	most: number,
): Promise<number> {
	const count = await db
		.prepare(
			`SELECT count(*) AS count FROM (
				SELECT 1 FROM commands WHERE rowid < (SELECT rowid FROM commands WHERE id = ?1) AND received_at > ?2
					AND CASE WHEN json_valid(command) THEN lower(command ->> 'author') END = lower(?3) LIMIT ?4
			)`,
		)
		.bind(id, since, request.author, most)
		.first<number>("count");
	return count ?? 0;
}

/** Reads the JSON of a locked row. */
export function readCommand({ command, result, ...row }: LockedCommand): Result<LockedCommandRequest> {
	const request = readStored("commands.command", command);
	const before = result === null ? undefined : readStored("commands.result", result);
	if (!request.ok) return request;
	if (before?.ok === false) return before;
	return ok({ ...row, request: request.value, result: before?.value });
}

/** Stores the result, and with it what follows from it: the update of the status comment, the line in the audit trail. */
export async function recordResult(
	db: D1Database,
	{ id, lock }: LockedCommandRequest,
	result: CommandResult,
	others: readonly D1PreparedStatement[],
): Promise<void> {
	await db.batch([
		db.prepare("UPDATE commands SET result = ?3 WHERE id = ?1 AND lock = ?2").bind(id, lock, JSON.stringify(result)),
		...others,
	]);
}

/** Schedules the next try and releases the lock. */
export async function waitCommand(
	db: D1Database,
	{ id, lock, tries }: Pick<LockedCommandRequest, "id" | "lock" | "tries">,
	until: number,
): Promise<void> {
	await db
		.prepare(
			"UPDATE commands SET next_try_at = ?3, tries = ?4, lock = NULL, locked_until = 0 WHERE id = ?1 AND lock = ?2",
		)
		.bind(id, lock, until, tries + 1)
		.run();
}

/** Marks a command as done. `answer`: how it was answered, or why it was not. */
export async function endCommand(
	db: D1Database,
	{ id, lock }: Pick<LockedCommandRequest, "id" | "lock">,
	answer: string,
	now: number,
): Promise<void> {
	await db
		.prepare("UPDATE commands SET done_at = ?3, answer = ?4, lock = NULL, locked_until = 0 WHERE id = ?1 AND lock = ?2")
		.bind(id, lock, now, answer)
		.run();
}

/** Releases all locks of commands and status comments, at the start of the only process that can hold them. */
export async function releaseCommandLocks(db: D1Database): Promise<void> {
	await db.batch([
		db.prepare("UPDATE commands SET lock = NULL, locked_until = 0 WHERE lock IS NOT NULL"),
		db.prepare("UPDATE status_comments SET lock = NULL, locked_until = 0 WHERE lock IS NOT NULL"),
	]);
}

/** Inserts a command, once for each comment. */
export function commandStatement(
	db: D1Database,
	{ id, ...command }: CommandRequest,
	received_at: number,
): D1PreparedStatement {
	const row = { id, command: JSON.stringify(command), received_at };
	return insertRow(db, commandsTable, row, { onConflict: "ON CONFLICT (id) DO NOTHING" });
}

/**
 * Inserts a command that is about an incident which ended without a fix, unless this delivery of it is known. Belongs before
 * the statements that add the delivery.
 */
export function pressedAgainStatement(
	db: D1Database,
	{ id, ...command }: CommandRequest & { readonly incident_id: string },
	received_at: number,
): D1PreparedStatement {
	const row = { id, command: JSON.stringify(command), received_at };
	return insertRow(db, commandsTable, row, {
		where: `EXISTS (
				SELECT 1 FROM incidents WHERE id = :incident_id AND status IN ('unverified', 'failed', 'escalated', 'cancelled', 'dead')
			) AND NOT EXISTS (SELECT 1 FROM deliveries WHERE incident_id = :incident_id AND delivery_id = :delivery_id)`,
		also: { incident_id: command.incident_id, delivery_id: command.delivery_id },
		onConflict: "ON CONFLICT (id) DO NOTHING",
	});
}

/** Inserts a command outside a transaction. */
export async function addCommand(db: D1Database, command: CommandRequest, received_at: number): Promise<void> {
	await commandStatement(db, command, received_at).run();
}
