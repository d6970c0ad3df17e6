import { Document, isMap, isPair, isScalar, isSeq, type Node } from "yaml";
import type { Origin, ResolvedEntry, ResolvedPolicy } from "./resolved-policy.ts";

const WIDTH = 120;

/** A resolved policy as one YAML file, each entry with the line that it comes from. */
export function renderPolicy({ value, entries }: ResolvedPolicy): string {
	return render(
		value,
		entries.filter(({ disabled }) => disabled === undefined),
	);
}

/** Some of the entries, as the stages of a pipeline that has only them. */
export function renderEntries(entries: readonly ResolvedEntry[]): string {
	const stages = [...Map.groupBy(entries, ({ stage }) => stage)].map(([stage, own]) => {
		const isList = own.every(({ isNamedByKey }) => !isNamedByKey);
		return [
			stage,
			isList ? own.map(({ value }) => value) : Object.fromEntries(own.map((one) => [one.name, one.value])),
		];
	});
	return render(Object.fromEntries(stages), entries);
}

/** `from packs/tools/rust.yaml:12, instead of ...`. */
function describeOrigin({ from, over, isMerged, disabled }: ResolvedEntry): string {
	const earlier = over.map(place).join(", ");
	const replaced = isMerged
		? `from ${earlier}, changed in ${place(from)}`
		: `from ${place(from)}, instead of ${earlier}`;
	const origin = over.length === 0 ? `from ${place(from)}` : replaced;
	return disabled === undefined ? origin : `${origin}, disabled in ${place(disabled)}`;
}

function render(value: unknown, entries: readonly ResolvedEntry[]): string {
	// No anchors: what several entries share is written out, as each may come to differ.
	const document = new Document(value, { aliasDuplicateObjects: false });
	const byStage = Map.groupBy(entries, ({ stage }) => stage);
	for (const [stage, own] of byStage) {
		const node: unknown = document.get(stage, true);
		if (isSeq(node)) {
			for (const [index, item] of node.items.entries()) note(item as Node, own[index]);
		} else if (isMap(node)) {
			for (const pair of node.items) {
				const entry = own.find(({ name }) => isScalar(pair.key) && String(pair.key.value) === name);
				if (isPair(pair) && isScalar(pair.key)) note(pair.key, entry);
			}
		}
	}
	return document.toString({ lineWidth: WIDTH });
}

function note(node: Node, entry: ResolvedEntry | undefined): void {
	if (entry !== undefined) node.commentBefore = ` ${describeOrigin(entry)}`;
}

function place({ file, line }: Origin): string {
	return `${file}:${line}`;
}
