import type { OutcomePhase, WireOutcome } from "../../wire/outcome.ts";
import type { IncidentStatus } from "../journal/incident-status.ts";

/** Ends that are no word of a controller's: nobody says more about them than this. */
const ENDED_OTHERWISE: ReadonlyMap<string, string> = new Map<OutcomePhase, string>([
	["Deleted", "the CodeRun was deleted before it was finished"],
	["TimedOut", "the CodeRun was not finished by its deadline"],
]);

/**
 * What the end of a CodeRun means for its incident. That the agent succeeded does not mean that CI is green: the
 * incident waits for that (DESIGN section 7). Phases that nobody knows are failures, in words.
 */
export function outcomeStatus(outcome: Pick<WireOutcome, "phase" | "message">): {
	readonly status: IncidentStatus;
	readonly reason: string | null;
} {
	if (outcome.phase === "Succeeded" || outcome.phase === "Completed") return { status: "awaiting_ci", reason: null };
	const ended = ENDED_OTHERWISE.get(outcome.phase);
	if (ended !== undefined) return { status: "failed", reason: ended };
	const said = outcome.message ? `: ${outcome.message.slice(0, 1000)}` : "";
	return { status: "failed", reason: `the CodeRun ended as ${outcome.phase.slice(0, 63)}${said}` };
}
