import type { Because } from "../../pipeline/because.ts";
import type { Context } from "../../pipeline/context.ts";
import type { StageExplanation } from "../../pipeline/explanation.ts";
import type { Incident } from "../../pipeline/incident.ts";
import type { RerunResult } from "../../pipeline/rerun.ts";
import type { WhoseVerdict } from "../../pipeline/whose-failure.ts";
import type { Right } from "../http/rights.ts";
import type { ObservedRow } from "../journal/observed-row.ts";
import type { AttemptResult, IncidentStatus } from "../journal/statuses.ts";
import type { Advice } from "./observed-advice.ts";

/*
 * The API's answers, as types only: the worker builds them, the page reads them. Times are ISO 8601, unknown values are null.
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
	/** The incident whose agent fixes its cause: it is in that one's group. */
	readonly leader_id: string | null;
	/** How many incidents are in its own group. */
	readonly members: number;
	readonly created_at: string;
}

/** With `?with=title`: adds a title for people. */
export interface TitledIncident extends ShownIncident {
	/** The workflow, check, alert or stage that failed. */
	readonly title: string;
	/** The job, package or words of the command, if the title does not contain it. */
	readonly part: string | null;
	readonly pr_number: number | null;
	readonly attempt: number;
	/** What has to become free: `claim:{key}`, `agent:{name}` ... */
	readonly blocked_on: string | null;
	/** The incident that has it, or is ahead in the queue for it. */
	readonly blocked_by: string | null;
	/** Since when it waits for that. */
	readonly blocked_since: string | null;
	readonly updated_at: string;
}

export interface IncidentPage<Row extends ShownIncident> {
	readonly incidents: readonly Row[];
	/** The next page's cursor; null on the last page. */
	readonly next: string | null;
}

/** One incident with everything that is known about it. */
export interface IncidentDetail extends TitledIncident {
	readonly kind: string;
	/** Where people see the repository: on github.com, or on the Enterprise's host of `GITHUB_API_URL`. */
	readonly repository_url: string;
	readonly next_try_at: string | null;
	/** Its place among those that wait for the same thing; null if it waits for nothing that others may need. */
	readonly queue: ShownQueue | null;
	readonly ended_at: string | null;
	/** What made the check pass again. */
	readonly fixed_by: "agent" | "rerun" | "other" | null;
	/** The escalation comment. */
	readonly escalation_url: string | null;
	/** The version of the pipeline that last read or decided it. */
	readonly pipeline: string;
	/** 32 hex digits, as in the logs and in the `traceparent` of its CodeRuns. */
	readonly trace_id: string;
	readonly identity: string;
	readonly incident: Incident;
	/** Who fixes it and why, in one sentence; null before the first decision. */
	readonly verdict: string | null;
	/** Whose failure a pull request's red check is, in one sentence; null for any other incident, and before a decision. */
	readonly whose_failure: string | null;
	readonly explanation: {
		readonly pipeline?: string;
		/** What identifies the cause; null: nothing does. */
		readonly fingerprint?: { readonly key: string; readonly text: string } | null;
		readonly because?: Because;
		readonly whose_failure?: WhoseVerdict;
		readonly stages: readonly StageExplanation[];
	};
	readonly context: Readonly<Record<string, ContextSummary>> | null;
	/** The pipeline's agents: a retry may name one. */
	readonly agents: readonly string[];
	/** Reruns of its failed jobs that GitHub was asked for before an agent, oldest first. */
	readonly reruns: readonly ShownRerun[];
	readonly attempts: readonly ShownAttempt[];
	readonly deliveries: readonly ShownDelivery[];
	readonly timeline: readonly ShownStep[];
	/** The first members of its group, oldest first; all of them: `GET /api/incidents?leader=ID`. */
	readonly first_members: readonly ShownMember[];
	/** Null: it is in nobody's group. */
	readonly leader: ShownLeader | null;
}

/** The incident whose agent fixes the cause of a member. */
export interface ShownLeader {
	readonly id: string;
	readonly status: IncidentStatus;
	readonly branch: string | null;
	readonly fixed_by: "agent" | "rerun" | "other" | null;
	/** The number of its fix's pull request. */
	readonly fix: number | null;
}

