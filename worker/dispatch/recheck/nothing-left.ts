import type { IncidentKind } from "../../../pipeline/incident.ts";
import { alertClosed } from "./alert-closed.ts";
import { branchMended } from "./branch-mended.ts";
import { commandServed } from "./command-served.ts";
import type { Recheck } from "./recheck.ts";
import { reviewAnswered } from "./review-answered.ts";

/** Why nothing is left to do, as one sentence; undefined if something is, or if GitHub does not say. */
type Question = (about: Recheck) => Promise<string | undefined>;

const QUESTIONS: Readonly<Record<Exclude<IncidentKind, "ci">, Question>> = {
	change: branchMended,
	manual: commandServed,
	review: reviewAnswered,
	security: alertClosed,
	// Only its controller knows.
	play: async () => undefined,
};

/** Asks what an incident of this kind is about. A failure of CI has a newer result instead (newer-result.ts). */
export async function nothingLeft(about: Recheck): Promise<string | undefined> {
	const { kind } = about.incident;
	return kind === "ci" ? undefined : await QUESTIONS[kind](about);
}
