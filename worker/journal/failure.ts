import { messageOf } from "../../wire/message-of.ts";
import { TimedOut } from "../../wire/with-timeout.ts";
import { journalFaultOf } from "./d1-error.ts";
import { MigrationsMissing } from "./schema.ts";

/**
 * Why the journal rejected a write. All but `unfit` may pass: a later try of the same delivery can succeed. `unfit` is caused
 * by the delivery itself and never succeeds.
 */
export type JournalFailure = "migrations_missing" | "timed_out" | "full" | "damaged" | "unfit" | "failed";

/** Classifies what D1 threw: it has messages, but no codes (https://developers.cloudflare.com/d1/observability/debug-d1/). */
export function failureOf(cause: unknown): JournalFailure {
	if (cause instanceof MigrationsMissing) return "migrations_missing";
	if (cause instanceof TimedOut) return "timed_out";
	const text = messageOf(cause);
	// The delivery contains a value of a type that no column accepts.
	if (/D1_TYPE_ERROR|SQLITE_MISMATCH/.test(text)) return "unfit";
	const fault = journalFaultOf(text);
	switch (fault) {
		case "migrations_missing":
		case "full":
		case "damaged":
			return fault;
		case "too_large":
			return "unfit";
		default:
			return "failed";
	}
}

const FAILURE_TEXTS = {
	migrations_missing: "migrations missing: run `npx wrangler d1 migrations apply healer-journal --remote`",
	timed_out: "the journal did not answer in time",
	full: "the journal is full: free space, or keep less (settings.retention in pipeline.yaml)",
	damaged: "the journal's database is damaged: restore it (docs/storage.md, When the journal fails)",
	unfit: "the journal cannot store it: a text or a number in it is too large",
	failed: "the journal accepts no writes: the worker's log has the reason (`npx wrangler tail`)",
} as const satisfies Record<JournalFailure, string>;

/** One clause for people, with the fix; it contains nothing of D1's message. */
export function explainFailure(failure: JournalFailure): string {
	return FAILURE_TEXTS[failure];
}