/** The place of an incident among those that wait for the same thing. */
export interface ShownQueue {
	/** 1: it is next. */
	readonly place: number;
	/** How many wait for it, 1,000 at most. */
	readonly waiting: number;
	/** How many of each repository go before it. */
	readonly before: readonly { readonly repository: string; readonly count: number }[];
	/** The same, for people. */
	readonly text: string;
}

/** An incident that waits for the fix of another one's agent. */
export interface ShownMember {
	readonly id: string;
	readonly status: IncidentStatus;
	readonly repository: string;
	readonly branch: string | null;
	readonly pr_number: number | null;
	readonly created_at: string;
}

export interface ShownRerun {
	/** The attempt of the run that had failed. */
	readonly run_attempt: number;
	readonly rule: string;
	readonly planned_at: string;
	/** When GitHub was known to have begun it. */
	readonly requested_at: string | null;
	readonly result: RerunResult | null;
	/** Why, as one clause. */
	readonly why: string | null;
	readonly ended_at: string | null;
}

/** The status of one part of the context, without its data. */
export interface ContextSummary {
	readonly from: string;
	readonly status: "ok" | "empty" | "failed" | "skipped";
	readonly took_ms: number;
	readonly why?: string;
	/** What is missing of it. */
	readonly incomplete?: string;
}

/** Answer of `GET /api/incidents/{id}/context`. */
export interface KeptContext {
	/** The version that gathered it. */
	readonly pipeline: string;
	/** Without secrets, and cut. */
	readonly context: Context;
}

export interface ShownAttempt {
	readonly attempt: number;
	readonly agent: string;
	readonly coderun_name: string;
	/** The phase in which its CodeRun ended. */
	readonly outcome: string | null;
	/** How it ended for the incident. */
	readonly result: AttemptResult | null;
	readonly failure_type: string;
	readonly rule: string;
	readonly decided_at: string;
	readonly ended_at: string | null;
	/** Why the relay refused it, if it was decided again as the next attempt. */
	readonly refused: string | null;
	readonly pull_request_url: string | null;
	readonly message: string | null;
	readonly started_at: string | null;
	readonly finished_at: string | null;
	/** How long its CodeRun took, in seconds. */
	readonly agent_s: number | null;
	readonly ci_summary: string | null;
	readonly ci_url: string | null;
	/** Whether the escalation chose its agent, not the router. */
	readonly escalated: boolean;
	/** The requested CodeRun with its prompt; null if it cannot be read. */
	readonly coderun: { readonly metadata: unknown; readonly spec: Readonly<Record<string, unknown>> } | null;
}

export interface ShownDelivery {
	readonly delivery_id: string;
	readonly event: string;
	readonly received_at: string;
}

/** One line of the timeline. `to` is null for a step that the state machine refused: nothing changed. */
export interface ShownStep {
	readonly at: string;
	readonly attempt: number;
	readonly event: string;
	readonly from: IncidentStatus;
	readonly to: IncidentStatus | null;
	readonly reason: string | null;
}

/** An ignored delivery. */
export interface ShownIgnored {
	readonly delivery_id: string;
	readonly event: string;
	readonly action: string | null;
	readonly repository: string | null;
	readonly branch: string | null;
	/** One sentence for people. */
	readonly reason: string;
	/** The filter that refused it, else the kind of reason: `unknown_event`, `not_matched`, `tracked` ... */
	readonly filter: string;
	readonly at: string;
}

/** Answer of `GET /api/ignored`. */
export interface IgnoredPage {
	readonly ignored: readonly ShownIgnored[];
	/** The most frequent filter first. */
	readonly filters: readonly { readonly filter: string; readonly count: number }[];
	/** The next page's `before`; null on the last page. */
	readonly next: string | null;
}

/** Something that happened to an incident. */
export interface ShownChange extends Omit<ShownStep, "from"> {
	readonly incident_id: string;
	/** Null for `opened`. */
	readonly from: IncidentStatus | null;
	readonly repository: string;
	readonly branch: string | null;
	readonly agent: string | null;
}

