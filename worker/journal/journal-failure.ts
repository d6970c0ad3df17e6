import { messageOf } from "../log.ts";
import { TimedOut } from "../with-timeout.ts";
import { MigrationsMissing } from "./schema.ts";

/**
 * Why the journal took no write. All but `unfit` may pass: the same delivery is taken later. `unfit` is the delivery's own
 * doing: it is refused however often it comes.
 */
export type JournalFailure = "migrations_missing" | "timed_out" | "full" | "unfit" | "failed";

/** Sorts what D1 threw: it has messages, but no codes (https://developers.cloudflare.com/d1/observability/debug-d1/). */
export function failureOf(cause: unknown): JournalFailure {
	if (cause instanceof MigrationsMissing) return "migrations_missing";
	if (cause instanceof TimedOut) return "timed_out";
	const message = messageOf(cause);
	if (/no such table|no such column|has no column named/i.test(message)) return "migrations_missing";
	if (/SQLITE_FULL|disk(?: is)? full|maximum (?:DB|database) size/i.test(message)) return "full";
	if (/SQLITE_TOOBIG|too big|D1_TYPE_ERROR|SQLITE_MISMATCH/i.test(message)) return "unfit";
	return "failed";
}

const EXPLANATIONS = {
	migrations_missing: "migrations missing: run `npx wrangler d1 migrations apply healer-journal --remote`",
	timed_out: "the journal does not answer in time",
	full: "the journal is full: make room, or keep less (settings.retention in pipeline.yaml)",
	unfit: "the journal cannot store it: a text or a number in it is too large",
	failed: "the journal takes no writes: the worker's log says why (`npx wrangler tail`)",
} as const satisfies Record<JournalFailure, string>;

/** One clause for people, with what to do; nothing of what D1 said. */
export function explainFailure(failure: JournalFailure): string {
	return EXPLANATIONS[failure];
}
