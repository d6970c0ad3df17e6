import * as z from "zod";
import { attemptSchema, incidentIdSchema, objectNameSchema } from "./names.ts";

/**
 * Final phases of a CodeRun. The controller writes the first two. Older readers accept the others as well, so they end
 * a CodeRun too.
 */
export const TERMINAL_PHASES = ["Succeeded", "Failed", "Completed", "Error"] as const;
export type TerminalPhase = (typeof TERMINAL_PHASES)[number];

/** Whether a CodeRun with this phase is finished; absent and unknown phases count as unfinished. */
export function isTerminalPhase(phase: string | undefined): phase is TerminalPhase {
	return TERMINAL_PHASES.some((terminal) => terminal === phase);
}

/** The CodeRun had no phase at its start deadline: no controller began to run it. */
export const NOT_STARTED = "NotStarted";

/**
 * More ways for an attempt to end: `Deleted` before it finished; `TimedOut`: not finished before its deadline;
 * `NotStarted`: no phase by its start deadline.
 */
export const OUTCOME_PHASES = [...TERMINAL_PHASES, "Deleted", "TimedOut", NOT_STARTED] as const;
export type OutcomePhase = (typeof OUTCOME_PHASES)[number];

/** Body of `POST /api/outcomes`: how one attempt's CodeRun ended. Times are ISO 8601; null means unknown. */
export const outcomeSchema = z.strictObject({
	coderun_name: objectNameSchema,
	incident_id: incidentIdSchema,
	attempt: attemptSchema,
	/** One of `OUTCOME_PHASES`, or a phase that a newer relay reports. */
	phase: z.string().min(1).max(63),
	pull_request_url: z.string().max(2048).nullable(),
	message: z.string().max(16_384).nullable(),
	started_at: z.string().max(64).nullable(),
	finished_at: z.string().max(64).nullable(),
});
export type WireOutcome = z.infer<typeof outcomeSchema>;

/** The `webhook-id` of an attempt's outcome, the same for each post. */
export function outcomeMessageId(incidentId: string, attempt: number): string {
	return `${incidentId}.${attempt}.outcome`;
}
