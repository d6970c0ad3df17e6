import { DAY_MS } from "../../wire/durations.ts";
import { NOT_STARTED } from "../../wire/outcome.ts";
import type { CheckRow } from "../journal/checks.ts";
import { endOfAlert } from "./alert-resolved.ts";
import type { CiVerdict } from "./ci-verdict.ts";
import {
	afterNoStart,
	describeOutcome,
	endAs,
	endAttempt,
	endOfAgent,
	handOverStep,
	stillFailing,
	toPerson,
} from "./end-attempt.ts";
import { memberStep } from "./member-step.ts";
import { type MergeState, type MergeStep, mergeAfterSilence, mergeStep } from "./merge-step.ts";
import { observationStep } from "./observation-step.ts";
import { type MergedFix, quietStep } from "./quiet-step.ts";
import type { AttemptEnd, NextStep, OutcomeRules, RemediationState } from "./remediation-state.ts";
import { rerunStep } from "./rerun-step.ts";
import type { QuietStep } from "./when-quiet.ts";

/** The reason of what nobody approved in time. */
export const APPROVAL_EXPIRED = "approval expired";

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
		case "rerunning":
			return whileRerunning(state, rules);
		case "awaiting_approval":
			return whileAwaitingApproval(state, rules);
		case "running":
			return isOver(state) ? afterRun(state, rules) : whileRunning(state, rules);
		case "awaiting_ci":
		case "awaiting_merge":
			return afterRun(state, rules);
		case "grouped":
			return whileGrouped(state, rules);
		case "observed":
			return observationStep(state);
		case "fixed":
			return reconsider(state, rules);
		case "failed":
		case "escalated":
		case "unverified":
			return afterEnd(state);
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

/** No agent was woken: what the rerun says decides, unless something else ended the failure meanwhile. */
function whileRerunning(state: RemediationState, rules: OutcomeRules): NextStep {
	const { ci } = state;
	if (ci.result === "passed" && ci.by === "rerun") return { ...ciPassed(ci, undefined), rerun: "passed" };
	const over = beforeSending(state, rules);
	return over?.do === "step" ? { ...over, rerun: "overtaken" } : rerunStep(state, rules);
}

/** Whether there is still something to fix, checked before each send (docs/remediation.md). */
function beforeSending(state: RemediationState, rules: OutcomeRules): NextStep | undefined {
	const { wasTried, ci, branchDone, now } = state;
	const { settle_s } = rules;
	if (ci.result === "passed") {
		if (wasTried) return ciPassed(ci, undefined);
		const reason = `${ci.what ?? `CI passed${ci.by === "rerun" ? " in a rerun" : ""}`} before any attempt${at(ci.row.url)}`;
		return { do: "step", event: "superseded", reason, set: { next_try_at: null, fixed_by: ci.by } };
	}
	if (ci.result === "another_incident") return supersededBy(ci.incident_id, undefined);
	const merging = wasTried && state.merge && betweenAttempts(state, state.merge, rules);
	if (merging) return merging;
	if (state.openFix !== undefined) {
		const reason = `its failure belongs to the open fix of incident ${state.openFix}`;
		return { do: "step", event: "superseded", reason, set: { next_try_at: null } };
	}
	if (branchDone === undefined || now < branchDone.at + settle_s * 1000) return undefined;
	return { do: "step", event: "superseded", reason: branchDone.why, set: { next_try_at: null } };
}

/** Nobody is asked for what is not to be fixed any more. */
function whileAwaitingApproval(state: RemediationState, rules: OutcomeRules): NextStep {
	const { incident, current, now } = state;
	const over = beforeSending(state, rules);
	if (over !== undefined) return over;
	const until = current?.approve_until ?? incident.updated_at + DAY_MS;
	if (now < until) return { do: "wait", at: until };
	return { do: "step", event: "approval_expired", reason: APPROVAL_EXPIRED, set: { next_try_at: null } };
}

/** What its own check and branch say goes before what became of its leader. */
function whileGrouped(state: RemediationState, rules: OutcomeRules): NextStep | undefined {
	const { ci, branchDone, now } = state;
	if (ci.result === "passed") return ciPassed(ci, undefined);
	if (ci.result === "another_incident") return supersededBy(ci.incident_id, undefined);
	if (branchDone === undefined || now < branchDone.at + rules.settle_s * 1000) return memberStep(state, rules);
	return { do: "step", event: "superseded", reason: branchDone.why, set: { next_try_at: null } };
}

