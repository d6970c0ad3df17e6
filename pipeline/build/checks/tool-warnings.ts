import type { Artefact } from "../../artefact.ts";
import type { Diagnostic } from "../yaml/diagnostic.ts";
import type { YamlSource } from "../yaml/yaml-source.ts";
import { toolOverlaps } from "./tool-overlaps.ts";
import { unreachableTools } from "./unreachable-tools.ts";

/** Entries of the table of tools that are in each other's way, or that nothing leads to; each at the file that has it. */
export function toolWarnings(source: YamlSource, policy: Artefact): readonly Diagnostic[] {
	return [...toolOverlaps(policy), ...unreachableTools(policy)].map(({ path, message, other }) => {
		const found = source.at(path, message);
		if (other === undefined) return found;
		const { file, line } = source.at(other, message);
		return { ...found, related: { file, line } };
	});
}
