import type { IncidentDetail } from "../../worker/api/shapes.ts";

/** What happens next with an incident, in one sentence, and when; `at` is null where no time is known. */
export interface NextStep {
	readonly text: string;
	readonly at: string | null;
	/** What happens at that time; absent: it is tried again. */
	readonly due?: string;
}

type Known = Pick<IncidentDetail, "status" | "agent" | "next_try_at" | "escalation_url" | "fixed_by" | "leader">;

export function nextStepOf({ status, agent, next_try_at, escalation_url, fixed_by, leader }: Known): NextStep {
	const who = agent ?? "the agent";
	switch (status) {
		case "accepted":
			return { text: "Its context is gathered, then an agent is chosen.", at: next_try_at };
		case "waiting":
			return { text: "It is tried again on its own, sooner if what it waits for becomes free.", at: next_try_at };
		case "rerunning":
			return {
				text: "Its failed jobs run again. If they fail again, an agent is woken.",
				at: next_try_at,
				due: "At the latest",
			};
		case "awaiting_approval":
			return {
				text: `A person has to approve it before ${who} is woken.`,
				at: next_try_at,
				due: "Otherwise it is cancelled",
			};
		case "running":
			return { text: `${who} works on it. When its CodeRun ends, CI decides.`, at: null };
		case "awaiting_ci":
			return { text: `${who} has finished. CI's result decides whether it is fixed.`, at: null };
		case "awaiting_merge":
			return { text: "The fix passes CI. A person has to merge it.", at: null };
		case "grouped":
			return { text: `${ofMember(leader)} Retry asks for an agent of its own.`, at: null };
		case "fixed":
			return { text: fixed_by === null ? "Nothing: it is fixed." : FIXED_BY[fixed_by], at: null };
		case "unverified":
			return { text: "Look at the result yourself: nothing reports whether the failure is gone.", at: null };
		case "observed":
			return { text: "Nothing: it was decided only. Retry decides it again, by the pipeline of then.", at: null };
		case "escalated":
			return {
				text: escalation_url === null ? "A person has to look at it." : "A person was asked to look at it.",
				at: null,
			};
		case "failed":
			return { text: "Nothing on its own. Retry starts over with all attempts.", at: null };
		case "dead":
			return { text: "Nothing on its own. Release tries again, for another day.", at: null };
		case "cancelled":
			return { text: "Nothing on its own. Retry starts over with all attempts.", at: null };
		case "superseded":
			return { text: "Nothing: something newer took its place.", at: null };
		default:
			return status satisfies never;
	}
}

/** What a member waits for: its leader's fix, or that its own branch gets it. */
function ofMember(leader: IncidentDetail["leader"]): string {
	if (leader?.status === "fixed" && leader.fixed_by !== "rerun") {
		return `Its cause is fixed on ${leader.branch}${leader.fix === null ? "" : ` by #${leader.fix}`}: update its branch.`;
	}
	return leader?.status === "escalated" || leader?.status === "failed"
		? "Agents did not fix its cause: a person looks at its group's leader."
		: "The agent of its group's leader fixes the cause.";
}

const FIXED_BY = {
	agent: "Nothing: the agent fixed it.",
	rerun: "Nothing: it passed on a rerun, so the check is flaky.",
	other: "Nothing: someone else's push fixed it.",
} as const satisfies Record<NonNullable<IncidentDetail["fixed_by"]>, string>;
