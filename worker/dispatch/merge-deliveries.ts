import type { Incident } from "../../pipeline/incident.ts";
import { cleanText, TEXT_LIMITS } from "../../pipeline/stages/clean-text.ts";

// The limit of one delivery.
const MOST_NAMES = 100;

/**
 * Merges all deliveries of one incident: the first one's fields win, later ones fill in what it lacks (the commit message,
 * the workflow's path ...). Failed jobs, failed steps and evidence are collected from all of them.
 */
export function mergeDeliveries(first: Incident, later: readonly Incident[]): Incident {
	const all = [first, ...later];
	// Assigned from the last to the first, so that the earliest value wins.
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
