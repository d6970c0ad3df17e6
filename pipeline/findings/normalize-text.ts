import { redactText } from "../redaction/redact-text.ts";

const LONGEST = 240;

/** What differs between two runs of one failure, and what stands in its place. The order matters: dates before numbers. */
const VARIES: readonly (readonly [RegExp, string])[] = [
	[/file:\/\//g, ""],
	[/\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?(?:Z|[+-]\d\d:?\d\d)?/g, "<time>"],
	[/\b\d{4}-\d\d-\d\d\b|\b\d\d:\d\d:\d\d(?:[.,]\d+)?\b/g, "<time>"],
	[/\b[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}\b/gi, "<id>"],
	[/\b0x[\da-f]+\b/gi, "<hex>"],
	[/\b(?=[a-f]*\d)(?=\d*[a-f])[\da-f]{7,}\b/gi, "<hex>"],
	[/[([]?\b\d+(?:\.\d+)? ?(?:ns|[uµ]s|ms|secs?|seconds?|s|mins?|minutes?|m|hours?|h)\b[)\]]?/g, "<duration>"],
	// `main.rs:12:5`, `(12,5)`, `line 12, column 5`.
	[/(\.[a-z]\w{0,5}|\]|file):\d+(?::\d+)?\b/gi, "$1"],
	[/\(\d+[,:]\d+\)|:\[\d+,\d+\]/g, ""],
	[/\b(?:on |at )?(?:line|column|col)s?:? \d+(?:-\d+)?(?:, )?/gi, ""],
];

/** Folders that a runner, or a test, makes for one run. */
const ROOTS: readonly (readonly [RegExp, string])[] = [
	// `/home/runner/work/app/app/`, `/opt/actions-runner/_work/app/app/`, `D:\a\app\app\`.
	[/(?:[A-Za-z]:)?[\\/](?:[\w.-]+[\\/])*?(?:_?work|a)[\\/]([\w.-]+)[\\/]\1[\\/]/g, ""],
	[/\/__w\/[\w.-]+\/[\w.-]+\/|\/github\/workspace\/|\/workspace\/|\/builds\/[\w.-]+\/[\w.-]+\//g, ""],
	[/(?:\/private)?\/var\/folders\/[\w+-]+\/[\w+-]+\/T\/[\w.+-]+/g, "<tmp>"],
	[/(?:\/private)?\/(?:var\/)?tmp\/pytest-of-[\w.-]+\/pytest-\d+\//g, ""],
	[/(?:\/private)?\/(?:var\/)?tmp\/[\w.+-]+\//g, ""],
	[/(?:\/private)?\/(?:var\/)?tmp\/[\w.+-]+/g, "<tmp>"],
	[/[A-Za-z]:\\(?:[\w.~-]+\\)*?Temp\\[\w.~-]+/g, "<tmp>"],
];

const NUMBERS = /(?<![\w#])[-+]?\d+(?:[.,_]\d+)*(?!\w)/g;
/** `404`, but no port, process id or size. */
const LONG_NUMBERS = /(?<![\w#])[-+]?(?:\d{5,}(?:\.\d+)?|\d+\.\d{3,})(?!\w)/g;

/**
 * A text without what differs between two runs of one failure: numbers, hex, ids, times, durations, temporary folders, the
 * runner's own, line numbers. `small`: numbers of up to four digits stay, as in what a test expected. Without secrets.
 */
export function normalizeText(text: string, numbers: "small" | "none" = "none"): string {
	let normal = withoutRoots(redactText(text));
	for (const [varies, instead] of VARIES) normal = normal.replace(varies, instead);
	normal = normal.replace(numbers === "small" ? LONG_NUMBERS : NUMBERS, "#");
	normal = normal.replace(/\s+/g, " ").trim();
	return normal.slice(0, LONGEST).toWellFormed();
}

/** A path as it is in the repository, if its root is one that runners use. */
export function normalizePath(path: string): string {
	return withoutRoots(path).replace(/^\.\//, "").replaceAll("\\", "/");
}

function withoutRoots(text: string): string {
	let rest = text;
	if (/[\\/]/.test(rest)) for (const [root, instead] of ROOTS) rest = rest.replace(root, instead);
	return rest;
}
