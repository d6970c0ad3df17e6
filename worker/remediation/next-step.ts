import { DAY_MS } from "../../wire/durations.ts";
import { NOT_STARTED } from "../../wire/outcome.ts";
import type { IncidentRow } from "../journal/incidents.ts";
import type { RemediationEvent } from "../journal/state-machine.ts";
import type { AttemptResult } from "../journal/statuses.ts";
import { endOfAlert } from "./alert-resolved.ts";
import type { CiVerdict } from "./ci-verdict.ts";
import { type EndedAttempt, type EscalationPolicy, endsWithPerson, nextAgent } from "./next-agent.ts";

/** `outcome` and `settings.settle` of pipeline.yaml, in seconds. */
export interface OutcomeRules extends EscalationPolicy {
	readonly pause_s: number;
	readonly ci_deadline_s: number;
	readonly settle_s: number;
}

/** Everything that a remediation's next step depends on. Times are milliseconds. */
export interface RemediationState {
	readonly incident: Pick<IncidentRow, "status" | "attempt" | "budget_from" | "updated_at">;
	/** Earlier attempts of the current budget. */
	readonly ended: readonly EndedAttempt[];
	/** The current attempt, once it is decided. */
	readonly current?: {
		readonly agent: string;
		readonly failure_type: string;
		readonly coderun_name: string;
		readonly escalated: boolean;
		/** The phase in which its CodeRun ended; null while unknown. */
		readonly outcome: string | null;
		readonly outcome_at: number | null;
		readonly message: string | null;
		/** When the relay is queried about its CodeRun, unless the outcome arrives first. */
		readonly ask_at: number;
		/** When the relay must have ended its CodeRun; undefined if nothing has a deadline. */
		readonly overdueAt?: number;
	};
	/** How many of the current budget's earlier attempts no controller started. They are not in `ended`. */
	readonly unstarted: number;
	/** Whether any attempt had a CodeRun that started. */
	readonly wasTried: boolean;
	/** The relay's answer to a query about the current attempt's CodeRun, if that has not ended. */
	readonly relayStatus?: RelayStatus;
	readonly ci: CiVerdict;
	/** The pull request whose branch failed is closed or merged; `at`: when the event arrived. */
	readonly branchDone?: { readonly why: string; readonly at: number };
	/** The alert that it is about was closed. */
	readonly alertDone?: { readonly why: string };
	/** How the fix's own pull request ended. */
	readonly fix?: { readonly state: "closed" | "merged"; readonly number: number; readonly at: number };
	readonly now: number;
}

export type RelayStatus = { readonly state: "running" } | { readonly state: "unknown"; readonly why: string };

export interface AttemptEnd {
	/** Null if its CodeRun never started: nothing was tried. */
	readonly result: AttemptResult | null;
	readonly signature: string | null;
	readonly ci_summary: string | null;
	readonly ci_url: string | null;
}

/** One step to take now, or when to check again without a new event. */
export type NextStep =
	| {
			readonly do: "step";
			readonly event: RemediationEvent;
			readonly reason: string | null;
			/** How the current attempt ended, if this step ends it. */
			readonly end?: AttemptEnd;
			readonly set: Partial<Pick<IncidentRow, "attempt" | "escalate_to" | "next_try_at" | "not_before" | "fixed_by">>;
	  }
	| { readonly do: "wait"; readonly at: number }
	/** Query the relay about the CodeRun before anything follows. */
	| { readonly do: "ask_relay" };

// This long after its deadline, a CodeRun with an unknown end is escalated.
const ASK_FOR_MS = DAY_MS;

/**
 * The next step of a remediation, from its state alone, not from the order in which events arrived. Undefined if there is
 * none: it waits for another event, or has ended.
 */
