import type { StageExplanation } from "../../pipeline/explanation.ts";
import type { Incident } from "../../pipeline/incident.ts";
import type { AttemptResult, IncidentStatus } from "../journal/statuses.ts";

/*
 * What the API answers with (DESIGN section 9), as types alone: the worker builds them, the page reads them. Times are
 * ISO 8601, what is unknown is null.
 */

/** An incident in the list. */
export interface ShownIncident {
	readonly id: string;
	readonly status: IncidentStatus;
	/** One sentence for people: why it waits, failed or was cancelled. */
	readonly reason: string | null;
	readonly event: string;
	readonly repository: string;
	readonly branch: string | null;
	readonly run_id: string | null;
	readonly agent: string | null;
	readonly failure_type: string | null;
	readonly rule: string | null;
	readonly coderun_name: string | null;
	readonly created_at: string;
}

/** With `?with=title`: what a person recognises it by, too. */
export interface TitledIncident extends ShownIncident {
	/** The workflow, check, alert or stage that failed. */
	readonly title: string;
	/** The job, package or words of the command, where the title does not say it. */
	readonly part: string | null;
	readonly pr_number: number | null;
	readonly attempt: number;
	/** What has to become free: `claim:{key}`, `agent:{name}` ... */
	readonly blocked_on: string | null;
	readonly updated_at: string;
}

export interface IncidentPage<Row extends ShownIncident> {
	readonly incidents: readonly Row[];
	/** The cursor of the page after it; null on the last one. */
	readonly next: string | null;
}

/** One incident with all that is known about it. */
export interface IncidentDetail extends TitledIncident {
	readonly kind: string;
	readonly next_try_at: string | null;
	readonly ended_at: string | null;
	/** Whose doing it was that the check is green again. */
	readonly fixed_by: "agent" | "rerun" | "other" | null;
	/** Where a person was told. */
	readonly escalation_url: string | null;
	/** The version of the pipeline that read or decided it last. */
	readonly pipeline: string;
	readonly identity: string;
	readonly incident: Incident;
	readonly explanation: { readonly pipeline?: string; readonly stages: readonly StageExplanation[] };
	readonly context: Readonly<Record<string, ContextSummary>> | null;
	readonly attempts: readonly ShownAttempt[];
	readonly deliveries: readonly ShownDelivery[];
	readonly timeline: readonly ShownStep[];
}

/** What became of one part of the context, without its data. */
export interface ContextSummary {
	readonly from: string;
	readonly status: "ok" | "empty" | "failed" | "skipped";
	readonly took_ms: number;
	readonly why?: string;
	/** What of it could not be had. */
	readonly incomplete?: string;
}

export interface ShownAttempt {
	readonly attempt: number;
	readonly agent: string;
	readonly coderun_name: string;
	/** The phase that its CodeRun ended with. */
	readonly outcome: string | null;
	/** How it ended for the incident. */
	readonly result: AttemptResult | null;
	readonly failure_type: string;
	readonly rule: string;
	readonly decided_at: string;
	readonly ended_at: string | null;
	/** Why the relay refused it, where it was decided again as the next attempt. */
	readonly refused: string | null;
	readonly pull_request_url: string | null;
	readonly message: string | null;
	readonly started_at: string | null;
	readonly finished_at: string | null;
	readonly ci_summary: string | null;
	readonly ci_url: string | null;
	/** Whether the escalation chose its agent instead of the router. */
	readonly escalated: boolean;
	/** The CodeRun as it was, or will be, asked for; its prompt is in it. Null when it cannot be read. */
	readonly coderun: { readonly metadata: unknown; readonly spec: Readonly<Record<string, unknown>> } | null;
}

export interface ShownDelivery {
	readonly delivery_id: string;
	readonly event: string;
	readonly received_at: string;
}

/** One line of the timeline. `to` is null for a step that the state machine has no place for: nothing changed. */
export interface ShownStep {
	readonly at: string;
	readonly attempt: number;
	readonly event: string;
	readonly from: IncidentStatus;
	readonly to: IncidentStatus | null;
	readonly reason: string | null;
}

/** What the list can be narrowed to, as far as the journal knows any. */
export interface Choices {
	readonly agents: readonly string[];
	readonly failure_types: readonly string[];
	readonly repositories: readonly string[];
}

export interface HubStatus {
	/** The version of the pipeline that works. */
	readonly pipeline: string;
	/** Null when nothing is held back. `since` is null where the pipeline says so. */
	readonly paused: { readonly by: string; readonly reason: string | null; readonly since: string | null } | null;
	readonly pipelines: readonly { readonly version: string; readonly pushed_at: string; readonly active: boolean }[];
	readonly incidents: Readonly<Record<IncidentStatus, number>>;
	/** Deliveries that were no incidents, by the kind of reason. */
	readonly ignored: Readonly<Record<string, number>>;
	/** Requests whose signature was made with none of the webhook's secrets, in the days that are kept. */
	readonly refused_signatures: number;
	/** Deliveries that wait in the queue until the journal is back; null where there is no such queue. */
	readonly delivery_queue: DeliveryQueueStatus | null;
	readonly redelivery: Redelivery;
	/** When an incident changed last; null where there is none. */
	readonly changed_at: string | null;
}

export interface DeliveryQueueStatus {
	/** Null when the queue does not say. */
	readonly waiting: number | null;
	readonly oldest_at: string | null;
}

/** What became of deliveries that GitHub failed to hand over. */
export type Redelivery =
	| { readonly configured: false }
	| {
			readonly configured: true;
			readonly scanned_at: string | null;
			readonly waits_until: string | null;
			readonly problem: string | null;
			/** Events by what became of them, and how often GitHub was asked in all. */
			readonly pending: number;
			readonly recovered: number;
			readonly lost: number;
			readonly requests: number;
	  };

/** Answer of `POST /api/explain`. */
export interface ExplainedDelivery {
	readonly pipeline: string;
	/** What would come of it, in one sentence. */
	readonly verdict: string;
	/** The incident's id; null where it would be none. */
	readonly incident_id: string | null;
	readonly agent: string | null;
	readonly failure_type: string | null;
	readonly rule: string | null;
	readonly explanation: readonly StageExplanation[];
}
