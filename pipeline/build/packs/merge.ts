import type { Path, YamlSource } from "../yaml/yaml-source.ts";
import { isMap, isNamedList, nameOf } from "./entry-names.ts";

/**
 * A part of a policy that was merged from several files: its value, and where that is written. `parts` holds the parts
 * that are written elsewhere than at their path below this one.
 */
export interface Part {
	readonly value: unknown;
	readonly source: YamlSource;
	readonly path: Path;
	readonly parts?: ReadonlyMap<string | number, Part>;
}

/** A file as a whole, before anything is merged into it. */
export function wholeOf(source: YamlSource): Part {
	return { value: source.value, source, path: [] };
}

/**
 * The one merge rule (docs/pipeline.md#packs-and-extends). Maps are merged key by key. Lists of items with names are
 * merged by name: items of one name are replaced together, at their place. Of everything else, the later one stays. What
 * only the later file has comes first, so that it is asked first.
 */
export function mergeParts(earlier: Part, later: Part, path: Path = []): Part {
	if (isMap(earlier.value) && isMap(later.value)) return mergeMaps(earlier, later, path);
	const isList = Array.isArray(earlier.value) && Array.isArray(later.value);
	if (isList && isNamedList(path, [...asList(earlier), ...asList(later)])) return mergeLists(earlier, later, path);
	return later;
}

/** The part at a path; of a value that is missing, the place where it would be. */
export function partAt(root: Part, path: Path): Part {
	return path.reduce(childOf, root);
}

/** A part without the entries at these paths, each a stage with a key or an index. */
export function withoutParts(root: Part, paths: readonly Path[]): Part {
	const byStage = Map.groupBy(paths, ([stage]) => String(stage));
	return [...byStage].reduce((part, [stage, removed]) => {
		const keys = new Set(removed.map(([, key]) => key));
		const inner = childOf(part, stage);
		const kept = stepsOf(inner).filter((step) => !keys.has(step));
		const children = kept.map((step) => [step, childOf(inner, step)] as const);
		const left = Array.isArray(inner.value)
			? listOf(
					inner,
					children.map(([, child]) => child),
				)
			: mapOf(inner, children);
		return mapOf(
			part,
			stepsOf(part).map((step) => [step, step === stage ? left : childOf(part, step)] as const),
		);
	}, root);
}

function mergeMaps(earlier: Part, later: Part, path: Path): Part {
	const before = stepsOf(earlier);
	const after = stepsOf(later);
	const added = after.filter((key) => !before.includes(key)).map((key) => [key, childOf(later, key)] as const);
	const kept = before.map((key) => {
		const own = childOf(earlier, key);
		return [key, after.includes(key) ? mergeParts(own, childOf(later, key), [...path, key]) : own] as const;
	});
	return mapOf(later, [...added, ...kept]);
}

function mergeLists(earlier: Part, later: Part, path: Path): Part {
	const stage = String(path[0]);
	const replacing = Map.groupBy(childrenOf(later), ({ value }) => nameOf(stage, value));
	const names = new Set(asList(earlier).map((item) => nameOf(stage, item)));
	// Items without a name are errors; each stays, to be reported.
	const added = childrenOf(later).filter(({ value }) => {
		const name = nameOf(stage, value);
		return name === undefined || !names.has(name);
	});
	const placed = new Set<string>();
	const kept = childrenOf(earlier).flatMap((item) => {
		const name = nameOf(stage, item.value);
		const group = name === undefined ? undefined : replacing.get(name);
		if (name === undefined || group === undefined) return [item];
		if (placed.has(name)) return [];
		placed.add(name);
		return group;
	});
	return listOf(later, [...added, ...kept]);
}

function mapOf({ source, path }: Part, entries: readonly (readonly [string | number, Part])[]): Part {
	const value = Object.fromEntries(entries.map(([key, part]) => [key, part.value]));
	return { value, source, path, parts: new Map(entries) };
}

function listOf({ source, path }: Part, items: readonly Part[]): Part {
	return { value: items.map(({ value }) => value), source, path, parts: new Map(items.entries()) };
}

function childrenOf(part: Part): readonly Part[] {
	return stepsOf(part).map((step) => childOf(part, step));
}

function childOf(part: Part, step: string | number): Part {
	const own = part.parts?.get(step);
	if (own !== undefined) return own;
	const holder = part.value;
	const value =
		typeof holder === "object" && holder !== null && Object.hasOwn(holder, step)
			? (holder as Readonly<Record<string | number, unknown>>)[step]
			: undefined;
	return { value, source: part.source, path: [...part.path, step] };
}

function stepsOf({ value }: Part): readonly (string | number)[] {
	if (Array.isArray(value)) return [...value.keys()];
	return isMap(value) ? Object.keys(value) : [];
}

function asList({ value }: Part): readonly unknown[] {
	return Array.isArray(value) ? value : [];
}