export function nextStep(state: RemediationState, rules: OutcomeRules): NextStep | undefined {
	const closed = afterAlert(state);
	if (closed !== undefined) return closed;
	switch (state.incident.status) {
		case "accepted":
		case "waiting":
			return isOver(state) ? afterRun(state, rules) : beforeSending(state, rules);
		case "running":
			return isOver(state) ? afterRun(state, rules) : whileRunning(state, rules);
		case "awaiting_ci":
			return afterRun(state, rules);
		case "fixed":
			return reconsider(state, rules);
		case "failed":
		case "escalated":
			return state.ci.result === "passed" && state.current !== undefined ? ciPassed(state.ci, undefined) : undefined;
		case "awaiting_merge":
		case "unverified":
		case "superseded":
		case "cancelled":
		case "dead":
			return undefined;
		default:
			return state.incident.status satisfies never;
	}
}

function afterAlert(state: RemediationState): NextStep | undefined {
	const closed = endOfAlert(state);
	if (closed === undefined) return undefined;
	const { event, reason, fixed_by, endsAttempt } = closed;
	const end = endsAttempt && state.current !== undefined && { end: endAs("fixed") };
	return { do: "step", event, reason, ...end, set: { next_try_at: null, fixed_by } };
}

function isOver({ current }: RemediationState): boolean {
	return current !== undefined && current.outcome !== null;
}

/** Whether there is still something to fix, checked before each send (docs/remediation.md). */
function beforeSending(
	{ wasTried, ci, branchDone, now }: RemediationState,
	{ settle_s }: OutcomeRules,
): NextStep | undefined {
	if (ci.result === "passed") {
		if (wasTried) return ciPassed(ci, undefined);
		const how = ci.isAllowedFailure ? " although a job of the run failed" : ci.by === "rerun" ? " in a rerun" : "";
		const reason = `CI passed${how} before any attempt${at(ci.row.url)}`;
		return { do: "step", event: "superseded", reason, set: { next_try_at: null, fixed_by: ci.by } };
	}
	if (ci.result === "another_incident") return supersededBy(ci.incident_id, undefined);
	if (branchDone === undefined || now < branchDone.at + settle_s * 1000) return undefined;
	return { do: "step", event: "superseded", reason: branchDone.why, set: { next_try_at: null } };
}

function afterRun(state: RemediationState, rules: OutcomeRules): NextStep | undefined {
	const { ci, current, now } = state;
	if (current?.outcome === NOT_STARTED) return beforeSending(state, rules) ?? afterNoStart(state, current, rules);
	const decided = byCi(ci);
	if (decided !== undefined) return decided;
	if (current === undefined) return withoutAttempt(state, rules);
	// An earlier version wrote this state without an outcome.
	const outcome = current.outcome ?? "Completed";
	if (outcome !== "Succeeded" && outcome !== "Completed") {
		return endAttempt(state, rules, endOfAgent(outcome, current.message), describeOutcome(outcome, current.message));
	}

	const settle_ms = rules.settle_s * 1000;
	const closed = closedOf(state);
	if (closed !== undefined && now >= closed.at + settle_ms) return closed.step;
	const hasFailed = ci.result === "failed";
	if (hasFailed && now >= ci.received_at + settle_ms) {
		const ci_summary = `failed: ${ci.signature}`.slice(0, 1000);
		const end = { result: "ci_still_failing", signature: ci.signature, ci_summary, ci_url: ci.row.url } as const;
		return endAttempt(state, rules, end, `CI still fails after attempt ${state.incident.attempt}`);
	}
	const silentAt = (current.outcome_at ?? state.incident.updated_at) + rules.ci_deadline_s * 1000;
	if (!hasFailed && now >= silentAt) return afterSilence(state, rules);

	const checkAt = Math.min(
		silentAt,
		closed === undefined ? silentAt : closed.at + settle_ms,
		hasFailed ? ci.received_at + settle_ms : silentAt,
	);
	const { status } = state.incident;
	if (status === "awaiting_ci" || status === "fixed") return { do: "wait", at: checkAt };
	return { do: "step", event: "agent_finished", reason: null, set: { next_try_at: checkAt } };
}