/** Answer of `GET /api/changes`. */
export interface ChangePage {
	/** Oldest first. */
	readonly changes: readonly ShownChange[];
	/** The cursor from which the next request continues. */
	readonly last: string;
}

/** The values in the journal by which the list can be filtered. */
export interface Choices {
	readonly agents: readonly string[];
	readonly failure_types: readonly string[];
	readonly repositories: readonly string[];
}

/** One line of the audit trail. */
export interface AuditLine {
	readonly at: string;
	/** An e-mail address or login, or what kind of token it was. */
	readonly who: string;
	readonly proof: "token" | "access" | "loopback" | "comment";
	/** The first 8 hex digits of the token's SHA-256. */
	readonly token: string | null;
	readonly action: string;
	/** An incident's id, a pipeline's version, or a pull request as `owner/name#number`. */
	readonly target: string | null;
	readonly detail: string | null;
}

/** Answer of `GET /api/audit`. */
export interface AuditPage {
	/** Newest first. */
	readonly audit: readonly AuditLine[];
	/** The next page's `before`; null on the last page. */
	readonly next: string | null;
}

/** Answer of `GET /api/pipeline?with=source`. */
export interface PipelineSource {
	readonly version: string;
	/** The text of its `pipeline.yaml`; null if an older Healer built it. */
	readonly source: string | null;
	/** Templates and partials by name, without `.mustache`. */
	readonly prompts: Readonly<Record<string, string>>;
}

export interface HubStatus {
	/** Where people see GitHub, without a trailing slash: github.com, or the Enterprise's host of `GITHUB_API_URL`. */
	readonly github_url: string;
	/** The version of the loaded pipeline. */
	readonly pipeline: string;
	/** Null without an active pause of all repositories. */
	readonly paused: ShownPause | null;
	/** The repositories that are paused each by itself, in the order of their names. */
	readonly paused_repositories: readonly PausedRepository[];
	/** The agents that are paused each by itself, in the order of their names. */
	readonly paused_agents: readonly PausedAgent[];
	/** Since when CodeRuns are created and no controller starts them, so that spawning waits; null if they are started. */
	readonly not_starting: { readonly since: string } | null;
	/** The pushed versions that are kept, newest first. `author` and `message` are what the push said. */
	readonly pipelines: readonly {
		readonly version: string;
		readonly pushed_at: string;
		readonly author: string | null;
		readonly message: string | null;
		readonly active: boolean;
	}[];
	readonly incidents: Readonly<Record<IncidentStatus, number>>;
	/** Deliveries that are not incidents, by kind of reason. */
	readonly ignored: Readonly<Record<string, number>>;
	/** Requests whose signature matches none of the webhook's secrets, over the days kept. */
	readonly refused_signatures: number;
	/** Deliveries that wait in the queue for the journal; null if there is no such queue. */
	readonly delivery_queue: DeliveryQueueStatus | null;
	readonly redelivery: Redelivery;
	/** How the targets of the pipeline's `notify` fare, and others for which messages wait. */
	readonly notifications: readonly NotificationStatus[];
	/** When an incident last changed; null if there is none. */
	readonly changed_at: string | null;
	/** When the newest delivery arrived; null if none is known. */
	readonly last_delivery_at: string | null;
	/** Of its database, in whole megabytes. */
	readonly journal: { readonly size_bytes: number };
}

/** An active pause. */
export interface ShownPause {
	/** `failures`: so many attempts failed in a row. */
	readonly by: "pipeline" | "command" | "failures";
	readonly reason: string | null;
	/** Null if the pipeline sets it. */
	readonly since: string | null;
	/** When it ends by itself; null: when a person, or a push, ends it. */
	readonly until: string | null;
}

interface PausedOne extends Pick<ShownPause, "reason" | "until"> {
	readonly by: "command" | "failures";
	readonly since: string;
}

export interface PausedRepository extends PausedOne {
	readonly repository: string;
}

