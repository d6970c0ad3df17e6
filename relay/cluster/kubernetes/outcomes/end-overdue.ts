import type { Clock } from "../../../clock.ts";
import type { Log } from "../../../log.ts";
import type { ApiClients } from "../api-clients.ts";
import { NOT_STARTED_ANNOTATION, type SeenCodeRun, TIMED_OUT_ANNOTATION } from "../coderun-object.ts";
import { annotateOverdue, deleteCodeRun, deleteUnchanged } from "./coderun-marks.ts";
import { type LeaseMark, markIncidentLease } from "./incident-lease.ts";

export interface DeadlineTools {
	readonly clients: ApiClients;
	readonly namespace: string;
	readonly clock: Clock;
	readonly log: Log;
	/** For CodeRuns without a deadline of their own; undefined is none. */
	readonly deadline_s: number | undefined;
	/** Whether overdue CodeRuns are deleted, or only reported. */
	readonly deleteOverdue: boolean;
}

/** `ended`: its outcome can be reported. `wait`: not due yet, or not there yet. */
export type Deadline = "wait" | "ended";

/**
 * Ends a CodeRun whose deadline has passed, for starting or for finishing, in steps that any relay may repeat: first marks
 * the CodeRun, then its incident's claim, which outlives it, then deletes the CodeRun.
 */
export async function endOverdue(tools: DeadlineTools, seen: SeenCodeRun): Promise<Deadline> {
	const { clients, namespace, log } = tools;
	if (seen.terminal !== undefined || seen.identity === undefined) return "ended";
	const mark = markOf(seen);
	if (mark === undefined) {
		const passed = passedDeadline(seen, tools);
		if (passed !== undefined) await markOverdue(tools, seen, passed);
		return "wait";
	}
	if (!tools.deleteOverdue || seen.deleting) return "ended";
	const what = LOGGED[mark.mark];
	const { incident_id } = seen.identity;
	const marked = await markIncidentLease(clients, namespace, { incident_id, coderun_name: seen.name }, mark);
	if (marked.kind === "unavailable") {
		logStep(log, seen, `${what} not marked`, marked);
		return "wait";
	}
	// One that did not start is deleted only as it was seen, without a phase: it may be starting now.
	const deleted =
		mark.mark === "timed_out"
			? await deleteCodeRun(clients, namespace, seen)
			: await deleteUnchanged(clients, namespace, seen);
	if (deleted.kind === "conflict") return "wait";
	logStep(log, seen, `${what} deleted`, deleted);
	// Until it is deleted it may start. A relay without the permission to delete still reports the outcome.
	const mayStart = mark.mark === "not_started" && deleted.kind === "unavailable" && deleted.cause !== "forbidden";
	return mayStart ? "wait" : "ended";
}

/** Whether a relay is about to delete it because it has no phase. Until then it may start, so it has not ended. */
export function mayStillStart({ deleteOverdue }: Pick<DeadlineTools, "deleteOverdue">, seen: SeenCodeRun): boolean {
	return deleteOverdue && !seen.deleting && markOf(seen)?.mark === "not_started";
}

type OverdueMark = Extract<LeaseMark, { readonly at: string }>;

const ANNOTATIONS = { timed_out: TIMED_OUT_ANNOTATION, not_started: NOT_STARTED_ANNOTATION } as const;
const LOGGED = { timed_out: "timed-out CodeRun", not_started: "CodeRun that did not start" } as const;

/** What a relay recorded on it. A CodeRun that has started after all goes on. */
function markOf({ timed_out_at, not_started_at, started }: SeenCodeRun): OverdueMark | undefined {
	if (timed_out_at !== null) return { mark: "timed_out", at: timed_out_at };
	return not_started_at !== null && !started ? { mark: "not_started", at: not_started_at } : undefined;
}

async function markOverdue(
	{ clients, namespace, clock, log }: DeadlineTools,
	seen: SeenCodeRun,
	passed: OverdueMark["mark"],
): Promise<void> {
	const at = new Date(clock.now()).toISOString();
	const annotated = await annotateOverdue(clients, namespace, seen, { [ANNOTATIONS[passed]]: at });
	logStep(log, seen, passed === "timed_out" ? "CodeRun timed out" : "CodeRun did not start", annotated);
}

/** Without a phase, the deadline for starting counts, however long ago it passed. */
function passedDeadline(seen: SeenCodeRun, tools: DeadlineTools): OverdueMark["mark"] | undefined {
	const { created_at, deadline_s = tools.deadline_s, start_deadline_s, started } = seen;
	if (created_at === undefined) return undefined;
	const age_ms = tools.clock.now() - created_at;
	if (!started && start_deadline_s !== undefined && age_ms > start_deadline_s * 1000) return "not_started";
	return deadline_s !== undefined && age_ms > deadline_s * 1000 ? "timed_out" : undefined;
}

function logStep(
	log: Log,
	{ name }: SeenCodeRun,
	message: string,
	what: { readonly kind: string; readonly why?: string },
) {
	const failed = what.kind === "unavailable";
	log({ level: failed ? "error" : "info", message, coderun_name: name, ...(failed ? { reason: what.why } : {}) });
}
