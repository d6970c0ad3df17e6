import { join } from "node:path";

/** The folders under the state folder. */
export interface Folders {
	readonly claims: string;
	readonly coderuns: string;
	/** One file for each CodeRun whose outcome the worker has received. */
	readonly reported: string;
}

export function folders(state: string): Folders {
	return { claims: join(state, "claims"), coderuns: join(state, "coderuns"), reported: join(state, "reported") };
}
