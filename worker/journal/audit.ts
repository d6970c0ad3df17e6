import { redactText } from "../../pipeline/redaction/redact-text.ts";
import { type InsertOptions, insertRow } from "./bind-named.ts";
import { defineTable, nullable, type RowOf, rowNumber, text, time } from "./table.ts";

type AuditedAction =
	| "push"
	| "rollback"
	| "pause"
	| "resume"
	| "release"
	| "retry"
	| "stop"
	| "approve"
	| "fix"
	| "notify";

/** The audit trail: who did what, and when. */
export const auditTable = defineTable("audit", {
	id: rowNumber(),
	at: time(),
	/** A person's e-mail address or login, or what kind of token it was. */
	who: text(),
	/** How that was proved. `comment`: GitHub signed the comment. */
	proof: text<"token" | "access" | "loopback" | "comment">(),
	/** The first 8 hex digits of the token's SHA-256, to tell tokens apart. */
	token: nullable(text()),
	action: text<AuditedAction>(),
	/** An incident's id, a pipeline's version, a target of notifications, or a pull request as `owner/name#number`. It may be gone already. */
	target: nullable(text()),
	detail: nullable(text()),
});

export type AuditRow = RowOf<typeof auditTable>;

/** One line of the trail, before it has its time. */
export type AuditEntry = Omit<AuditRow, "id" | "at">;

/** Adds a line to the trail; belongs into the transaction of what was done. `only`: SQL, and its values: only if it holds. */
export function auditStatement(
	db: D1Database,
	entry: AuditEntry,
	now: number,
	only: Pick<InsertOptions, "where" | "also"> = {},
): D1PreparedStatement {
	return insertRow(db, auditTable, { ...redacted(entry), at: now }, only);
}

function redacted(entry: AuditEntry): AuditEntry {
	return { ...entry, detail: entry.detail === null ? null : redactText(entry.detail) };
}

/** The newest lines first, of those before the line `before`. */
export async function newestAudit(
	db: D1Database,
	{ before, limit }: { readonly before?: number; readonly limit: number },
): Promise<readonly AuditRow[]> {
	const { results } = await db
		.prepare(`SELECT ${auditTable.list} FROM audit WHERE ?1 IS NULL OR id < ?1 ORDER BY id DESC LIMIT ?2`)
		.bind(before ?? null, limit)
		.all<AuditRow>();
	return results;
}

/** The trail in order, oldest first: a later call that continues misses no new line. */
export async function listAudit(
	db: D1Database,
	{
		since,
		after,
		limit,
	}: { readonly since: number; readonly after?: { readonly at: number; readonly id: number }; readonly limit: number },
): Promise<readonly AuditRow[]> {
	const { results } = await db
		.prepare(`SELECT ${auditTable.list} FROM audit WHERE at >= ?1 AND (at, id) > (?2, ?3) ORDER BY at, id LIMIT ?4`)
		.bind(since, after?.at ?? -1, after?.id ?? -1, limit)
		.all<AuditRow>();
	return results;
}
