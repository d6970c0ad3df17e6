import { stringify } from "yaml";
import type { Artefact } from "../artefact.ts";
import { writtenDuration } from "../grammar/duration.ts";
import { unifiedDiff } from "../text/unified-diff.ts";

/** Texts by name: the resolved policy as YAML, and each prompt. Equal policies give equal texts. */
export type PolicyTexts = Readonly<Record<string, string>>;

/** What reads best at the beginning of an entry; other keys are in alphabetical order. */
const FIRST = ["name", "type", "tool", "on", "agent", "category", "when", "kind"];

/** The policy of an artefact with everything resolved: anchors, packs and defaults. */
export function policyTexts({
	version: _,
	source: _text,
	webhook_events,
	log_patterns,
	prompts,
	...policy
}: Artefact): PolicyTexts {
	const yaml = stringify(inWords(policy), { lineWidth: 0, aliasDuplicateObjects: false });
	const templates = Object.entries(prompts).map(([name, text]) => [`prompts/${name}.mustache`, text]);
	return { "pipeline.yaml": yaml, ...Object.fromEntries(templates) };
}

/** A unified diff of two resolved policies and their prompts; no lines if they decide alike. */
export function policyDiff(active: Artefact, next: Artefact): readonly string[] {
	const [before, after] = [policyTexts(active), policyTexts(next)];
	const names = new Set([...Object.keys(before), ...Object.keys(after)]);
	return [...names].flatMap((name) => unifiedDiff(name, before[name] ?? "", after[name] ?? ""));
}

/** Keys in one order, durations as they are written: `ttl: 10m` for `ttl_s: 600`. */
function inWords(value: unknown): unknown {
	if (Array.isArray(value)) return value.map(inWords);
	if (typeof value !== "object" || value === null) return value;
	const entries = Object.entries(value).toSorted(([a], [b]) => rank(a) - rank(b) || (a < b ? -1 : 1));
	return Object.fromEntries(
		entries.map(([key, inner]) =>
			key.endsWith("_s") && typeof inner === "number"
				? [key.slice(0, -2), writtenDuration(inner)]
				: [key, inWords(inner)],
		),
	);
}

function rank(key: string): number {
	const at = FIRST.indexOf(key);
	return at === -1 ? FIRST.length : at;
}
