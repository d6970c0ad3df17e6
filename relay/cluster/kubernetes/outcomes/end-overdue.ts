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
	/** For CodeRuns that bring no deadline along; undefined is none. */
	readonly deadline_s: number | undefined;
	/** Whether what takes too long is deleted; else it is only reported. */
	readonly delete_overdue: boolean;
}

/** `ended`: its outcome can be told. `wait`: it is on its way to that, or not due. */
export type Deadline = "wait" | "ended";

/**
 * Ends a CodeRun whose deadline has passed, one step at a time, each of which any relay may take again: that it is so is
 * written on the CodeRun, then on its incident's claim, which outlives it; then it is deleted.
 */
export async function endOverdue(tools: DeadlineTools, seen: SeenCodeRun): Promise<Deadline> {
	const { clients, namespace, clock, log } = tools;
	if (seen.terminal !== undefined || seen.identity === undefined) return "ended";
	if (seen.timed_out_at === null) {
		if (!isOverdue(seen, tools)) return "wait";
		const at = new Date(clock.now()).toISOString();
		const annotated = await annotateTimedOut(clients, namespace, seen, at);
		report(log, seen, "CodeRun timed out", annotated);
		return "wait";
	}
	if (!tools.delete_overdue || seen.deleting) return "ended";
	const { incident_id } = seen.identity;
	const mark = { mark: "timed_out", at: seen.timed_out_at } as const;
	const marked = await markIncidentLease(clients, namespace, { incident_id, coderun_name: seen.name }, mark);
	if (marked.kind === "unavailable") {
		report(log, seen, "timed-out CodeRun marked", marked);
		return "wait";
	}
	const deleted = await deleteCodeRun(clients, namespace, seen);
	report(log, seen, "timed-out CodeRun deleted", deleted);
	// A relay that may not delete still tells the worker.
	return "ended";
}

function isOverdue({ created_at, deadline_s }: SeenCodeRun, tools: DeadlineTools): boolean {
	const seconds = deadline_s ?? tools.deadline_s;
	if (seconds === undefined || created_at === undefined) return false;
	return tools.clock.now() > created_at + seconds * 1000;
}

function report(
	log: Log,
	{ name }: SeenCodeRun,
	message: string,
	what: { readonly kind: string; readonly why?: string },
) {
	const failed = what.kind === "unavailable";
	log({ level: failed ? "error" : "info", message, coderun_name: name, ...(failed ? { reason: what.why } : {}) });
}
