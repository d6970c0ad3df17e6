import type { LogReading } from "../log/log-reading.ts";
import type { OwnAgent } from "../own-agents.ts";

/**
 * What is known about an incident in addition to its fields; the functions in `functions.ts` read it. A function that
 * needs an absent fact is unknown.
 */
export interface Facts {
	/** The reading of the failed jobs' logs, else of the text in the event. */
	readonly log?: LogReading;
	/** Unique paths; never empty. */
	readonly changed_files?: readonly string[];
	/** The first lines of the text in the event: a check's title, the description of a status. Absent if there is a log. */
	readonly said?: readonly string[];
	readonly failed_steps?: readonly string[];
	/** Names of the failed jobs. */
	readonly jobs?: readonly string[];
	readonly workflow?: { readonly name?: string; readonly path?: string };
	/** Whether the failure's cause passed lately when it was run again. Known once the failure has a type and a fingerprint. */
	readonly flaky?: boolean;
	/** The pipeline's agents. */
	readonly agents?: readonly OwnAgent[];
}

/** The scope of one evaluation: the values that bare names read, the `$variables`, and the facts. */
export interface Scope {
	readonly input: unknown;
	readonly variables: Readonly<Record<string, unknown>>;
	readonly facts: Facts;
}
