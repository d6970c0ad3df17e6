/**
 * Why the journal (D1) failed. Each has its own cure.
 * - `migrations_missing`: migrations that this worker needs were not applied
 * - `damaged`: the database's file is no database any more, or only half of one
 * - `full`: the disk, or the largest size of a D1 database, is reached
 * - `read_only`: the file or its folder cannot be written to
 * - `too_large`: one row, statement or list of parameters is beyond D1's limits
 * - `too_many_queries`: one invocation asked more than the plan allows
 * - `overloaded`: D1 takes no more at the moment, or ended a statement that took too long
 * - `unreachable`: D1 is away, restarts, or the connection to it was lost
 * - `internal`: the storage failed and kept the reason to itself
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
 * SQLite's own words and codes (https://www.sqlite.org/rescode.html), and D1's messages
 * (https://developers.cloudflare.com/d1/observability/debug-d1/). The first that fits counts.
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
	// workerd hides what is no error of a statement: only its own output names it.
	["internal", /internal error; reference|Internal error in D1|D1_ERROR: internal error/i],
];

/** The fault of the journal that an error's text, or a line that the runtime printed, names; undefined: it names none. */
export function journalFaultOf(text: string): JournalFault | undefined {
	return SIGNS.find(([, sign]) => sign.test(text))?.[0];
}

/** What happened and what to do, in one sentence each. Nothing of the error's own text is in it. */
export function explainJournalFault(fault: JournalFault): string {
	const { summary, cure } = FAULT_TEXTS[fault];
	return `${summary} ${cure}`;
}

const FAULT_TEXTS: Readonly<Record<JournalFault, { readonly summary: string; readonly cure: string }>> = {
	migrations_missing: {
		summary: "The journal lacks tables or columns that this worker needs.",
		cure: "Apply the migrations: npx wrangler d1 migrations apply healer-journal --remote; npm start applies its own.",
	},
	damaged: {
		summary: "The journal's database is damaged.",
		cure: "Restore it: docs/storage.md, When the journal fails.",
	},
	full: {
		summary: "The journal cannot grow: the disk or the database is full.",
		cure: "Free space on the disk of HEALER_STATE_DIR, or shorten settings.retention: docs/storage.md, When the journal fails.",
	},
	read_only: {
		summary: "The journal's file cannot be opened or written.",
		cure: "Give the hub's account the right to write in HEALER_STATE_DIR.",
	},
	too_large: {
		summary: "A row or a statement is larger than D1 takes.",
		cure: "This is a bug of Healer: the worker's log names the request.",
	},
	too_many_queries: {
		summary: "One invocation asked the journal more often than the plan allows.",
		cure: "Healer needs Workers Paid: docs/deploy.md.",
	},
	overloaded: {
		summary: "The journal takes no more queries at the moment.",
		cure: "Nothing is lost: it is tried again. If it stays so, look at the database's metrics in Cloudflare's dashboard.",
	},
	unreachable: {
		summary: "The journal is away or restarts.",
		cure: "Nothing is lost: it is tried again. If it stays so, see https://www.cloudflarestatus.com.",
	},
	internal: {
		summary: "The journal's storage failed and gives no reason.",
		cure: "On this machine hub.log names it, mostly a damaged file or a full disk; deployed, see https://www.cloudflarestatus.com, then docs/storage.md, When the journal fails.",
	},
};

/** A row that this worker cannot read. It says whose, and which column. */
export class DamagedRow extends Error {
	override readonly name = "DamagedRow";
}
