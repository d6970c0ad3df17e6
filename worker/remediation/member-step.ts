import { MINUTE_MS } from "../../wire/durations.ts";
import type { LeaderRow, LeftBehind } from "../journal/groups.ts";
import { isEnded } from "../journal/state-machine.ts";
import type { GroupState } from "./group-state.ts";
import type { NextStep, OutcomeRules, RemediationState } from "./remediation-state.ts";

// The next leader takes the others along in its own step.
const LOOK_AGAIN_MS = MINUTE_MS;
const UNDECIDED_MS = 10 * MINUTE_MS;

/** What a member of a group does next, unless its own check or branch has already said so. Undefined: it waits. */
export function memberStep(state: RemediationState, rules: Pick<OutcomeRules, "ci_deadline_s">): NextStep | undefined {
	const { group, now } = state;
	if (group === undefined) throw new Error("it is in no group");
	const { leader, isSameCause, reach, waits_until } = group;
	if (leader === undefined) {
		const reason = "the incident whose agent fixed its cause is no longer in the journal";
		return { do: "step", event: "superseded", reason, set: { next_try_at: null } };
	}
	const standing = isSameCause ? standingOf(leader, now, waits_until) : "gone";
	if (standing === "holds") return whileHeld(leader, waits_until, now);
	if (standing === "flaky") return leaveFlake(state, leader);
	if (standing === "gone" || reach === "none") return leadNext(state, group, leader, standing);
	return reach === "branch" ? withFixOnBranch(state, leader, rules) : withFixOnBase(state, group, leader);
}

/** Its window begins once it is decided: a member that led next may be run again before that. Nothing tells its members then. */
function whileHeld({ status, led_at }: LeaderRow, waits_until: number | undefined, now: number): NextStep | undefined {
	if (waits_until !== undefined) return { do: "wait", at: waits_until };
	return led_at === null && !isEnded(status) ? { do: "wait", at: now + UNDECIDED_MS } : undefined;
}

/**
 * What became of a leader. `holds`: its fix is under way, or a person has it, and nobody else is sent. `mended`: what was red is
 * green on its branch by somebody's push. `flaky`: it passed when it was run again. `gone`: that says nothing about its members.
 */
function standingOf(
	{ status, fixed_by, coderun_name }: LeaderRow,
	now: number,
	waits_until: number | undefined,
): "holds" | "mended" | "flaky" | "gone" {
	if (status === "fixed" || status === "superseded") {
		if (fixed_by === "rerun") return "flaky";
		return fixed_by === "agent" || fixed_by === "other" ? "mended" : "gone";
	}
	// Agents used up their attempts: further ones would not help.
	const isUsedUp = status === "escalated" || (status === "failed" && coderun_name !== null);
	if (isUsedUp) return "holds";
	if (isEnded(status)) return "gone";
	return waits_until !== undefined && now >= waits_until ? "gone" : "holds";
}

/** What passed there makes no other check green. All are decided at once, and may be run again: one after the other would take hours. */
function leaveFlake(state: RemediationState, leader: LeaderRow): NextStep {
	const reason = `incident ${leader.id} passed when it was run again: each of its group is decided by itself`;
	return leave(state, { leader, reason, apart: 0 });
}

/** The next one leads and takes the others along, but for those whose fix is there. */
function leadNext(
	state: RemediationState,
	{ isNext, isSameCause }: GroupState,
	leader: LeaderRow,
	standing: "mended" | "gone",
): NextStep {
	if (!isNext) return { do: "wait", at: state.now + LOOK_AGAIN_MS };
	const late = isSameCause ? "has no fix by the end of the group's window" : "is about another cause by now";
	const why = isEnded(leader.status) ? `is ${leader.status}` : late;
	const behind = { leader, isFixed: standing === "mended" };
	return leave(state, { leader, reason: `incident ${leader.id} ${why}: this one leads its group`, apart: 0, behind });
}

/** What passes there may be another check than its own, whose result is still to come. */
function withFixOnBranch(
	state: RemediationState,
	leader: LeaderRow,
	{ ci_deadline_s }: Pick<OutcomeRules, "ci_deadline_s">,
): NextStep {
	const { now } = state;
	const until = (leader.fixed_at ?? leader.ended_at ?? now) + ci_deadline_s * 1000;
	if (now < until) return { do: "wait", at: until };
	return leave(state, {
		leader,
		reason: `it is still red, although incident ${leader.id} on its branch is fixed`,
		apart: 1,
	});
}

/** Its branch gets the fix once somebody updates it: there is nothing to do for an agent. */
function withFixOnBase(
	state: RemediationState,
	{ hasFix, mayHaveFix, isToBeNotified }: GroupState,
	leader: LeaderRow,
): NextStep | undefined {
	if (mayHaveFix && hasFix === undefined) return { do: "ask_fix" };
	if (hasFix === true)
		return leave(state, { leader, reason: `it is red with the fix of incident ${leader.id}`, apart: 1 });
	return isToBeNotified ? { do: "notify_base_fixed" } : undefined;
}

interface Leaving {
	readonly leader: LeaderRow;
	readonly reason: string;
	/** 1: it joins no group any more, because a fix of its cause did not help it. */
	readonly apart: 0 | 1;
	readonly behind?: LeftBehind;
}

/** It is decided by itself, on what is red now. */
function leave({ incident, current }: RemediationState, { leader, reason, apart, behind }: Leaving): NextStep {
	const attempt = current === undefined ? incident.attempt : incident.attempt + 1;
	return {
		do: "step",
		event: "left",
		reason,
		...(behind !== undefined && { behind }),
		set: { attempt, apart, blocked_on: `incident:${leader.id}` },
	};
}