function byCi(ci: CiVerdict): NextStep | undefined {
	if (ci.result === "passed")
		return ciPassed(ci, { result: "fixed", signature: null, ci_summary: "passed", ci_url: ci.row.url });
	return ci.result === "another_incident" ? supersededBy(ci.incident_id, endAs("superseded")) : undefined;
}

/** A row whose attempt is not in the journal: its CodeRun is unknown, so a person has to continue. */
function withoutAttempt({ now }: RemediationState, rules: OutcomeRules): NextStep {
	return toPerson(rules, "its attempt is not in the journal", undefined, now);
}

/** CI never reported. A merge of the fix by a person counts as its review; otherwise a person is notified. */
function afterSilence(state: RemediationState, rules: OutcomeRules): NextStep {
	if (state.fix?.state === "merged") {
		const reason = `pull request #${state.fix.number} was merged; CI reported nothing about it`;
		return {
			do: "step",
			event: "ci_passed",
			reason,
			end: endAs("fixed"),
			set: { next_try_at: null, fixed_by: "agent" },
		};
	}
	return endAttempt(state, rules, endAs("ci_silent"), "CI reported nothing in time");
}

function closedOf(state: RemediationState): { readonly at: number; readonly step: NextStep } | undefined {
	const { fix, branchDone } = state;
	if (fix?.state === "closed") {
		const reason = `pull request #${fix.number} of the fix was closed without a merge`;
		const set = { next_try_at: null };
		return { at: fix.at, step: { do: "step", event: "stopped", reason, end: endAs("stopped"), set } };
	}
	if (branchDone === undefined) return undefined;
	const step = {
		do: "step",
		event: "superseded",
		reason: branchDone.why,
		end: endAs("superseded"),
		set: { next_try_at: null },
	} as const;
	return { at: branchDone.at, step };
}

/** After CI passed, only a failure of the agent's own later push reopens the remediation, and only until CI's deadline. */
function reconsider(state: RemediationState, rules: OutcomeRules): NextStep | undefined {
	const { ci, current, alertDone } = state;
	if (alertDone !== undefined || ci.result !== "failed" || current === undefined || current.outcome === null)
		return undefined;
	const until = (current.outcome_at ?? 0) + rules.ci_deadline_s * 1000;
	return ci.received_at > until ? undefined : afterRun(state, rules);
}

function endAttempt(state: RemediationState, rules: OutcomeRules, end: AttemptEnd, summary: string): NextStep {
	const { current, incident, now } = state;
	if (current === undefined) throw new Error("no attempt to end");
	const { agent, failure_type, escalated } = current;
	const { result, signature } = end;
	const last = { attempt: incident.attempt, agent, failure_type, escalated, signature };
	const ended = result === null ? state.ended : [...state.ended, { ...last, result }];
	const next = nextAgent(rules, ended);
	switch (next.do) {
		case "attempt": {
			const due = now + rules.pause_s * 1000;
			const who = next.agent === undefined || next.agent === agent ? "" : ` by ${next.agent}`;
			const reason = `${summary}; attempt ${incident.attempt + 1}${who} follows: ${next.why}`;
			const escalate_to = next.agent ?? null;
			const set = { attempt: incident.attempt + 1, escalate_to, next_try_at: due, not_before: due };
			return { do: "step", event: "retry_scheduled", reason, end, set };
		}
		case "notify_human":
			return { do: "step", event: "escalated", reason: `${summary}; ${next.why}`, end, set: { next_try_at: now } };
		case "give_up":
			return { do: "step", event: "exhausted", reason: `${summary}; ${next.why}`, end, set: { next_try_at: null } };
		default:
			return next satisfies never;
	}
}

// Each takes the start deadline. While none of several incidents' CodeRuns starts, creating them waits as well.
const MOST_UNSTARTED = 5;

