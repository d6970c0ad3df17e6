import type { NewestRed } from "../../pipeline/index.ts";
import { DAY_MS } from "../../wire/durations.ts";
import { NOT_STARTED, TERMINAL_PHASES } from "../../wire/outcome.ts";
import type { CheckRow } from "../journal/checks.ts";
import type { IncidentRow } from "../journal/incidents.ts";
import type { RemediationEvent } from "../journal/state-machine.ts";
import type { AttemptResult } from "../journal/statuses.ts";
import { endOfAlert } from "./alert-resolved.ts";
import type { CiVerdict } from "./ci-verdict.ts";
import type { Goal } from "./goal.ts";
import { isPartGreen, mayHandOverTo } from "./hand-over.ts";
import { type EndedFix, type MergeState, type MergeStep, mergeAfterSilence, mergeStep } from "./merge-step.ts";
import { newestRed } from "./newest-red.ts";
import {
	type EndedAttempt,
	type EscalationPolicy,
	endsWithPerson,
	mostAttempts,
	type Next,
	nextAgent,
} from "./next-agent.ts";
import { type GitHubSays, type QuietStep, whenQuiet } from "./when-quiet.ts";

/** `outcome` and `settings.settle` of pipeline.yaml, in seconds. */
export interface OutcomeRules extends EscalationPolicy {
	readonly pause_s: number;
	readonly ci_deadline_s: number;
	readonly settle_s: number;
}

/** Everything that a remediation's next step depends on. Times are milliseconds. */
export interface RemediationState {
	readonly incident: Pick<IncidentRow, "status" | "attempt" | "budget_from" | "updated_at" | "fixed_at" | "fixed_by">;
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
		/** Names of the jobs that were red when it was decided. */
		readonly red_jobs: readonly string[];
		/** The specialist that its agent names in its message. */
		readonly named?: string;
		/** How it ended for its incident, if it did. */
		readonly result: AttemptResult | null;
		/** When the relay is queried about its CodeRun, unless the outcome arrives first. */
		readonly ask_at: number;
		/** When the relay must have ended its CodeRun; undefined if nothing has a deadline. */
		readonly overdueAt?: number;
		/** When GitHub was last asked about its result, and when it is asked again. */
		readonly results_asked_at: number | null;
		readonly ask_results_at: number | null;
	};
	/** How many of the current budget's earlier attempts no controller started. They are not in `ended`. */
	readonly unstarted: number;
	/** Whether any attempt had a CodeRun that started. */
	readonly wasTried: boolean;
	/** The relay's answer to a query about the current attempt's CodeRun, if that has not ended. */
	readonly relayStatus?: RelayStatus;
	/** What has to become true. */
	readonly goal: Goal;
	/** Whether it is, by the results in the journal. */
	readonly ci: CiVerdict;
	/** Whether GitHub can be asked. */
	readonly canAskGitHub: boolean;
	/** GitHub's answer about the current attempt's result, if it was just asked. */
	readonly gitHubSays?: GitHubSays;
	/** The pull request whose branch failed is closed or merged; `at`: when the event arrived. */
	readonly branchDone?: { readonly why: string; readonly at: number };
	/** The alert that it is about was closed. */
	readonly alertDone?: { readonly why: string };
	/** How the pull request of the current fix ended; of an earlier one that ended before, nothing is here. */
	readonly fix?: EndedFix;
	/** Only of a fix that counts once it is merged. */
	readonly merge?: MergeState;
	/** Another incident with an open fix of the same check on the same branch: this failure belongs to it. */
	readonly openFix?: string;
	readonly now: number;
}

export type RelayStatus = { readonly state: "running" } | { readonly state: "unknown"; readonly why: string };

