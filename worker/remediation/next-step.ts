import type { IncidentRow } from "../journal/incidents.ts";
import type { RemediationEvent } from "../journal/state-machine.ts";
import type { AttemptResult } from "../journal/statuses.ts";
import type { CiVerdict } from "./ci-verdict.ts";
import { type EndedAttempt, type EscalationPolicy, endsWithPerson, nextAgent } from "./next-agent.ts";

/** pipeline.yaml `outcome` and `settings.settle`, in seconds. */
export interface OutcomeRules extends EscalationPolicy {
	readonly pause_s: number;
	readonly ci_deadline_s: number;
	readonly settle_s: number;
}

/** All that a remediation's next step depends on. Times are milliseconds. */
export interface RemediationState {
	readonly incident: Pick<IncidentRow, "status" | "attempt" | "budget_from" | "updated_at">;
	/** Those before the present one that belong to its budget. */
	readonly ended: readonly EndedAttempt[];
	/** The present attempt, once it was decided. */
	readonly current?: {
		readonly agent: string;
		readonly failure_type: string;
		readonly coderun_name: string;
		readonly escalated: boolean;
		/** The phase of its CodeRun's end; null while that is not known. */
		readonly outcome: string | null;
		readonly outcome_at: number | null;
		readonly message: string | null;
		/** When the relay is asked what became of its CodeRun, unless its outcome came before. */
		readonly ask_at: number;
		/** When its CodeRun must have been ended by the relay; undefined where nothing has a deadline. */
		readonly overdue_at?: number;
	};
	/** Whether any attempt had a CodeRun. */
	readonly was_tried: boolean;
	/** What the relay said just now of the present attempt's CodeRun, where it said no end. */
	readonly asked?: RelayStatus;
	readonly ci: CiVerdict;
	/** The pull request whose branch failed is closed or merged; when that was told. */
	readonly branch_done?: { readonly why: string; readonly at: number };
	/** What became of the fix's own pull request. */
	readonly fix?: { readonly state: "closed" | "merged"; readonly number: number; readonly at: number };
	readonly now: number;
}

export type RelayStatus = { readonly state: "running" } | { readonly state: "unknown"; readonly why: string };

export interface AttemptEnd {
	readonly result: AttemptResult;
	readonly signature: string | null;
	readonly ci_summary: string | null;
	readonly ci_url: string | null;
}

/** One step to take now, or when to look again if nothing is told until then. */
export type NextStep =
	| {
			readonly do: "step";
			readonly event: RemediationEvent;
			readonly reason: string | null;
			/** How the present attempt ended, if this step ends it. */
			readonly end?: AttemptEnd;
			readonly set: Partial<Pick<IncidentRow, "attempt" | "escalate_to" | "next_try_at" | "not_before" | "fixed_by">>;
	  }
	| { readonly do: "wait"; readonly at: number }
	/** The relay has to be asked what became of the CodeRun before anything follows. */
	| { readonly do: "ask_relay" };

// So long after its deadline a CodeRun of which nothing can be learnt is a person's to look at.
const ASK_FOR_MS = 24 * 3600_000;

/**
 * The next step of a remediation, from what is known alone: not from the order in which it came to be known. Undefined
 * when there is none: it waits for somebody to tell more, or is where it ends.
 */
export function nextStep(facts: RemediationState, rules: OutcomeRules): NextStep | undefined {
	switch (facts.incident.status) {
		case "accepted":
		case "waiting":
			return isOver(facts) ? afterRun(facts, rules) : beforeSending(facts, rules);
		case "running":
			return isOver(facts) ? afterRun(facts, rules) : whileRunning(facts, rules);
		case "awaiting_ci":
			return afterRun(facts, rules);
		case "fixed":
			return reconsider(facts, rules);
		case "failed":
		case "escalated":
			return facts.ci.result === "passed" && facts.current !== undefined ? ciPassed(facts.ci, undefined) : undefined;
		case "superseded":
		case "cancelled":
		case "dead":
			return undefined;
		default:
			return facts.incident.status satisfies never;
	}
}

function isOver({ current }: RemediationState): boolean {
	return current !== undefined && current.outcome !== null;
}

