import type { WireOutcome } from "../../wire/outcome.ts";
import type { IncidentStatus } from "../journal/incident-status.ts";

/**
 * What the end of a CodeRun means for its incident. That the agent succeeded does not mean that CI is green: the
 * incident waits for that (DESIGN section 7). Phases that nobody knows are failures, in words.
 */
export function outcomeStatus(outcome: Pick<WireOutcome, "phase" | "message">): {
	readonly status: IncidentStatus;
	readonly reason: string | null;
} {
	if (outcome.phase === "Succeeded" || outcome.phase === "Completed") return { status: "awaiting_ci", reason: null };
	const said = outcome.message ? `: ${outcome.message.slice(0, 1000)}` : "";
	return { status: "failed", reason: `the CodeRun ended as ${outcome.phase.slice(0, 63)}${said}` };
}
