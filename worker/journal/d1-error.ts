/**
 * Why the journal (D1) failed. Each fault has its own fix.
 * - `migrations_missing`: migrations that this worker needs are not applied
 * - `damaged`: the database's file is corrupt or truncated
 * - `full`: the disk, or D1's maximum database size, is reached
 * - `read_only`: the file or its folder is not writable
 * - `too_large`: a row, a statement or a list of parameters exceeds D1's limits
 * - `too_many_queries`: one invocation exceeded the plan's limit of queries
 * - `overloaded`: D1 rejected a query under load, or ended a statement that took too long
 * - `unreachable`: D1 is unavailable, restarts, or the connection was lost
 * - `internal`: the storage failed without giving a reason
 */
type JournalFault =
	| "migrations_missing"
	| "damaged"
	| "full"
	| "read_only"
	| "too_large"
	| "too_many_queries"
	| "overloaded"
	| "unreachable"
	| "internal";

/**
 * Matches SQLite's messages and codes (https://www.sqlite.org/rescode.html), and D1's messages
 * (https://developers.cloudflare.com/d1/observability/debug-d1/). The first match counts.
 */
const SIGNS: readonly (readonly [JournalFault, RegExp])[] = [
	["migrations_missing", /no such (?:table|column)|has no column named/i],
	["damaged", /SQLITE_(?:CORRUPT|NOTADB)|database disk image is malformed|file is not a database/i],
	["full", /SQLITE_FULL|(?:database or )?disk(?: is)? full|maximum (?:DB|database) size/i],
	["read_only", /SQLITE_(?:READONLY|CANTOPEN|PERM)|readonly database|unable to open database file/i],
	["too_large", /SQLITE_TOOBIG|too big|statement too long|too many SQL variables/i],
	["too_many_queries", /Too many API requests by single Worker invocation/i],
	["overloaded", /overloaded|exceeded (?:its )?(?:CPU time|memory) limit|exceeded timeout|SQLITE_(?:BUSY|LOCKED)/i],
	[
		"unreachable",
		/Network connection lost|caused object to be reset|because its code was updated|Cannot resolve D1 DB|storage is unavailable/i,
	],
	["damaged", /SQLITE_IOERR|disk I\/O error/i],
	// workerd hides every failure that is not a statement's own error; only its output names the cause.
	["internal", /internal error; reference|Internal error in D1|D1_ERROR: internal error/i],
];

/** The fault that an error's text, or a line printed by the runtime, names; undefined if it names none. */
export function journalFaultOf(text: string): JournalFault | undefined {
	return SIGNS.find(([, sign]) => sign.test(text))?.[0];
}

/** What happened and how to fix it, in one sentence each. It contains nothing of the error's own text. */
export function explainJournalFault(fault: JournalFault): string {
	const { summary, fix } = FAULT_TEXTS[fault];
	return `${summary} ${fix}`;
}

const FAULT_TEXTS: Readonly<Record<JournalFault, { readonly summary: string; readonly fix: string }>> = {
	migrations_missing: {
		summary: "The journal lacks tables or columns that this worker needs.",
		fix: "Apply the migrations: npx wrangler d1 migrations apply healer-journal --remote; npm start applies its own.",
	},
	damaged: {
		summary: "The journal's database is damaged.",
		fix: "Restore it: docs/storage.md, When the journal fails.",
	},
	full: {
		summary: "The journal cannot grow: the disk or the database is full.",
		fix: "Free space on the disk of HEALER_STATE_DIR, or shorten settings.retention: docs/storage.md, When the journal fails.",
	},
	read_only: {
		summary: "The journal's file cannot be opened or written.",
		fix: "Give the hub's account the right to write in HEALER_STATE_DIR.",
	},
	too_large: {
		summary: "A row or a statement exceeds D1's limits.",
		fix: "This is a bug in Healer: the worker's log names the request.",
	},
	too_many_queries: {
		summary: "One invocation ran more queries than the plan allows.",
		fix: "Healer needs Workers Paid: docs/deploy.md.",
	},
	overloaded: {
		summary: "The journal is overloaded.",
		fix: "Nothing is lost: Healer retries. If it persists, see the database's metrics in Cloudflare's dashboard.",
	},
	unreachable: {
		summary: "The journal is unreachable or restarting.",
		fix: "Nothing is lost: Healer retries. If it persists, see https://www.cloudflarestatus.com.",
	},
	internal: {
		summary: "The journal's storage failed without giving a reason.",
		fix: "On this machine, hub.log names the reason, mostly a damaged file or a full disk; deployed, see https://www.cloudflarestatus.com, then docs/storage.md, When the journal fails.",
	},
};

/** A row that this worker cannot read. The message names the incident and the column. */
export class DamagedRow extends Error {
	override readonly name = "DamagedRow";
}