/** Whether there is still something to do: looked at each time before it is sent (DESIGN section 5.7). */
function beforeSending(
	{ was_tried, ci, branch_done, now }: RemediationState,
	{ settle_s }: OutcomeRules,
): NextStep | undefined {
	if (ci.result === "passed") {
		if (was_tried) return ciPassed(ci, undefined);
		const reason = `${ci.by === "rerun" ? "a rerun went green by itself" : "it is green again"}${at(ci.row.url)}`;
		return { do: "step", event: "superseded", reason, set: { next_try_at: null, fixed_by: ci.by } };
	}
	if (ci.result === "another_incident") return supersededBy(ci.incident_id, undefined);
	if (branch_done === undefined || now < branch_done.at + settle_s * 1000) return undefined;
	return { do: "step", event: "superseded", reason: branch_done.why, set: { next_try_at: null } };
}

function afterRun(facts: RemediationState, rules: OutcomeRules): NextStep | undefined {
	const { ci, current, now } = facts;
	const decided = byCi(ci);
	if (decided !== undefined) return decided;
	if (current === undefined) return withoutAttempt(facts, rules);
	// A version before this one wrote that state without an outcome.
	const outcome = current.outcome ?? "Completed";
	if (outcome !== "Succeeded" && outcome !== "Completed") {
		return endAttempt(facts, rules, endOfAgent(outcome, current.message), saidOf(outcome, current.message));
	}

	const settle_ms = rules.settle_s * 1000;
	const closed = closedOf(facts);
	if (closed !== undefined && now >= closed.at + settle_ms) return closed.step;
	const isRed = ci.result === "failed";
	if (isRed && now >= ci.received_at + settle_ms) {
		const ci_summary = `failed: ${ci.signature}`.slice(0, 1000);
		const end = { result: "ci_still_failing", signature: ci.signature, ci_summary, ci_url: ci.row.url } as const;
		return endAttempt(facts, rules, end, `CI is still red after attempt ${facts.incident.attempt}`);
	}
	const silent_at = (current.outcome_at ?? facts.incident.updated_at) + rules.ci_deadline_s * 1000;
	if (!isRed && now >= silent_at) return afterSilence(facts, rules);

	const look_at = Math.min(
		silent_at,
		closed === undefined ? silent_at : closed.at + settle_ms,
		isRed ? ci.received_at + settle_ms : silent_at,
	);
	const { status } = facts.incident;
	if (status === "awaiting_ci" || status === "fixed") return { do: "wait", at: look_at };
	return { do: "step", event: "agent_finished", reason: null, set: { next_try_at: look_at } };
}

function byCi(ci: CiVerdict): NextStep | undefined {
	if (ci.result === "passed")
		return ciPassed(ci, { result: "fixed", signature: null, ci_summary: "passed", ci_url: ci.row.url });
	return ci.result === "another_incident" ? supersededBy(ci.incident_id, endAs("superseded")) : undefined;
}

/** A row whose attempt is not in the journal: nothing can follow from what nobody knows. */
function withoutAttempt({ now }: RemediationState, rules: OutcomeRules): NextStep {
	return toPerson(rules, "its attempt is not in the journal", undefined, now);
}

/** A person merged what CI never spoke about: it was looked at. Otherwise a person has to look. */
function afterSilence(facts: RemediationState, rules: OutcomeRules): NextStep {
	if (facts.fix?.state === "merged") {
		const reason = `pull request #${facts.fix.number} was merged; CI said nothing about it`;
		return {
			do: "step",
			event: "ci_passed",
			reason,
			end: endAs("fixed"),
			set: { next_try_at: null, fixed_by: "agent" },
		};
	}
	return endAttempt(facts, rules, endAs("ci_silent"), "CI said nothing in time");
}

function closedOf(facts: RemediationState): { readonly at: number; readonly step: NextStep } | undefined {
	const { fix, branch_done } = facts;
	if (fix?.state === "closed") {
		const reason = `pull request #${fix.number} of the fix was closed without merging it`;
		const set = { next_try_at: null };
		return { at: fix.at, step: { do: "step", event: "stopped", reason, end: endAs("stopped"), set } };
	}
	if (branch_done === undefined) return undefined;
	const step = {
		do: "step",
		event: "superseded",
		reason: branch_done.why,
		end: endAs("superseded"),
		set: { next_try_at: null },
	} as const;
	return { at: branch_done.at, step };
}