/** A fix that has to be merged may pass, be merged or be closed before the next attempt is sent. */
function betweenAttempts(state: RemediationState, merge: MergeState, rules: OutcomeRules): NextStep | undefined {
	const next = mergeStep({ ...state, merge }, rules);
	if (next === undefined || next.do === "still_failing") return undefined;
	return next.do === "wait" ? next : takeMergeStep(state, rules, next);
}

/** A late success of an incident that ended without one. */
function afterEnd({ ci, current, fix, merge, now }: RemediationState): NextStep | undefined {
	if (current === undefined) return undefined;
	if (ci.result === "passed") return ciPassed(ci, undefined);
	if (merge?.fixPassed === undefined || fix !== undefined || current.result === "unmerged") return undefined;
	return fixPassed({ now }, merge.fixPassed);
}

function fixPassed({ now }: Pick<RemediationState, "now">, { branch, url }: CheckRow): NextStep {
	const reason = `the fix passes on ${branch}${at(url)}`;
	return { do: "step", event: "fix_passed", reason, set: { next_try_at: now } };
}

function afterRun(state: RemediationState, rules: OutcomeRules): NextStep | undefined {
	const { ci, current, now } = state;
	if (current?.outcome === NOT_STARTED) return beforeSending(state, rules) ?? afterNoStart(state, current, rules);
	const merging = state.merge && mergeStep({ ...state, merge: state.merge }, rules);
	if (merging !== undefined) return takeMergeStep(state, rules, merging);
	const decided = byCi(ci);
	if (decided !== undefined) return decided;
	if (current === undefined) {
		return state.incident.status === "awaiting_merge"
			? sendAttempt(state, rules, "CI no longer passes on the branch of the fix")
			: withoutAttempt(state, rules);
	}
	const handed = handOverStep(state, rules);
	if (handed !== undefined) return handed;
	// An earlier version wrote this state without an outcome.
	const outcome = current.outcome ?? "Completed";
	if (outcome !== "Succeeded" && outcome !== "Completed") {
		return endAttempt(state, rules, endOfAgent(outcome, current.message), describeOutcome(outcome, current.message));
	}

	const settle_ms = rules.settle_s * 1000;
	const closed = closedOf(state, rules);
	if (closed !== undefined && now >= closed.at + settle_ms) return closed.step;
	const hasFailed = ci.result === "failed";
	if (hasFailed && now >= ci.received_at + settle_ms) {
		return endAttempt(state, rules, stillFailing(ci), `CI still fails after attempt ${state.incident.attempt}`);
	}
	const quiet = hasFailed ? ({ do: "wait", at: ci.received_at + settle_ms } as const) : quietStep(state, rules);
	if (quiet.do !== "wait") return afterQuiet(state, rules, quiet);

	const checkAt = closed === undefined ? quiet.at : Math.min(quiet.at, closed.at + settle_ms);
	return rest(state, checkAt);
}

/** Waits for CI, or for the merge. */
function rest({ incident: { status } }: RemediationState, at: number): NextStep {
	if (status === "awaiting_ci" || status === "awaiting_merge" || status === "fixed") return { do: "wait", at };
	return { do: "step", event: "agent_finished", reason: null, set: { next_try_at: at } };
}

function takeMergeStep(state: RemediationState, rules: OutcomeRules, next: MergeStep): NextStep {
	const { ci, now } = state;
	switch (next.do) {
		case "ask_merge":
		case "remind":
			return next;
		case "wait":
			return rest(state, next.at);
		case "await_merge":
			return { do: "step", event: "fix_passed", reason: next.reason, set: { next_try_at: now } };
		case "merged": {
			const set = { next_try_at: null, fixed_by: "agent" } as const;
			return { do: "step", event: "ci_passed", reason: next.reason, end: endAs("fixed"), set };
		}
		case "still_failing": {
			const summary = "CI still fails after the fix was merged";
			const end = ci.result === "failed" ? stillFailing(ci) : endAs("ci_still_failing");
			return state.current === undefined ? sendAttempt(state, rules, summary) : endAttempt(state, rules, end, summary);
		}
		case "unmerged":
			return toPerson(rules, next.reason, endAs("unmerged"), now);
		default:
			return next satisfies never;
	}
}

