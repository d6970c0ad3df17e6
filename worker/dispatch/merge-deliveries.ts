import type { Incident } from "../../pipeline/incident.ts";
import { cleanText, TEXT_LIMITS } from "../../pipeline/stages/clean-text.ts";

// As many as one delivery may name.
const MOST_NAMES = 100;

/**
 * What all deliveries of one incident tell together: the first one's word stands, later ones fill in what it did not
 * tell (the commit message, the workflow's path ...). Failed jobs, failed steps and evidence are those of all of them.
 */
export function mergeDeliveries(first: Incident, later: readonly Incident[]): Incident {
	const all = [first, ...later];
	// Assigned from the last to the first, so that the earliest word wins.
	const workflow = Object.assign({}, ...all.map((failure) => failure.workflow).toReversed());
	const merged: Incident = Object.assign({}, ...all.toReversed());
	const jobs = unique(
		all.flatMap((failure) => [...(failure.job === undefined ? [] : [failure.job]), ...(failure.jobs ?? [])]),
	);
	const steps = unique(all.flatMap((failure) => failure.failed_steps ?? []));
	const evidence = unique(all.flatMap((failure) => failure.evidence ?? [])).join("\n\n");
	return {
		...merged,
		...(Object.keys(workflow).length > 0 && { workflow }),
		...(jobs.length > 1 && { jobs }),
		...(steps.length > 0 && { failed_steps: steps }),
		...(evidence !== "" && { evidence: cleanText(evidence, TEXT_LIMITS.long) }),
	};
}

function unique(names: readonly string[]): readonly string[] {
	return [...new Set(names)].slice(0, MOST_NAMES);
}
