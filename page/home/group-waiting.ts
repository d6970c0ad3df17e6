import type { TitledIncident } from "../../worker/api/shapes.ts";

/** Incidents that wait for the same reason with the same thing: fifty alerts of one workflow are one line. */
export interface WaitingGroup {
	readonly key: string;
	/** Newest first, at least one. */
	readonly incidents: readonly [TitledIncident, ...TitledIncident[]];
}

/** In the order of each group's newest incident. `incidents`: newest first. */
export function groupWaiting(incidents: readonly TitledIncident[]): readonly WaitingGroup[] {
	const groups = Map.groupBy(incidents, keyOf);
	return [...groups].flatMap(([key, [first, ...others]]) =>
		first === undefined ? [] : [{ key, incidents: [first, ...others] as const }],
	);
}

function keyOf({ repository, title, part, blocked_on, reason }: TitledIncident): string {
	return JSON.stringify([repository, title, part, kindOf(blocked_on) ?? withoutNumbers(reason)]);
}

/** `claim:acme/shop|branch|main` and `claim:acme/shop|branch|dev` are both about a branch. */
function kindOf(blocked_on: string | null): string | undefined {
	const [, kind, name] = /^(claim|agent|limit):(?:[^|]*\|)?([^|]*)/.exec(blocked_on ?? "") ?? [];
	return kind && `${kind}:${name}`;
}

/** Reasons of one kind differ in their counts, times and ids. */
function withoutNumbers(reason: string | null): string {
	return (reason ?? "").replaceAll(/[0-9a-f]{5,}|\d+/g, "#");
}
