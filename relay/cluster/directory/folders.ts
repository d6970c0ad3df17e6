import { join } from "node:path";

/** Where things lie under the state folder. */
export interface Folders {
	readonly claims: string;
	readonly coderuns: string;
	/** One empty file for each CodeRun whose outcome the worker has taken. */
	readonly reported: string;
}

export function folders(state: string): Folders {
	return { claims: join(state, "claims"), coderuns: join(state, "coderuns"), reported: join(state, "reported") };
}
