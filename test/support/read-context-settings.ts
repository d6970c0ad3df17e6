import * as z from "zod";
import { CONTEXT_VARIABLES, type ContextSettings, contextSettings } from "../../relay/context/context-settings.ts";
import { type Environment, readEnvironment } from "../../relay/environment.ts";

const environment = z.object(CONTEXT_VARIABLES);

/** The variables of the in-cluster sources alone, as every process that queries them reads them. */
export function readContextSettings(env: Environment): {
	readonly settings: ContextSettings;
	readonly problems: readonly string[];
} {
	const read = readEnvironment(environment, env);
	if (!read.ok) return { ...readContextSettings({}), problems: read.problems };
	return { settings: contextSettings(read.value), problems: [] };
}
