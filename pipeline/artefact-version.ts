import type { Artefact } from "./artefact.ts";
import { sha256Hex } from "./expression/sha256-hex.ts";

/**
 * The artefact's version: the first 16 hex digits of the SHA-256 of what decides; comments in its `source` do not. Undefined when it is nested too
 * deep.
 */
export function artefactVersion({ source: _, ...rest }: Omit<Artefact, "version">): string | undefined {
	const canonical = canonicalJson(rest);
	return canonical === undefined ? undefined : sha256Hex(canonical).slice(0, 16);
}

const MAX_DEPTH = 200;

/** JSON with sorted keys, so equal payloads give equal text. Undefined for a payload that is nested too deep. */
export function canonicalJson(value: unknown, depth = 0): string | undefined {
	if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
	if (depth === MAX_DEPTH) return undefined;
	const parts: string[] = [];
	const names = Array.isArray(value) ? [] : Object.keys(value).sort();
	for (const item of Array.isArray(value) ? value : names.map((name) => (value as Record<string, unknown>)[name])) {
		const text = canonicalJson(item, depth + 1);
		if (text === undefined) return undefined;
		parts.push(text);
	}
	if (Array.isArray(value)) return `[${parts.join(",")}]`;
	return `{${names.map((name, at) => `${JSON.stringify(name)}:${parts[at]}`).join(",")}}`;
}
