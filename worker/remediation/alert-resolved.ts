import type { IncidentRow } from "../journal/incidents.ts";
import { isEnded } from "../journal/state-machine.ts";

/** What a remediation of an alert that was closed depends on. */
interface AlertState {
	readonly incident: Pick<IncidentRow, "status">;
	/** Whether any attempt had a CodeRun. */
	readonly wasTried: boolean;
	/** The alert was closed since it was reported. */
	readonly alertDone?: { readonly why: string };
	/** How the fix's own pull request ended. */
	readonly fix?: { readonly state: "closed" | "merged" };
}

/** The step that ends it. */
export interface AlertEnd {
	readonly event: "superseded" | "alert_resolved";
	readonly reason: string;
	readonly fixed_by: "agent" | "other" | null;
	/** Whether an attempt without a result ends with it. */
	readonly endsAttempt: boolean;
}

/**
 * The end of a remediation whose alert was fixed, dismissed or resolved: there is nothing left to do. Before any attempt it is
 * superseded, else fixed; the agent did it if its pull request was merged. A CodeRun that still runs is not interrupted.
 * Undefined if the alert is open or unknown, or the remediation is over.
 */
export function endOfAlert({ alertDone, incident, wasTried, fix }: AlertState): AlertEnd | undefined {
	const { status } = incident;
	const isLate = status === "failed" || status === "escalated" || status === "unverified";
	if (alertDone === undefined || (isEnded(status) && !isLate)) return undefined;
	const reason = alertDone.why;
	if (!wasTried && (status === "accepted" || status === "waiting" || status === "awaiting_approval")) {
		return { event: "superseded", reason, fixed_by: null, endsAttempt: false };
	}
	const fixed_by = fix?.state === "merged" ? "agent" : "other";
	return { event: "alert_resolved", reason, fixed_by, endsAttempt: !isLate };
}
