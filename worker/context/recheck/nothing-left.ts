import type { IncidentKind } from "../../../pipeline/incident.ts";
import { alertClosed } from "./alert-closed.ts";
import { branchMended } from "./branch-mended.ts";
import { commandServed } from "./command-served.ts";
import type { NothingLeft } from "./recheck.ts";
import { reviewAnswered } from "./review-answered.ts";

const QUESTIONS: Readonly<Record<Exclude<IncidentKind, "ci">, NothingLeft>> = {
	change: branchMended,
	manual: commandServed,
	review: reviewAnswered,
	security: alertClosed,
	// Only its controller knows.
	play: async () => undefined,
};

/** Asks what an incident of this kind is about. A failure of CI has a newer result instead (newer-result.ts). */
export const nothingLeft: NothingLeft = async (about) => {
	const { kind } = about.incident;
	return kind === "ci" ? undefined : await QUESTIONS[kind](about);
};
