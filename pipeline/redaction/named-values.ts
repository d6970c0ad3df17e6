import { isPlainValue } from "./plain-value.ts";
import { secretKindOf } from "./secret-name.ts";
import type { SecretSpan } from "./secret-span.ts";

/** `{"name": "DB_PASSWORD", "value": "..."}`, the form in manifests and settings. */
const PAIR =
	/\\*["']?\b(?:name|key)\\*["']?\s{0,3}[:=]\s{0,3}\\*["']?([\w.-]{1,80})\\*["']?\s{0,3},\s{0,3}\\*["']?value\\*["']?\s{0,3}[:=]\s{0,3}(\\*["']?)([^"'\\,}\n]{1,4096})/gi;
const NAME_LINE = /^[\s+-]{0,80}["']?(?:name|key)["']?\s{0,3}[:=]\s{0,3}["']?([\w.-]{1,80})["']?,?\s{0,10}$/i;
const VALUE_LINE = /^([\s+-]{0,80}["']?value["']?\s{0,3}[:=]\s{0,3}["']?)([^"'\s][^"'\r]{0,8192})/i;

/** Values beside a secret's name, in one line. */
export function findNamedValues(line: string): SecretSpan[] {
	return Array.from(line.matchAll(PAIR)).flatMap(({ index, 0: whole, 1: name = "", 3: value = "" }) => {
		const kind = secretKindOf(name);
		if (kind === undefined || isPlainValue(value)) return [];
		return [{ from: index + whole.length - value.length, to: index + whole.length, kind }];
	});
}

/** The kind of secret whose value is on the next line, as in YAML and indented JSON. */
export function kindOfNextLine(line: string): string | undefined {
	const name = NAME_LINE.exec(line)?.[1];
	return name === undefined ? undefined : secretKindOf(name);
}

/** The value's range in the line after such a name. */
export function findValueInLine(line: string, kind: string): SecretSpan | undefined {
	const match = VALUE_LINE.exec(line);
	if (match === null || isPlainValue(match[2] ?? "")) return undefined;
	const from = match[1]?.length ?? 0;
	return { from, to: from + (match[2] ?? "").trimEnd().length, kind };
}
