import { partsRead } from "../../context-rounds.ts";
import type { ValidPart } from "../scopes/valid-part.ts";
import { byName } from "../scopes/written-expressions.ts";
import type { Diagnostic } from "../yaml/diagnostic.ts";
import type { YamlSource } from "../yaml/yaml-source.ts";

/** Context parts that wait for each other: none of them could be gathered first. */
export function roundDiagnostics(source: YamlSource, file: ValidPart): readonly Diagnostic[] {
	const reads = new Map(byName(file.context).map(([name, part]) => [name, partsRead(part)]));
	return [...reads.keys()].flatMap((name) => {
		const way = wayBack(name, reads);
		if (way === undefined) return [];
		const shown = [...way, name].map((one) => `\`${one}\``).join(" reads ");
		return [source.atKey(["context", name], `This part cannot be gathered before itself: ${shown}.`)];
	});
}

/** The parts from one to itself, each reading the next. */
function wayBack(start: string, reads: ReadonlyMap<string, readonly string[]>): readonly string[] | undefined {
	const seen = new Set<string>();
	const open: (readonly string[])[] = [[start]];
	for (const way of open) {
		for (const next of reads.get(way.at(-1) ?? "") ?? []) {
			if (next === start) return way;
			if (!seen.has(next)) open.push([...way, next]);
			seen.add(next);
		}
	}
	return undefined;
}