/** After a green only what the agent itself pushed since can take it back, and only for as long as CI had anyway. */
function reconsider(facts: RemediationState, rules: OutcomeRules): NextStep | undefined {
	const { ci, current } = facts;
	if (ci.result !== "failed" || current === undefined || current.outcome === null) return undefined;
	const until = (current.outcome_at ?? 0) + rules.ci_deadline_s * 1000;
	return ci.received_at > until ? undefined : afterRun(facts, rules);
}

function endAttempt(facts: RemediationState, rules: OutcomeRules, end: AttemptEnd, said: string): NextStep {
	const { current, incident, now } = facts;
	if (current === undefined) throw new Error("no attempt to end");
	const { agent, failure_type, escalated } = current;
	const { result, signature } = end;
	const ended = [...facts.ended, { attempt: incident.attempt, agent, failure_type, escalated, result, signature }];
	const next = nextAgent(rules, ended);
	switch (next.do) {
		case "attempt": {
			const due = now + rules.pause_s * 1000;
			const who = next.agent === undefined || next.agent === agent ? "" : ` by ${next.agent}`;
			const reason = `${said}; attempt ${incident.attempt + 1}${who} follows: ${next.why}`;
			const escalate_to = next.agent ?? null;
			const set = { attempt: incident.attempt + 1, escalate_to, next_try_at: due, not_before: due };
			return { do: "step", event: "retry_scheduled", reason, end, set };
		}
		case "notify_human":
			return { do: "step", event: "escalated", reason: `${said}; ${next.why}`, end, set: { next_try_at: now } };
		case "give_up":
			return { do: "step", event: "exhausted", reason: `${said}; ${next.why}`, end, set: { next_try_at: null } };
		default:
			return next satisfies never;
	}
}

function ciPassed(ci: CiVerdict & { readonly result: "passed" }, end: AttemptEnd | undefined): NextStep {
	const doing = { agent: "", rerun: " by a rerun", other: " by somebody else's push" }[ci.by];
	const reason = `green again${doing}${at(ci.row.url)}`;
	const set = { next_try_at: null, fixed_by: ci.by };
	return { do: "step", event: "ci_passed", reason, set, ...(end !== undefined && { end }) };
}

function supersededBy(incident_id: string, end: AttemptEnd | undefined): NextStep {
	const reason = `its newer failure is incident ${incident_id}`;
	return { do: "step", event: "superseded", reason, set: { next_try_at: null }, ...(end !== undefined && { end }) };
}

/**
 * Silence is no end: the relay is asked, later each time. Only what it says ends the attempt, so that no second CodeRun is
 * created while the first may still run. After a day of no end a person has to look.
 */
function whileRunning(facts: RemediationState, rules: OutcomeRules): NextStep | undefined {
	const { ci, current, asked, now } = facts;
	if (current === undefined) return withoutAttempt(facts, rules);
	const { ask_at, overdue_at, coderun_name } = current;
	const isOverdue = overdue_at !== undefined && now >= overdue_at;
	const decided = isOverdue ? byCi(ci) : undefined;
	if (decided !== undefined) return decided;
	if (asked === undefined) return now < ask_at ? { do: "wait", at: ask_at } : { do: "ask_relay" };
	if (overdue_at === undefined || now < overdue_at + ASK_FOR_MS) return { do: "wait", at: ask_at };
	const why = asked.state === "running" ? "still runs" : `cannot be asked for: ${asked.why}`;
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
	const signature = `agent ${outcome}: ${message ?? ""}`.slice(0, 1000);
	return { ...endAs(result), signature };
}

function endAs(result: AttemptResult): AttemptEnd {
	return { result, signature: null, ci_summary: null, ci_url: null };
}

/** In words; phases that nobody knows are failures, too. */
function saidOf(outcome: string, message: string | null): string {
	if (outcome === "Deleted") return "the CodeRun was deleted before it was finished";
	if (outcome === "TimedOut") return "the CodeRun was not finished by its deadline";
	const why = message ? `: ${message.slice(0, 1000)}` : "";
	return `the CodeRun ended as ${outcome.slice(0, 63)}${why}`;
}

function at(url: string | null): string {
	return url === null ? "" : `: ${url}`;
}
