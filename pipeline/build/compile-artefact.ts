import type { Artefact, ContextRequest, EventMapping, LifecycleMapping } from "../artefact.ts";
import { artefactVersion } from "../artefact-version.ts";
import { seconds } from "../grammar/duration.ts";
import type { PipelineFile } from "../grammar/pipeline-file.ts";
import { collectLogPatterns } from "./collect-log-patterns.ts";
import { writtenExpressions } from "./scopes/written-expressions.ts";
import { webhookEvents } from "./webhook-events.ts";

/** Builds the artefact from a valid file and its prompts. */
export function compileArtefact(file: PipelineFile, prompts: Readonly<Record<string, string>>): Artefact {
	const { settle, retention, ...settings } = file.settings;
	const { deadline, ci_deadline, pause, ...outcome } = file.outcome;
	const events = Object.entries(file.events).map(compileEvent);
	const lifecycle = Object.entries(file.lifecycle).map(compileLifecycle);
	const rest = {
		settings: {
			...settings,
			settle_s: checkedSeconds(settle),
			retention: {
				incidents_s: checkedSeconds(retention.incidents),
				prompts_s: checkedSeconds(retention.prompts),
				ignored_s: checkedSeconds(retention.ignored),
			},
		},
		agents: file.agents,
		events,
		lifecycle,
		webhook_events: webhookEvents([...events, ...lifecycle], settings),
		filters: file.filters,
		dedup: file.dedup.map(({ ttl, ...rule }) => ({ ...rule, ttl_s: checkedSeconds(ttl) })),
		context: Object.entries(file.context).map(compileContext),
		classify: file.classify,
		route: file.route,
		spawn: file.spawn,
		outcome: {
			...outcome,
			pause_s: checkedSeconds(pause),
			deadline_s: checkedSeconds(deadline),
			ci_deadline_s: checkedSeconds(ci_deadline),
		},
		prompts,
		log_patterns: collectLogPatterns(writtenExpressions(file).map(({ text }) => text)),
	};
	// A round trip through JSON makes the built artefact identical to the parsed one: no undefined values, no shared
	// objects.
	const plain = JSON.parse(JSON.stringify(rest)) as Omit<Artefact, "version">;
	const version = artefactVersion(plain);
	if (version === undefined) {
		throw new Error("The YAML reader accepted nesting that is too deep.");
	}
	return { version, ...plain };
}

function compileEvent([name, event]: [string, PipelineFile["events"][string]]) {
	return { name, ...event, on: event.on ?? name } satisfies { [Key in keyof EventMapping]: unknown };
}

function compileLifecycle([name, event]: [string, PipelineFile["lifecycle"][string]]) {
	return { name, ...event, on: event.on ?? name } satisfies { [Key in keyof LifecycleMapping]: unknown };
}

function compileContext([name, { timeout, ...part }]: [string, PipelineFile["context"][string]]) {
	return { name, ...part, timeout_s: checkedSeconds(timeout) } satisfies { [Key in keyof ContextRequest]: unknown };
}

function checkedSeconds(duration: string): number {
	const length = seconds(duration);
	if (length === undefined) {
		throw new Error(`The grammar accepted an invalid duration: ${duration}`);
	}
	return length;
}
