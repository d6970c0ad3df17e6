import type { Path } from "../yaml/yaml-source.ts";

/** The lists whose items have a name, by stage, and the key that holds it. */
const NAMED_LISTS: Readonly<Record<string, string>> = {
	filters: "name",
	dedup: "name",
	tools: "tool",
	classify: "type",
	route: "name",
	notify: "name",
};

/** The maps whose keys are names of entries; elsewhere keys are fields. */
const NAMED_MAPS = ["agents", "events", "lifecycle", "context", "fields"];

/** Whether the items of the list at a path are merged by their names, not the list as a whole. */
export function isNamedList(path: Path, items: readonly unknown[]): boolean {
	const [stage] = path;
	if (path.length !== 1 || typeof stage !== "string") return false;
	return Object.hasOwn(NAMED_LISTS, stage) || (items.length > 0 && items.every((item) => nameOf(stage, item)));
}

/** The name of a list's item; undefined when it has none, which the grammar reports. */
export function nameOf(stage: string, item: unknown): string | undefined {
	if (!isMap(item)) return undefined;
	const key = Object.hasOwn(NAMED_LISTS, stage) ? NAMED_LISTS[stage] : "name";
	const name = item[key ?? "name"];
	if (typeof name === "string" && name !== "") return name;
	// A row of the routing table is known by its number.
	return stage === "route" && item.row !== undefined ? `row-${String(item.row)}` : undefined;
}

/** An entry that has a name of its own: a rule, a tool, a filter, a claim, an event, a part of the context, an agent, a target of notifications. */
export interface NamedEntry {
	readonly stage: string;
	readonly name: string;
	readonly path: Path;
	readonly value: unknown;
}

/** Every named entry of a pipeline's or a pack's value, in its order. */
export function namedEntries(value: unknown): readonly NamedEntry[] {
	if (!isMap(value)) return [];
	return Object.entries(value).flatMap(([stage, inner]) => {
		if (Array.isArray(inner) && isNamedList([stage], inner)) {
			return inner.flatMap((item, index) => {
				const name = nameOf(stage, item);
				return name === undefined ? [] : [{ stage, name, path: [stage, index], value: item }];
			});
		}
		if (!NAMED_MAPS.includes(stage) || !isMap(inner)) return [];
		return Object.entries(inner).map(([name, item]) => ({ stage, name, path: [stage, name], value: item }));
	});
}

export function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}