export interface AttemptEnd {
	/** Null if its CodeRun never started: nothing was tried. */
	readonly result: AttemptResult | null;
	readonly signature: string | null;
	readonly ci_summary: string | null;
	readonly ci_url: string | null;
	/** What is red now. */
	readonly ended_on?: NewestRed;
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
	| { readonly do: "ask_relay" }
	/** Ask GitHub for the results on the agent's commit before anything follows. */
	| { readonly do: "ask_github" }
	/** Ask GitHub about the pull request of the fix before anything follows. */
	| { readonly do: "ask_merge" }
	/** Remind people of the pull request of the fix. */
	| { readonly do: "remind" }
	/** The check was green before anybody knew that the agent's fix had been merged. */
	| { readonly do: "credit_agent" };

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
		case "awaiting_merge":
			return afterRun(state, rules);
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

function stillFailing(ci: CiVerdict & { readonly result: "failed" }): AttemptEnd {
	const ci_summary = `failed: ${ci.signature}`.slice(0, 1000);
	return { result: "ci_still_failing", signature: ci.signature, ci_summary, ci_url: ci.row.url };
}

function byCi(ci: CiVerdict): NextStep | undefined {
	if (ci.result === "passed") return passed(ci);
	return ci.result === "another_incident" ? supersededBy(ci.incident_id, endAs("superseded")) : undefined;
}

/** A row whose attempt is not in the journal: its CodeRun is unknown, so a person has to continue. */
function withoutAttempt({ now }: RemediationState, rules: OutcomeRules): NextStep {
	return toPerson(rules, "its attempt is not in the journal", undefined, now);
}

/** No result decides. A merge of the fix by a person counts as its review, once CI had its time. */
function quietStep(state: RemediationState, rules: OutcomeRules): QuietStep | MergedFix {
	const { goal, ci, current, canAskGitHub, gitHubSays, now } = state;
	const outcome_at = current?.outcome_at ?? state.incident.updated_at;
	const ci_deadline_ms = rules.ci_deadline_s * 1000;
	if (state.fix?.state === "merged" && now >= outcome_at + ci_deadline_ms)
		return { do: "merged", number: state.fix.number };
	return whenQuiet({
		goal,
		...(ci.result === "none" && ci.hint !== undefined && { hint: ci.hint }),
		outcome_at,
		settle_ms: rules.settle_s * 1000,
		ci_deadline_ms,
		asked_at: current?.results_asked_at ?? null,
		ask_at: current?.ask_results_at ?? null,
		canAsk: canAskGitHub,
		...(gitHubSays !== undefined && { says: gitHubSays }),
		now,
	});
}

interface MergedFix {
	readonly do: "merged";
	readonly number: number;
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

function endAttempt(state: RemediationState, rules: OutcomeRules, end: AttemptEnd, summary: string): NextStep {
	const { current, incident, now } = state;
	if (current === undefined) throw new Error("no attempt to end");
	const { agent, failure_type, escalated } = current;
	const { result, signature } = end;
	const endedOn = withNewest(state, end);
	const last = { attempt: incident.attempt, agent, failure_type, escalated, signature };
	const ended = result === null ? state.ended : [...state.ended, { ...last, result }];
	const next = orAnotherField(state, rules, ended, nextAgent(rules, ended));
	switch (next.do) {
		case "attempt": {
			const due = now + rules.pause_s * 1000;
			const who = next.agent === undefined || next.agent === agent ? "" : ` by ${next.agent}`;
			const reason = `${summary}; attempt ${incident.attempt + 1}${who} follows: ${next.why}`;
			const escalate_to = next.agent ?? null;
			const set = { attempt: incident.attempt + 1, escalate_to, next_try_at: due, not_before: due };
			return { do: "step", event: "retry_scheduled", reason, end: endedOn, set };
		}
		case "notify_human":
			return {
				do: "step",
				event: "escalated",
				reason: `${summary}; ${next.why}`,
				end: endedOn,
				set: { next_try_at: now },
			};
		case "give_up":
			return {
				do: "step",
				event: "exhausted",
				reason: `${summary}; ${next.why}`,
				end: endedOn,
				set: { next_try_at: null },
			};
		default:
			return next satisfies never;
	}
}

function passed(ci: Passed): NextStep {
	return ciPassed(ci, { result: "fixed", signature: null, ci_summary: "passed", ci_url: ci.row.url });
}

/** What passed, and what made it pass. */
type Passed = Omit<CiVerdict & { readonly result: "passed" }, "result">;

function withNewest({ ci }: RemediationState, end: AttemptEnd): AttemptEnd {
	return ci.result === "failed" ? { ...end, ended_on: newestRed(ci) } : end;
}

/**
 * The budget is used up, but a job that was red at the start is green, and others are not: they may be another agent's, which
 * only the decision on their logs can tell. If they are not, it ends there (`worker/dispatch/decide-by-evidence.ts`).
 */
function orAnotherField(
	{ ci, current }: RemediationState,
	rules: OutcomeRules,
	ended: readonly EndedAttempt[],
	next: Next,
): Next {
	if (next.do === "attempt" || current === undefined || ci.result !== "failed") return next;
	const isPossible = ended.length < mostAttempts(rules) && isPartGreen(current.red_jobs, newestRed(ci).jobs);
	if (!isPossible || ended.at(-1)?.result !== "ci_still_failing") return next;
	return { do: "attempt", agent: undefined, why: "what is red now may be another agent's" };
}

/** Its agent names the specialist who should have this: the next attempt is that one's, once for each. */
function handOverStep(state: RemediationState, rules: OutcomeRules): NextStep | undefined {
	const { current, incident, now } = state;
	if (current?.named === undefined || !FINISHED.includes(current.outcome ?? "")) return undefined;
	const { agent, failure_type, escalated, named } = current;
	const handed: EndedAttempt = {
		attempt: incident.attempt,
		agent,
		failure_type,
		escalated,
		result: "handed_over",
		signature: null,
	};
	const ended = [...state.ended, handed];
	if (!mayHandOverTo(named, ended, rules)) return undefined;
	const due = now + rules.pause_s * 1000;
	return {
		do: "step",
		event: "retry_scheduled",
		reason: `${agent} names ${named} as the one who should have this; attempt ${incident.attempt + 1} is ${named}'s`,
		end: withNewest(state, endAs("handed_over")),
		set: { attempt: incident.attempt + 1, escalate_to: named, next_try_at: due, not_before: due },
	};
}

/** Phases in which an agent came to an end by itself. */
const FINISHED: readonly string[] = TERMINAL_PHASES;

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

function ciPassed(ci: Passed, end: AttemptEnd | undefined): NextStep {
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
