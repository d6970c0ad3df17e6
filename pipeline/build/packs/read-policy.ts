import { didYouMean } from "../checks/did-you-mean.ts";
import { type Diagnostic, PIPELINE_FILE } from "../yaml/diagnostic.ts";
import { readYaml, type YamlSource } from "../yaml/yaml-source.ts";
import { isMap, type NamedEntry, namedEntries } from "./entry-names.ts";
import { mergeParts, type Part, wholeOf, withoutParts } from "./merge.ts";
import { describeProblem, type Pack } from "./pack.ts";

/** A policy as written: the text of `pipeline.yaml`, and what its `extends` names. */
export interface PolicySources {
	readonly text: string;
	/** By the name under `extends`. */
	readonly packs?: Readonly<Record<string, Pack>>;
}

/** A policy with its packs: every file, in the order of merging, and what they are together. */
export interface Policy {
	readonly layers: readonly Layer[];
	readonly merged: Part;
	/** The entries that `disable` takes out, each with the index that names it. */
	readonly disabled: readonly (NamedEntry & { readonly by: number })[];
}

export interface Layer {
	readonly file: string;
	readonly source: YamlSource;
}

/** `policy` is absent when a file cannot be read: what the others are together would then mislead. */
export interface PolicyReading {
	readonly policy?: Policy;
	readonly diagnostics: readonly Diagnostic[];
}

/** Reads a pipeline and the packs that it extends, and merges them. */
export function readPolicy({ text, packs = {} }: PolicySources): PolicyReading {
	const own = readYaml(text);
	if (own.source === undefined) return { diagnostics: own.diagnostics };
	const extended = readPacks(own.source, packs);
	const diagnostics = [...own.diagnostics, ...extended.diagnostics];
	if (extended.layers === undefined) return { diagnostics };

	const layers = [...extended.layers, { file: PIPELINE_FILE, source: own.source }];
	const [first, ...later] = layers.map(({ source }) => wholeOf(source));
	const merged = later.reduce((earlier, next) => mergeParts(earlier, next), first ?? wholeOf(own.source));
	const { disabled, unknown } = disabledIn(own.source, namedEntries(merged.value));
	return {
		policy: {
			layers,
			merged: withoutParts(
				merged,
				disabled.map(({ path }) => path),
			),
			disabled,
		},
		diagnostics: [...diagnostics, ...unknown],
	};
}

/** The names under `extends` of a pipeline's text; none when it is not YAML or has no such list. */
export function extendsOf(text: string): readonly string[] {
	const value = readYaml(text).source?.value;
	const names: unknown = isMap(value) ? value.extends : undefined;
	return Array.isArray(names) ? names.filter((name) => typeof name === "string") : [];
}

function readPacks(
	own: YamlSource,
	packs: Readonly<Record<string, Pack>>,
): { readonly layers?: readonly Layer[]; readonly diagnostics: readonly Diagnostic[] } {
	const written: unknown = isMap(own.value) ? own.value.extends : undefined;
	if (written === undefined) return { layers: [], diagnostics: [] };
	if (!Array.isArray(written) || !written.every((name) => typeof name === "string")) {
		const message = "`extends` is a list of packs, such as [healer/github, ./our-tools.yaml].";
		return { diagnostics: [own.at(["extends"], message)] };
	}
	const read = written.map((name, index) => readPack(own, name, index, written, packs));
	const diagnostics = read.flatMap((pack) => pack.diagnostics);
	const isWhole = read.every(({ layers }) => layers !== undefined);
	return isWhole ? { layers: read.flatMap(({ layers = [] }) => layers), diagnostics } : { diagnostics };
}

function readPack(
	own: YamlSource,
	name: string,
	index: number,
	names: readonly string[],
	packs: Readonly<Record<string, Pack>>,
): { readonly layers?: readonly Layer[]; readonly diagnostics: readonly Diagnostic[] } {
	const at = (message: string, allowed?: readonly string[]) => own.at(["extends", index], message, allowed);
	if (names.indexOf(name) !== index) {
		return { diagnostics: [at(`\`${name}\` is already extended above. Leave one out.`)] };
	}
	const pack: Pack = (Object.hasOwn(packs, name) ? packs[name] : undefined) ?? { problem: "missing" };
	if ("problem" in pack) {
		const { message, allowed } = describeProblem(name, pack);
		return { diagnostics: [at(message, allowed)] };
	}
	const read = pack.files.map(({ file, text }) => ({ file, ...readYaml(text, file) }));
	const diagnostics = read.flatMap((reading) => [
		...reading.diagnostics,
		...(reading.source === undefined ? [] : packDiagnostics(reading.source)),
	]);
	const layers = read.flatMap(({ file, source }) => (source && isMap(source.value) ? [{ file, source }] : []));
	return layers.length === read.length ? { layers, diagnostics } : { diagnostics };
}

/** What only the file that extends may say. */
function packDiagnostics(source: YamlSource): readonly Diagnostic[] {
	const { value } = source;
	if (!isMap(value)) return [source.at([], "A pack is keys with values, such as `filters:` or `tools:`.")];
	const nested = "A pack cannot extend others. List them all in the file that extends this one.";
	return [
		...("extends" in value ? [source.atKey(["extends"], nested)] : []),
		...("disable" in value
			? [source.atKey(["disable"], "A pack cannot disable. Only the file that extends it can.")]
			: []),
	];
}

function disabledIn(own: YamlSource, entries: readonly NamedEntry[]) {
	const names: unknown = isMap(own.value) ? own.value.disable : undefined;
	// The grammar reports what is not a list of texts.
	const read = (Array.isArray(names) ? names : []).map((name: unknown, by) => {
		const found = entries.filter((entry) => name === entry.name || name === qualified(entry));
		const disabled = found.map((entry) => ({ ...entry, by }));
		return typeof name === "string" ? { disabled, unknown: misnamed(own, name, by, found, entries) } : undefined;
	});
	return {
		disabled: read.flatMap((one) => (one === undefined || one.unknown.length > 0 ? [] : one.disabled)),
		unknown: read.flatMap((one) => one?.unknown ?? []),
	};
}

/** A name that nothing has, or that entries of several stages have. */
function misnamed(
	own: YamlSource,
	name: string,
	by: number,
	found: readonly NamedEntry[],
	entries: readonly NamedEntry[],
): readonly Diagnostic[] {
	const stages = [...new Set(found.map(({ stage }) => stage))];
	if (stages.length === 1) return [];
	if (stages.length > 1) {
		const allowed = stages.map((stage) => `${stage}.${name}`);
		const message = `\`${name}\` is in ${stages.map((stage) => `\`${stage}\``).join(" and ")}. Name one of them, such as \`${allowed[0]}\`.`;
		return [own.at(["disable", by], message, allowed)];
	}
	const names = [...new Set(entries.flatMap((entry) => [entry.name, qualified(entry)]))];
	const guess = didYouMean(name, names) || " `healer show` lists what there is.";
	const message = `Nothing is called \`${name}\`.${guess} If a pack no longer has it, remove it here.`;
	return [own.at(["disable", by], message)];
}

function qualified({ stage, name }: NamedEntry): string {
	return `${stage}.${name}`;
}
