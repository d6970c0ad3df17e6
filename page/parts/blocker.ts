import type { TitledIncident } from "../../worker/api/shapes.ts";

/** The incident that another one waits for. */
export interface Blocker {
	readonly id: string;
	/** Its first five characters: `#5240a`. */
	readonly label: string;
	/** What both need: `on the same branch`, `for the same alerts`. */
	readonly shared: string;
}

const HELD = /^claim (\S+) is held by incident ([0-9a-f]{1,64}) /;
const QUEUED = /^behind incident ([0-9a-f]{1,64}), which waits for /;

/**
 * Reads the blocker from the reason that worker/dispatch writes, since the API has its id nowhere else. Undefined when the
 * incident waits for anything but another incident's claim or its turn in a queue.
 */
export function blockerOf({
	id,
	blocked_on,
	reason,
}: Pick<TitledIncident, "id" | "blocked_on" | "reason">): Blocker | undefined {
	if (blocked_on === null || reason === null) return undefined;
	const [, claim, holder] = HELD.exec(reason) ?? [];
	const found = holder ?? QUEUED.exec(reason)?.[1];
	if (found === undefined || found === id) return undefined;
	return { id: found, label: `#${found.slice(0, 5)}`, shared: sharedBy(claim ?? nameOf(blocked_on)) };
}

function sharedBy(name: string): string {
	return name === "branch" ? "on the same branch" : `for the same ${name}`;
}

/** `claim:{key}` with a key such as `acme/shop|branch|main`; `agent:{name}`; `cap:{repository}` for the hourly limit. */
function nameOf(blocked_on: string): string {
	if (blocked_on.startsWith("agent:")) return "agent";
	if (blocked_on.startsWith("cap:")) return "hourly limit";
	return /^claim:[^|]*\|([a-z][a-z0-9_-]*)(?:\||$)/.exec(blocked_on)?.[1] ?? "claim";
}
