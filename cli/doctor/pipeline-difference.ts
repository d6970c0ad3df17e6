import { isDeepStrictEqual } from "node:util";
import type { Artefact } from "../../pipeline/index.ts";

const MOST_NAMES = 3;
const MOST_SECTIONS = 4;
/** They follow from the rest. */
const DERIVED: ReadonlySet<string> = new Set(["version", "webhook_events", "log_patterns"]);

/**
 * Where two pipelines differ, in one line: `agents (rex), route (rust, default and 2 more), spawn`. An empty text if
 * they decide alike.
 */
export function describeDifference(before: Artefact, after: Artefact): string {
	const sections = [...new Set([...Object.keys(before), ...Object.keys(after)])]
		.filter((section) => !DERIVED.has(section))
		.map((section) => sectionDifference(section, sectionOf(before, section), sectionOf(after, section)))
		.filter((text) => text !== undefined);
	return listed(sections, MOST_SECTIONS);
}

function sectionOf(artefact: Artefact, section: string): unknown {
	return Object.entries(artefact).find(([name]) => name === section)?.[1];
}

function sectionDifference(section: string, before: unknown, after: unknown): string | undefined {
	if (isDeepStrictEqual(before, after)) return undefined;
	const [old, recent] = [entriesOf(before), entriesOf(after)];
	const names = [...new Set([...old.keys(), ...recent.keys()])];
	const changed = names.filter((name) => !isDeepStrictEqual(old.get(name), recent.get(name)));
	// All entries are there, in another order.
	const what = changed.length === 0 ? ["order"] : changed;
	return `${section} (${listed(what, MOST_NAMES)})`;
}

/** Entries by what people call them. */
function entriesOf(value: unknown): ReadonlyMap<string, unknown> {
	if (Array.isArray(value)) return new Map(value.map((entry, at) => [entryName(entry) ?? `number ${at + 1}`, entry]));
	return new Map(typeof value === "object" && value !== null ? Object.entries(value) : []);
}

function entryName(entry: unknown): string | undefined {
	const { name, type, tool, on }: Record<string, unknown> = Object(entry);
	return [name, type, tool, on].find((one) => typeof one === "string");
}

function listed(names: readonly string[], most: number): string {
	const more = names.length - most;
	return more > 0 ? `${names.slice(0, most).join(", ")} and ${more} more` : names.join(", ");
}
