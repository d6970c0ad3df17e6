import { isPlainValue } from "./plain-value.ts";
import { redactText } from "./redact-text.ts";
import { redactionMark } from "./redaction-mark.ts";
import { secretKindOf } from "./secret-name.ts";

/** Identifiers, which stay verbatim: without them nothing could be found. */
const NAMES = new Set(
	"id branch head_branch default_branch base_branch ref sha head_sha repository full_name head_repository path login".split(
		" ",
	),
);

/** Deeper data is dropped: no source nests this deep. */
const MOST_LEVELS = 32;

/**
 * Redacts every secret in the texts of JSON data (`redactText`). Texts under a secret's name are redacted whatever they
 * look like, as in `{"password": "..."}` or `{"name": "DB_PASSWORD", "value": "..."}`. Field names stay, and so do the
 * identifiers of branches, commits, repositories and files.
 */
export function redactData<T>(data: T): T {
	// Texts stay texts and everything else keeps its type; TypeScript cannot follow this.
	return redactValue(data, MOST_LEVELS) as T;
}

function redactValue(value: unknown, levels: number): unknown {
	if (typeof value === "string") return redactText(value);
	if (typeof value !== "object" || value === null) return value;
	if (levels === 0) return "[nested too deep]";
	if (Array.isArray(value)) return redactList(value, levels);
	const named = nameIn(value);
	const entries = Object.entries(value).map(([name, inner]): [string, unknown] => {
		if (NAMES.has(name) && typeof inner === "string") return [name, inner];
		const kind = secretKindOf(name) ?? (name === "value" ? named : undefined);
		const redacted = redactValue(inner, levels - 1);
		return [name, kind === undefined ? redacted : redactNamed(redacted, kind)];
	});
	return Object.fromEntries(entries);
}

function redactList(list: readonly unknown[], levels: number): readonly unknown[] {
	return isTexts(list) ? redactTexts(list) : list.map((item) => redactValue(item, levels - 1));
}

/** A list of texts is mostly lines of one log. Reading them together uses what one line says about the next. */
function redactTexts(texts: readonly string[]): readonly string[] {
	const lines = redactText(texts.join("\n")).split("\n");
	let at = 0;
	return texts.map((text) => {
		const count = text.split("\n").length;
		at += count;
		return lines.slice(at - count, at).join("\n");
	});
}

function isTexts(list: readonly unknown[]): list is readonly string[] {
	return list.every((item) => typeof item === "string");
}

function nameIn(value: object): string | undefined {
	const name = "name" in value ? value.name : "key" in value ? value.key : undefined;
	return typeof name === "string" ? secretKindOf(name) : undefined;
}

function redactNamed(value: unknown, kind: string): unknown {
	return typeof value === "string" && !isPlainValue(value, kind) ? redactionMark(kind) : value;
}
