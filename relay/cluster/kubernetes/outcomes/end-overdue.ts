import type { Clock } from "../../../clock.ts";
import type { Log } from "../../../log.ts";
import type { ApiClients } from "../api-clients.ts";
import type { SeenCodeRun } from "../coderun-object.ts";
import { annotateTimedOut, deleteCodeRun } from "./coderun-marks.ts";
import { markIncidentLease } from "./incident-lease.ts";

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
 * Ends a CodeRun whose deadline has passed, in steps that any relay may repeat: first marks the CodeRun, then its
 * incident's claim, which outlives it, then deletes the CodeRun.
 */
export async function endOverdue(tools: DeadlineTools, seen: SeenCodeRun): Promise<Deadline> {
	const { clients, namespace, clock, log } = tools;
	if (seen.terminal !== undefined || seen.identity === undefined) return "ended";
	if (seen.timed_out_at === null) {
		if (!isOverdue(seen, tools)) return "wait";
		const at = new Date(clock.now()).toISOString();
		const annotated = await annotateTimedOut(clients, namespace, seen, at);
		logStep(log, seen, "CodeRun timed out", annotated);
		return "wait";
	}
	if (!tools.deleteOverdue || seen.deleting) return "ended";
	const { incident_id } = seen.identity;
	const mark = { mark: "timed_out", at: seen.timed_out_at } as const;
	const marked = await markIncidentLease(clients, namespace, { incident_id, coderun_name: seen.name }, mark);
	if (marked.kind === "unavailable") {
		logStep(log, seen, "timed-out CodeRun not marked", marked);
		return "wait";
	}
	const deleted = await deleteCodeRun(clients, namespace, seen);
	logStep(log, seen, "timed-out CodeRun deleted", deleted);
	// A relay without the permission to delete still reports the outcome.
	return "ended";
}

function isOverdue({ created_at, deadline_s }: SeenCodeRun, tools: DeadlineTools): boolean {
	const seconds = deadline_s ?? tools.deadline_s;
	if (seconds === undefined || created_at === undefined) return false;
	return tools.clock.now() > created_at + seconds * 1000;
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
