import type { z } from "zod";
import type { pipelineFile } from "../../grammar/pipeline-file.ts";
import type { Path } from "../yaml/yaml-source.ts";

/**
 * The file as written, minus the parts that the grammar rejects: everything present has the right shape, anything may
 * be absent. This lets names and expressions be checked even when the shape is wrong elsewhere.
 */
export type ValidPart = Partially<z.input<typeof pipelineFile>>;

type Partially<T> = T extends readonly (infer Item)[]
	? readonly (Partially<Item> | undefined)[]
	: T extends object
		? { readonly [Key in keyof T]?: Partially<T[Key]> | undefined }
		: T;

/** A copy without the values at these paths. Removed list items leave a gap, so the other paths stay valid. */
export function without(value: unknown, paths: readonly Path[]): ValidPart {
	const copy: unknown = structuredCopy(value);
	if (typeof copy !== "object" || copy === null || Array.isArray(copy) || paths.some((path) => path.length === 0)) {
		return {};
	}
	for (const path of paths) {
		drop(copy, path);
	}
	// The rest passed the grammar, except for what is absent.
	return copy as ValidPart;
}

function drop(root: unknown, path: Path): void {
	let holder = root;
	for (const step of path.slice(0, -1)) {
		if (typeof holder !== "object" || holder === null || !Object.hasOwn(holder, step)) {
			return;
		}
		holder = (holder as Record<string | number, unknown>)[step];
	}
	const last = path.at(-1);
	if (typeof holder === "object" && holder !== null && last !== undefined) {
		delete (holder as Record<string | number, unknown>)[last];
	}
}

function structuredCopy(value: unknown): unknown {
	return value === undefined ? undefined : JSON.parse(JSON.stringify(value));
}