export interface PausedAgent extends PausedOne {
	readonly agent: string;
}

/** What `/api/pause` answers. */
export interface PauseAnswer {
	/** What the request names, one of both at most; null and null: everything. */
	readonly repository: string | null;
	readonly agent: string | null;
	/** What stops spawning for it now; null: nothing. */
	readonly paused: ShownPause | null;
	readonly paused_repositories: readonly PausedRepository[];
	readonly paused_agents: readonly PausedAgent[];
	/** Of DELETE alone: how many incidents go on. */
	readonly released?: number;
}

export interface DeliveryQueueStatus {
	/** Null if the queue does not report it. */
	readonly waiting: number | null;
	readonly oldest_at: string | null;
}

/** One target of notifications. Its URL is a secret: only the host is shown. */
export interface NotificationStatus {
	readonly name: string;
	/** Null if the active pipeline has no such target. */
	readonly to: "slack" | "webhook" | null;
	readonly on: readonly string[];
	readonly host: string | null;
	/** Why nothing can be sent to it, with the fix: a variable is not set, or the pipeline no longer has it. */
	readonly problem: string | null;
	/** Messages that wait. */
	readonly pending: number;
	/** Of these, the ones that were tried in vain. */
	readonly failing: number;
	/** Messages that were given up after three days; they are kept as long as incidents are. */
	readonly failed: number;
	readonly oldest_at: string | null;
	/** Since when its receiver accepts nothing; null if the last message arrived. */
	readonly failing_since: string | null;
	readonly last_error: string | null;
	readonly next_try_at: string | null;
	readonly sent_at: string | null;
}

/** Answer of `POST /api/notifications/test`. */
export interface NotificationTest {
	readonly results: readonly {
		readonly name: string;
		readonly to: "slack" | "webhook";
		readonly host: string | null;
		readonly ok: boolean;
		/** Why it was not sent, and what to do. */
		readonly problem: string | null;
	}[];
}

/** The state of deliveries that GitHub failed to deliver. */
export type Redelivery =
	| { readonly configured: false }
	| {
			readonly configured: true;
			readonly scanned_at: string | null;
			readonly waits_until: string | null;
			readonly problem: string | null;
			/** Events by state, and the redeliveries requested for all of them. */
			readonly pending: number;
			readonly recovered: number;
			readonly lost: number;
			readonly requests: number;
	  };

/** Answer of `GET /api/viewer`. */
export interface Viewer {
	/** Null if nobody is known. */
	readonly who: string | null;
	readonly rights: readonly Right[];
}

/** Answer of `POST /api/explain`. */
export type { ExplainedDelivery } from "../../pipeline/explain-delivery.ts";

/** One line of the flake ledger: a failure that passed on the same commit when it was run again. */
export interface ShownFlake {
	readonly repository: string;
	/** Its name, else its file; empty if nobody named it. */
	readonly workflow: string;
	/** The failed jobs. */
	readonly job: string;
	/** What failed: the fingerprint's text, else the failure type. */
	readonly text: string;
	readonly failure_type: string;
	/** How often it passed when it was run again, and how often it failed again. */
	readonly seen: number;
	readonly failed_again: number;
	/** The share of its reruns that passed. */
	readonly rate: number;
	readonly first_seen_at: string;
	readonly last_seen_at: string;
	/** Whose commits it failed on, and how often. */
	readonly authors: readonly { readonly login: string; readonly times: number }[];
	/** The newest incident of it. */
	readonly incident_id: string;
}

/** Answer of `GET /api/flakes`. */
export interface FlakesPage {
	readonly flakes: readonly ShownFlake[];
	readonly more: boolean;
}

/** One kind of failure for which nothing was sent: what would have been done, and what became of it. */
export interface ShownObserved extends Omit<ObservedRow, "times">, Advice {
	/** From the failure until it was green; null while none is. */
	readonly median_minutes: number | null;
}

/** Answer of `GET /api/observed`. */
export interface ObservedPage {
	readonly observed: readonly ShownObserved[];
	readonly more: boolean;
}
