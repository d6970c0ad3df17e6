import type { OutcomePhase, WireOutcome } from "../../../../wire/outcome.ts";
import { END_MESSAGES } from "../../finished-coderuns.ts";
import type { SeenCodeRun } from "../coderun-object.ts";
import type { IncidentLease } from "./incident-lease.ts";

/** The outcome of a CodeRun with a terminal phase, or that a relay ended; undefined while it is unfinished. */
export function endOf(seen: SeenCodeRun): WireOutcome | undefined {
	if (seen.terminal !== undefined) return outcomeOf(seen, seen.terminal, seen.message, seen.finished_at);
	return endedByRelay(seen, seen);
}

/** The outcome of a CodeRun that is gone, from its last seen state and its incident's claim. */
export function endOfGone(seen: SeenCodeRun, lease: IncidentLease | undefined): WireOutcome | undefined {
	const ended = endOf(seen) ?? (lease && endedByRelay(seen, lease));
	return ended ?? outcomeOf(seen, "Deleted", END_MESSAGES.Deleted, null);
}

/** The outcome by the deadlines that a relay recorded, on the CodeRun or on its incident's claim. */
function endedByRelay(seen: SeenCodeRun, { timed_out_at, not_started_at }: Deadlines): WireOutcome | undefined {
	if (timed_out_at !== null) return outcomeOf(seen, "TimedOut", END_MESSAGES.TimedOut, timed_out_at);
	// It may have started just after a relay recorded that it had not.
	if (not_started_at === null || seen.started) return undefined;
	return outcomeOf(seen, "NotStarted", END_MESSAGES.NotStarted, not_started_at);
}

type Deadlines = Pick<IncidentLease, "timed_out_at" | "not_started_at">;

/** The outcome of a CodeRun that disappeared unseen: only its incident's claim is left. */
export function endOfLost({
	coderun_name,
	incident_id,
	attempt,
	timed_out_at,
	not_started_at,
}: Pick<IncidentLease, "coderun_name" | "incident_id" | "attempt"> & Deadlines): WireOutcome {
	const phase = timed_out_at !== null ? "TimedOut" : not_started_at !== null ? "NotStarted" : "Deleted";
	const times = { started_at: null, finished_at: timed_out_at ?? not_started_at };
	return { coderun_name, incident_id, attempt, phase, pull_request_url: null, message: END_MESSAGES[phase], ...times };
}

function outcomeOf(
	{ name, identity, pull_request_url, started_at }: SeenCodeRun,
	phase: OutcomePhase,
	message: string | null,
	finished_at: string | null,
): WireOutcome | undefined {
	if (identity === undefined) return undefined;
	const { incident_id, attempt } = identity;
	return { coderun_name: name, incident_id, attempt, phase, pull_request_url, message, started_at, finished_at };
}
