import type { Fingerprint } from "../fingerprint.ts";
import type { Incident } from "../incident.ts";

/**
 * The cause that a failure may share with others, so that one agent is woken for all; null if it has an agent of its own. Red
 * checks alone share one: an alert has one incident anyway, and what a person asks for is done.
 */
export function sharedCause(
	{ kind }: Pick<Incident, "kind">,
	{ fingerprint }: { readonly fingerprint: Fingerprint | null },
): Fingerprint | null {
	return kind === "ci" ? fingerprint : null;
}
