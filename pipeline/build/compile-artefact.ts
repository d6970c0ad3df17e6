import type { z } from "zod";
import type { Artefact } from "../artefact.ts";
import { expressionsOf } from "../artefact-expressions.ts";
import { artefactVersion } from "../artefact-version.ts";
import type { pipelineFile } from "../grammar/pipeline-file.ts";
import { writtenPattern } from "../log/log-pattern.ts";
import { tablePatterns } from "../tools/tool-table.ts";
import { collectLogPatterns } from "./collect-log-patterns.ts";
import { webhookEvents } from "./webhook-events.ts";

/** Builds the artefact from what the grammar made of a valid file, and its prompts. */
export function compileArtefact(
	{ version: _, extends: _packs, disable: _names, ...file }: z.output<typeof pipelineFile>,
	prompts: Readonly<Record<string, string>>,
): Artefact {
	// A round trip through JSON makes the built artefact identical to the parsed one: no undefined values, no shared
	// objects.
	const stages = JSON.parse(JSON.stringify({ ...file, prompts })) as Omit<
		Artefact,
		"version" | "webhook_events" | "log_patterns"
	>;
	const rest = {
		...stages,
		webhook_events: webhookEvents([...stages.events, ...stages.lifecycle], stages.settings),
		log_patterns: collectLogPatterns(expressionsOf(stages), tablePatterns(stages.fields, stages.tools)).map(
			writtenPattern,
		),
	};
	const version = artefactVersion(rest);
	if (version === undefined) {
		throw new Error("The YAML reader accepted nesting that is too deep.");
	}
	return { version, ...rest };
}
