import { type EndedAttempt, mostAttempts } from "./next-agent.ts";

/** What an attempt was about, and what is red after it. */
export interface Field {
	readonly agent: string;
	/** Null: unknown, as in decisions of older versions. */
	readonly failure_category: string | null;
	/** Names of the red jobs; empty if nobody named them. */
	readonly jobs: readonly string[];
}

/** Whether a job that was red at the start of an attempt is red no more, while others still are. Unknown jobs say nothing. */
export function isPartGreen(before: readonly string[], now: readonly string[]): boolean {
	return now.length > 0 && before.some((job) => !now.includes(job));
}

/**
 * Whether what is red now belongs to another agent, and the part of the one before is green. Another agent alone is not
 * enough: missing logs also lead the rules to another one. So the failure's field is another one, or a job turned green.
 */
export function isHandOver(before: Field, now: Field): boolean {
	if (now.agent === before.agent) return false;
	return isOtherField(before.failure_category, now.failure_category) || isPartGreen(before.jobs, now.jobs);
}

/** Categories of no field: nothing is known about the failure, or the machine failed before the code was tried. */
const NO_FIELD: readonly (string | null)[] = [null, "general", "runner"];

/** Whether a category of failures is a specialist's field. */
export function isField(category: string | null): category is string {
	return !NO_FIELD.includes(category);
}

function isOtherField(before: string | null, now: string | null): boolean {
	return before !== now && isField(before) && isField(now);
}

/** Whether the budget lets these attempts be handed over to this agent: once to each. */
export function mayHandOverTo(
	agent: string,
	ended: readonly EndedAttempt[],
	policy: { readonly max_attempts: number },
): boolean {
	const hadOne = ended.some((one, at) => one.agent === agent && ended[at - 1]?.result === "handed_over");
	return !hadOne && ended.length < mostAttempts(policy);
}

const MARK = /^Healer-Hand-Over: ([a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)$/;

/**
 * The specialist that an agent names in the last line of its message, as its prompt asks. The message may hold anything: only
 * that form counts, and only the name of another agent of the pipeline.
 */
export function namedSpecialist(message: string | null, by: string, agents: readonly string[]): string | undefined {
	const last = (message ?? "").trimEnd().split("\n").at(-1)?.trim() ?? "";
	const name = MARK.exec(last)?.[1];
	return name !== undefined && name !== by && agents.includes(name) ? name : undefined;
}
