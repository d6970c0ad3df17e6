import type { YamlSource } from "../yaml/yaml-source.ts";
import { type Part, partAt } from "./merge.ts";

/** A merged policy as one source: each diagnostic is about the file that the part was written in. */
export function mergedSource(root: Part): YamlSource {
	return {
		value: root.value,
		at(path, message, allowed) {
			const part = partAt(root, path);
			return part.source.at(part.path, message, allowed);
		},
		atKey(path, message, allowed) {
			const part = partAt(root, path);
			return part.source.atKey(part.path, message, allowed);
		},
		inText(path, stretch, message, allowed) {
			const part = partAt(root, path);
			return part.source.inText(part.path, stretch, message, allowed);
		},
	};
}
