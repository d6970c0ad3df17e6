import type { TitledIncident } from "../../worker/api/shapes.ts";

/** The incident that another one waits for. */
export interface Blocker {
	readonly id: string;
	/** Its first five characters: `#5240a`. */
	readonly label: string;
	/** What both need: `on the same branch`, `for the same alerts`. */
	readonly shared: string;
}

const ID = /^[0-9a-f]{1,64}$/;

/** Undefined when the incident waits for anything but another incident's claim or its turn in a queue. */
export function blockerOf({
	id,
	blocked_on,
	blocked_by,
}: Pick<TitledIncident, "id" | "blocked_on" | "blocked_by">): Blocker | undefined {
	if (blocked_on === null || blocked_by === null || blocked_by === id || !ID.test(blocked_by)) return undefined;
	return { id: blocked_by, label: `#${blocked_by.slice(0, 5)}`, shared: sharedBy(nameOf(blocked_on)) };
}

function sharedBy(name: string): string {
	return name === "branch" ? "on the same branch" : `for the same ${name}`;
}

/** `claim:{key}` with a key such as `acme/shop|branch|main`; `agent:{name}`; `limit:{installation, repository or agent}:{name}`. */
function nameOf(blocked_on: string): string {
	if (blocked_on.startsWith("agent:")) return "agent";
	if (blocked_on.startsWith("limit:")) return "limit";
	return /^claim:[^|]*\|([a-z][a-z0-9_-]*)(?:\||$)/.exec(blocked_on)?.[1] ?? "claim";
}
