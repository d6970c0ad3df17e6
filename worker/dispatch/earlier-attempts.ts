import type { NewestRed } from "../../pipeline/index.ts";
import { NOT_STARTED } from "../../wire/outcome.ts";
import type { LockedIncident } from "../journal/incidents.ts";
import { type PastAttempt, remediationRows } from "../journal/remediations.ts";
import { readStored } from "../journal/stored-json.ts";
import { endedBefore, redJobsOf } from "../remediation/load-state.ts";
import type { EndedAttempt } from "../remediation/next-agent.ts";

/** What earlier attempts of an incident leave to the decision of its next one. */
export interface EarlierAttempts {
	/** What is red since the last attempt that CI judged; undefined: what the incident is about. */
	readonly newest?: NewestRed;
	/** The attempt before, if it ended on that and may hand over. */
	readonly before?: {
		readonly attempt: number;
		readonly agent: string;
		readonly failure_category: string | null;
		readonly jobs: readonly string[];
	};
	/** Whether the agent before named the one that the incident goes to. */
	readonly isNamed: boolean;
	/** Whether a person named it: nothing else names an agent before an attempt of the budget has ended. */
	readonly isByPerson: boolean;
	/** The ended ones of the current budget. */
	readonly ended: readonly EndedAttempt[];
}

/** Reads them from the journal alone: another consumer decides the same. */
export async function earlierAttempts(db: D1Database, locked: LockedIncident): Promise<EarlierAttempts> {
	const { attempts = [] } = locked.attempt === 1 ? {} : ((await remediationRows(db, locked.id)) ?? {});
	const hasRun = ({ refused, outcome }: PastAttempt) => refused === null && outcome !== NOT_STARTED;
	const earlier = attempts.filter((past) => past.attempt < locked.attempt && hasRun(past));
	const ended = endedBefore(locked, earlier);
	const last = earlier.at(-1);
	const newest = newestOf(earlier, locked.reopened_at);
	const before = last !== undefined && last.ended_on !== null && mayHandOver(last) ? last : undefined;
	return {
		ended,
		isByPerson: locked.escalate_to !== null && ended.length === 0,
		isNamed: last !== undefined && last.result === "handed_over" && last.was_right === 0,
		...(newest !== undefined && { newest }),
		...(newest !== undefined &&
			before !== undefined &&
			before.attempt >= locked.budget_from && {
				before: {
					attempt: before.attempt,
					agent: before.agent,
					failure_category: before.failure_category,
					jobs: redJobsOf(before),
				},
			}),
	};
}

/** Also one that is known as a hand-over already: its next attempt may be decided again. */
function mayHandOver({ result, was_right }: PastAttempt): boolean {
	return result === "ci_still_failing" || (result === "handed_over" && was_right === 1);
}

/** Of the failure that the incident is about now: what was red before it came back is over. A damaged one counts as none. */
function newestOf(earlier: readonly PastAttempt[], reopened_at: number | null): NewestRed | undefined {
	const last = earlier.findLast(
		({ ended_on, ended_at }) => ended_on !== null && (reopened_at === null || (ended_at ?? 0) >= reopened_at),
	);
	const read = last?.ended_on == null ? undefined : readStored("attempts.ended_on", last.ended_on);
	return read?.ok ? read.value : undefined;
}
