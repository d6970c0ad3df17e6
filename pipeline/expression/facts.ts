import type { LogReading } from "../log/log-reading.ts";
import type { OwnAgent } from "../own-agents.ts";

/**
 * What is known about an incident besides its fields: the functions of `functions.ts` ask here.
 * An absent fact is not known, and makes what asks for it unknown.
 */
export interface Facts {
	/** What was read of the failed jobs' logs, else of the text that came with the event. */
	readonly log?: LogReading;
	/** Paths, none twice; never empty. */
	readonly changed_files?: readonly string[];
	readonly failed_steps?: readonly string[];
	/** Names of the failed jobs. */
	readonly jobs?: readonly string[];
	readonly workflow?: { readonly name?: string; readonly path?: string };
	/** The pipeline's agents. */
	readonly agents?: readonly OwnAgent[];
}

/** What one evaluation sees: the values that bare names read, the `$variables`, and the facts. */
export interface Scope {
	readonly input: unknown;
	readonly variables: Readonly<Record<string, unknown>>;
	readonly facts: Facts;
}
