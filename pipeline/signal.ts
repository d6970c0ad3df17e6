import type { Account, Alert } from "./incident.ts";

/** What a lifecycle event of a branch, a pull request or an alert can report. */
export const SIGNALS = [
	"success",
	"failure",
	"merged",
	"closed",
	"reviewed",
	"queued",
	"dequeued",
	"resolved",
	"moved",
] as const;
export type SignalReport = (typeof SIGNALS)[number];

/**
 * What a delivery reports about something that may be under remediation (`lifecycle` in pipeline.yaml). It never starts
 * anything. Fields that the event lacks are absent.
 */
export interface Signal {
	readonly reports: SignalReport;
	/** The entry's name under `lifecycle:`. */
	readonly event: string;
	readonly delivery_id: string;
	/** `owner/name`. */
	readonly repository: string;
	/** As in an incident: absent if the event does not name it. */
	readonly head_repository?: string;
	readonly branch?: string;
	readonly head_sha?: string;
	readonly run_id?: string;
	readonly run_attempt?: number;
	readonly workflow?: { readonly name?: string; readonly path?: string };
	/** Slug of the App that owns the check. */
	readonly app?: string;
	/** The job, check run or status context; absent for a whole run or suite. */
	readonly job?: string;
	readonly failed_steps?: readonly string[];
	readonly pr_number?: number;
	/** The alert that was fixed, dismissed or resolved. */
	readonly alert?: Pick<Alert, "type" | "number">;
	/** As GitHub calls it: how an alert was closed, a review's state, why a merge group was destroyed. */
	readonly conclusion?: string;
	/** Who started the run. */
	readonly actor?: Account;
	/** Who caused the delivery. */
	readonly sender?: Account;
	readonly url?: string;
	/** When the run or check began, ISO 8601. Used to tell which one is newer, rather than the time it ended. */
	readonly started_at?: string;
	/** When it happened, ISO 8601. */
	readonly occurred_at?: string;
}
