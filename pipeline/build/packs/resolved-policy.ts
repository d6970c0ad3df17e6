import { keysAt, pipelineJsonSchema } from "../../grammar/json-schema.ts";
import { type Diagnostic, inOrder } from "../yaml/diagnostic.ts";
import { valueAt } from "../yaml/value-at.ts";
import type { Path, YamlSource } from "../yaml/yaml-source.ts";
import { isMap, type NamedEntry, namedEntries, nameOf } from "./entry-names.ts";
import { partAt } from "./merge.ts";
import { type Policy, type PolicySources, readPolicy } from "./read-policy.ts";

/** A line of a policy's files. */
export interface Origin {
	readonly file: string;
	/** From 1. */
	readonly line: number;
}

/** One entry of a resolved policy: a rule, a tool, an event, an agent, a setting ... */
export interface ResolvedEntry {
	readonly stage: string;
	readonly name: string;
	readonly value: unknown;
	/** Where it is written; of an entry that a later file changed in part, the last such file. */
	readonly from: Origin;
	/** What it replaced, or changed in part: earlier files first. */
	readonly over: readonly Origin[];
	/** Whether the entries of `over` still hold where `from` says nothing. */
	readonly isMerged: boolean;
	/** Whether its name is a key of its stage; else the stage is a list. */
	readonly isNamedByKey: boolean;
	/** The line that took it out. */
	readonly disabled?: Origin;
}

/** A policy with its packs, as one. */
export interface ResolvedPolicy {
	/** What a single file would have to say; without `extends` and `disable`. */
	readonly value: Readonly<Record<string, unknown>>;
	/** In the order of `value`; disabled ones last. */
	readonly entries: readonly ResolvedEntry[];
}

export type Resolution =
	| { readonly ok: true; readonly policy: ResolvedPolicy }
	| { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };

/** Merges a policy with its packs and says where each entry comes from. Other errors than those of files stay unseen. */
export function resolvePolicy(sources: PolicySources): Resolution {
	const { policy, diagnostics } = readPolicy(sources);
	if (policy === undefined || diagnostics.length > 0) return { ok: false, diagnostics: inOrder(diagnostics) };
	const whole = policy.merged.value;
	const { extends: _packs, disable: _names, ...stages } = isMap(whole) ? whole : {};
	const value = inGrammarsOrder(stages);
	const own = policy.layers.at(-1)?.source;
	const disabled = policy.disabled.map((entry) => ({
		...resolvedEntry(policy, entry, lastIn(policy, entry)),
		...(own !== undefined && { disabled: originOf(own, ["disable", entry.by]) }),
	}));
	const entries = policyEntries(value).map((entry) => {
		const { source, path } = partAt(policy.merged, entry.path);
		return resolvedEntry(policy, entry, placeOf(policy, entry, source, path));
	});
	return { ok: true, policy: { value, entries: [...entries, ...disabled] } };
}

/** Merging puts a pack's stages after the file's own; people look for them in the usual order. */
function inGrammarsOrder(stages: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
	const order = keysAt(pipelineJsonSchema(), []);
	const rank = (stage: string) => (order.includes(stage) ? order.indexOf(stage) : order.length);
	return Object.fromEntries(Object.entries(stages).toSorted(([a], [b]) => rank(a) - rank(b)));
}

/** The named entries, and the keys of the stages that have none, such as `settings`. */
export function policyEntries(value: Readonly<Record<string, unknown>>): readonly NamedEntry[] {
	const named = Map.groupBy(namedEntries(value), ({ stage }) => stage);
	return Object.entries(value).flatMap(([stage, inner]) => {
		const own = named.get(stage);
		if (own !== undefined || !isMap(inner)) return own ?? [];
		return Object.entries(inner).map(([name, item]) => ({ stage, name, path: [stage, name], value: item }));
	});
}

function resolvedEntry(policy: Policy, entry: NamedEntry, from: Origin): ResolvedEntry {
	const { stage, name, value } = entry;
	const all = policy.layers.flatMap(({ source }) => writtenIn(source, entry));
	const over = all.filter(({ file }) => file !== from.file);
	const isNamedByKey = typeof entry.path[1] === "string";
	return { stage, name, value, from, over, isNamedByKey, isMerged: isNamedByKey && isMap(value) };
}

/** The last place of an entry that is a map in several files is the last file's, whatever part of it that changes. */
function placeOf(policy: Policy, entry: NamedEntry, source: YamlSource, path: Path): Origin {
	return typeof entry.path[1] === "string" ? lastIn(policy, entry) : originOf(source, path);
}

function lastIn({ layers }: Policy, entry: NamedEntry): Origin {
	return layers.flatMap(({ source }) => writtenIn(source, entry)).at(-1) ?? { file: "", line: 1 };
}

/** Where one file writes an entry: once, or several times for a failure type with several rules. */
function writtenIn(source: YamlSource, { stage, name, path }: NamedEntry): readonly Origin[] {
	const items = valueAt(source.value, [stage]);
	if (typeof path[1] === "string") {
		return isMap(items) && Object.hasOwn(items, name) ? [originOf(source, [stage, name])] : [];
	}
	if (!Array.isArray(items)) return [];
	return items.flatMap((item, index) => (nameOf(stage, item) === name ? [originOf(source, [stage, index])] : []));
}

function originOf(source: YamlSource, path: Path): Origin {
	const { file, line } = typeof path.at(-1) === "string" ? source.atKey(path, "") : source.at(path, "");
	return { file, line };
}