/** The fix of an earlier attempt passed before this one was decided, and no longer does. */
function sendAttempt({ incident, now }: RemediationState, rules: OutcomeRules, summary: string): NextStep {
	const due = now + rules.pause_s * 1000;
	const reason = `${summary}; attempt ${incident.attempt} follows`;
	return { do: "step", event: "retry_scheduled", reason, set: { next_try_at: due, not_before: due } };
}

function byCi(ci: CiVerdict): NextStep | undefined {
	if (ci.result === "passed") return passed(ci);
	return ci.result === "another_incident" ? supersededBy(ci.incident_id, endAs("superseded")) : undefined;
}

/** A row whose attempt is not in the journal: its CodeRun is unknown, so a person has to continue. */
function withoutAttempt({ now }: RemediationState, rules: OutcomeRules): NextStep {
	return toPerson(rules, "its attempt is not in the journal", undefined, now);
}

function afterQuiet(
	state: RemediationState,
	rules: OutcomeRules,
	quiet: Exclude<QuietStep, { readonly do: "wait" }> | MergedFix,
): NextStep {
	const set = { next_try_at: null };
	const isSilent = quiet.do === "unverified" || quiet.do === "silent";
	const merging = isSilent && state.merge && mergeAfterSilence({ ...state, merge: state.merge }, rules);
	if (merging) return takeMergeStep(state, rules, merging);
	switch (quiet.do) {
		case "ask_github":
			return quiet;
		case "passed":
			return state.merge === undefined ? passed(quiet) : fixPassed(state, quiet.row);
		case "merged": {
			const reason = `pull request #${quiet.number} was merged; CI reported nothing about it`;
			const end = endAs("fixed");
			return { do: "step", event: "ci_passed", reason, end, set: { ...set, fixed_by: "agent" } };
		}
		case "nothing_pushed": {
			const end = { ...endAs("agent_failed"), signature: "nothing pushed" };
			return endAttempt(state, rules, end, "the agent finished and pushed nothing");
		}
		case "unverified":
			return { do: "step", event: "unverified", reason: quiet.reason, end: endAs("unverified"), set };
		case "silent": {
			const red = state.merge?.otherRed;
			const otherwise = red === undefined ? "" : `, and another check fails: ${red}`;
			return endAttempt(state, rules, endAs("ci_silent"), `${quiet.reason}${otherwise}`);
		}
		default:
			return quiet satisfies never;
	}
}

function closedOf(
	state: RemediationState,
	rules: OutcomeRules,
): { readonly at: number; readonly step: NextStep } | undefined {
	const { fix, branchDone } = state;
	if (fix?.state === "closed") {
		const reason = `pull request #${fix.number} of the fix was closed without a merge`;
		return { at: fix.at, step: toPerson(rules, reason, endAs("unmerged"), state.now) };
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
	const { ci, current, incident, merge } = state;
	// A newer failure on the branch is of another push: it has an incident of its own.
	if (merge !== undefined) {
		const isAgents = incident.fixed_by === "other" && ci.result === "passed" && ci.by === "agent";
		const wasMerged = merge.merges.some((at) => at <= (incident.fixed_at ?? 0));
		return isAgents && wasMerged ? { do: "credit_agent" } : undefined;
	}
	if (state.alertDone !== undefined || ci.result !== "failed" || current === undefined || current.outcome === null)
		return undefined;
	const until = (current.outcome_at ?? 0) + rules.ci_deadline_s * 1000;
	return ci.received_at > until ? undefined : afterRun(state, rules);
}

function passed(ci: Passed): NextStep {
	return ciPassed(ci, { result: "fixed", signature: null, ci_summary: "passed", ci_url: ci.row.url });
}

/** What passed, and what made it pass. */
type Passed = Omit<CiVerdict & { readonly result: "passed" }, "result">;

function ciPassed(ci: Passed, end: AttemptEnd | undefined): NextStep & { readonly do: "step" } {
	const how = { agent: "", rerun: " in a rerun", other: " after somebody else's push" }[ci.by];
	const reason = `${ci.what ?? `CI passed${how}`}${at(ci.row.url)}`;
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

function at(url: string | null): string {
	return url === null ? "" : `: ${url}`;
}
