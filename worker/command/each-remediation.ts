import type { ByHand } from "../remediation/retry-remediation.ts";

const MOST_TRIES = 5;

/** Does it again when the remediation went on at the same moment. */
export async function unlessRaced(act: () => Promise<ByHand>): Promise<ByHand> {
	for (let tries = 1; ; tries++) {
		const done = await act();
		if (done.ok || done.reason !== "raced" || tries === MOST_TRIES) return done;
	}
}

/** `1 remediation`, `2 remediations`. */
export function countOf(count: number): string {
	return count === 1 ? "1 remediation" : `${count} remediations`;
}
