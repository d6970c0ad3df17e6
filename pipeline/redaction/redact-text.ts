import { findAssignedSecrets } from "./assigned-secrets.ts";
import type { Finder, Finding } from "./finding.ts";
import { findHeaderSecrets } from "./header-secrets.ts";
import { findKnownTokens } from "./known-tokens.ts";
import { findNamedValues, findValueInLine, kindOfNextLine } from "./named-values.ts";
import { findKeysInALine, markKeyLine, privateKeyLines } from "./private-key-lines.ts";
import { MARKS, redactionMark } from "./redaction-mark.ts";
import { maySecret } from "./suspects.ts";
import { findTokenShapes } from "./token-shapes.ts";
import { findQuerySecrets, findUserinfo } from "./url-secrets.ts";

/** In this order: what knows best what a secret is comes first, and its mark is not looked into any more. */
const FINDERS: readonly Finder[] = [
	findKeysInALine,
	findKnownTokens,
	findTokenShapes,
	findUserinfo,
	findHeaderSecrets,
	findQuerySecrets,
	findNamedValues,
	findAssignedSecrets,
];

/**
 * The text with a mark of its kind (`[redacted: github token]`) in the place of each secret. Line ends stay as they are,
 * masks (`***`) and variables too; each line of a private key becomes a mark. Redacting twice changes nothing.
 */
export function redactText(text: string): string {
	if (!maySecret(text)) return text;
	const lines = text.split("\n");
	const keys = privateKeyLines(lines);
	let named: string | undefined;
	const redacted = lines.map((line, at) => {
		if (keys.has(at)) return markKeyLine(line, redactionMark("private key"));
		const value = named === undefined ? undefined : findValueInLine(line, named);
		named = kindOfNextLine(line);
		const known = value === undefined ? line : replace(line, [value]);
		return maySecret(known) ? redactLine(known) : known;
	});
	return redacted.join("\n");
}

/** Until nothing is found any more: what stood before a secret may be another's beginning once it is gone. */
function redactLine(line: string): string {
	let parts = line.split(MARKS);
	for (const find of FINDERS) {
		parts = parts.flatMap((part, at) =>
			at % 2 === 1 || part === "" ? [part] : replace(part, find(part)).split(MARKS),
		);
	}
	const redacted = parts.join("");
	return redacted === line ? line : redactLine(redacted);
}

function replace(text: string, findings: readonly Finding[]): string {
	let kept = "";
	let at = 0;
	for (const { from, to, kind } of [...findings].sort((one, other) => one.from - other.from)) {
		if (to <= at || to <= from) continue;
		// What overlaps the one before goes with it.
		if (from >= at) kept += text.slice(at, from) + redactionMark(kind);
		at = to;
	}
	return kept + text.slice(at);
}
