import { isDeepStrictEqual } from "node:util";
import { policyEntries, resolvePolicy } from "../../pipeline/build/index.ts";
import type { Artefact } from "../../pipeline/index.ts";
import { namesOf } from "../build-pipeline.ts";
import type { PipelineFiles } from "../pipeline-files.ts";
import type { Compared, Verdict } from "./verdict.ts";

/** An entry in which two pipelines differ: a rule, a tool, a setting, a prompt. */
export interface ChangedEntry {
	/** `stage.name`, such as `tools.clippy`. */
	readonly entry: string;
	readonly change: "new" | "changed" | "removed";
	/** Where the new pipeline has it, as the user names the file. */
	readonly file?: string;
	/** From 1. */
	readonly line?: number;
}

/** What differs between two pipelines, by stage and name, and which file of the second one has it. */
export function changedEntries(before: Artefact, after: Artefact, files: PipelineFiles): readonly ChangedEntry[] {
	const [old, now] = [entriesOf(before), entriesOf(after)];
	const places = placesIn(files);
	return [...new Set([...now.keys(), ...old.keys()])]
		.filter((entry) => !isDeepStrictEqual(old.get(entry), now.get(entry)))
		.map((entry) => ({
			entry,
			change: !old.has(entry) ? "new" : now.has(entry) ? "changed" : "removed",
			...places.get(entry),
		}));
}

/** The changed entries that have to do with one of a failure's two decisions. */
export function changedBy(
	{ before, after }: Pick<Compared, "before" | "after">,
	changes: readonly ChangedEntry[],
	policies: readonly Artefact[],
): readonly string[] {
	const concerned = new Set([before, after].flatMap((verdict) => entriesBehind(verdict, policies)));
	return changes.map(({ entry }) => entry).filter((entry) => concerned.has(entry));
}

function entriesBehind({ agent, rule, failure_type }: Verdict, policies: readonly Artefact[]): readonly string[] {
	if (agent === null) return [`filters.${rule}`];
	const tools = policies
		.flatMap((policy) => policy.tools)
		.filter(({ failures }) => failures.some(({ type }) => type === failure_type));
	return [
		`agents.${agent}`,
		`route.${rule}`,
		`classify.${failure_type}`,
		...tools.flatMap(({ tool, field }) => [`tools.${tool}`, `fields.${field}`]),
	];
}

function entriesOf({ version: _, webhook_events, log_patterns, ...policy }: Artefact): ReadonlyMap<string, unknown> {
	const entries = policyEntries(policy).map(({ stage, name, value }) => [`${stage}.${name}`, value] as const);
	const grouped = Map.groupBy(entries, ([entry]) => entry);
	const named = [...grouped].map(([entry, found]) => [entry, found.map(([, value]) => value)] as const);
	return new Map<string, unknown>([...named, ["overrides", policy.overrides]]);
}

type Place = Pick<ChangedEntry, "file" | "line">;

function placesIn(files: PipelineFiles): ReadonlyMap<string, Place> {
	const resolved = resolvePolicy(files);
	const names = namesOf(files);
	const entries = (resolved.ok ? resolved.policy.entries : []).flatMap(({ stage, name, from, disabled }) => {
		if (disabled !== undefined) return [];
		const place = { file: names.get(from.file) ?? from.file, line: from.line };
		// The artefact has durations in seconds.
		return [[`${stage}.${name}`, place] as const, [`${stage}.${name}_s`, place] as const];
	});
	const prompts = Object.entries(files.promptPaths).map(([name, file]) => [`prompts.${name}`, { file }] as const);
	return new Map<string, Place>([...entries, ...prompts]);
}