/** No agent has tried anything, so the same one is asked again and no budget is used. A person is asked in the end. */
function afterNoStart(
	{ incident, unstarted, now }: RemediationState,
	{ agent, escalated }: NonNullable<RemediationState["current"]>,
	rules: OutcomeRules,
): NextStep {
	const end = endAs(null);
	const summary = "no controller started the CodeRun: it had no phase at its start deadline";
	const times = unstarted + 1;
	if (times >= MOST_UNSTARTED) return toPerson(rules, `${summary}, ${times} times; no agent has tried`, end, now);
	const due = now + rules.pause_s * 1000;
	const reason = `${summary}; attempt ${incident.attempt + 1} follows, and this one counts against no agent`;
	const escalate_to = escalated ? agent : null;
	const set = { attempt: incident.attempt + 1, escalate_to, next_try_at: due, not_before: due };
	return { do: "step", event: "retry_scheduled", reason, end, set };
}

function ciPassed(ci: CiVerdict & { readonly result: "passed" }, end: AttemptEnd | undefined): NextStep {
	const how = { agent: "", rerun: " in a rerun", other: " after somebody else's push" }[ci.by];
	const reason = `CI passed${ci.isAllowedFailure ? " although a job of the run failed" : how}${at(ci.row.url)}`;
	const set = { next_try_at: null, fixed_by: ci.by };
	return { do: "step", event: "ci_passed", reason, set, ...(end !== undefined && { end }) };
}

function supersededBy(incident_id: string, end: AttemptEnd | undefined): NextStep {
	const reason = `its newer failure is incident ${incident_id}`;
	return { do: "step", event: "superseded", reason, set: { next_try_at: null }, ...(end !== undefined && { end }) };
}

/**
 * Silence does not end an attempt: the relay is queried, at growing intervals. Only the relay's answer ends it, so that no
 * second CodeRun is created while the first may still run. A day after the deadline without an end, a person is notified.
 */
function whileRunning(state: RemediationState, rules: OutcomeRules): NextStep | undefined {
	const { ci, current, relayStatus, now } = state;
	if (current === undefined) return withoutAttempt(state, rules);
	const { ask_at, overdueAt, coderun_name } = current;
	const isOverdue = overdueAt !== undefined && now >= overdueAt;
	const decided = isOverdue ? byCi(ci) : undefined;
	if (decided !== undefined) return decided;
	if (relayStatus === undefined) return now < ask_at ? { do: "wait", at: ask_at } : { do: "ask_relay" };
	if (overdueAt === undefined || now < overdueAt + ASK_FOR_MS) return { do: "wait", at: ask_at };
	const why = relayStatus.state === "running" ? "is still running" : `is in an unknown state (${relayStatus.why})`;
	return toPerson(rules, `${coderun_name} ${why}, a day after its deadline`, endAs("timed_out"), now);
}

function toPerson(rules: OutcomeRules, reason: string, end: AttemptEnd | undefined, now: number): NextStep {
	const ended = end !== undefined && { end };
	return endsWithPerson(rules)
		? { do: "step", event: "escalated", reason, set: { next_try_at: now }, ...ended }
		: { do: "step", event: "exhausted", reason, set: { next_try_at: null }, ...ended };
}

function endOfAgent(outcome: string, message: string | null): AttemptEnd {
	const result = outcome === "Deleted" ? "deleted" : outcome === "TimedOut" ? "timed_out" : "agent_failed";
	// Two deletions in a row are not two equal failures of the agent.
	const signature = result === "deleted" ? null : `agent ${outcome}: ${message ?? ""}`.slice(0, 1000);
	return { ...endAs(result), signature };
}

function endAs(result: AttemptResult | null): AttemptEnd {
	return { result, signature: null, ci_summary: null, ci_url: null };
}

/** One clause for people. Unknown phases count as failures. */
function describeOutcome(outcome: string, message: string | null): string {
	if (outcome === "Deleted")
		return "the CodeRun was deleted before it finished, by a person or a tool; its agent did not fail";
	if (outcome === "TimedOut") return "the CodeRun did not finish before its deadline";
	const why = message ? `: ${message.slice(0, 1000)}` : "";
	return `the CodeRun ended as ${outcome.slice(0, 63)}${why}`;
}

function at(url: string | null): string {
	return url === null ? "" : `: ${url}`;
}
