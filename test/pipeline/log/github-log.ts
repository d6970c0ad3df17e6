import type { LogLimits } from "../../../pipeline/log/log-limits.ts";
import type { SearchablePattern } from "../../../pipeline/log/log-pattern.ts";
import { createLogReader } from "../../../pipeline/log/log-reader.ts";
import type { LogReading } from "../../../pipeline/log/log-reading.ts";
import { compileLogSearch } from "../../../pipeline/log/log-search.ts";

/** A job's log in the format of GitHub's API: a byte order mark, and a timestamp before each line. */
export function githubLog(lines: readonly string[]): string {
	const stamp = (n: number) =>
		`2026-03-01T10:${String(Math.floor(n / 60) % 60).padStart(2, "0")}:${String(n % 60).padStart(2, "0")}.1234567Z`;
	return `\ufeff${lines.map((line, n) => `${stamp(n)} ${line}\n`).join("")}`;
}

/** The lines that a runner prints at the start of a script step. */
export function step(script: string, ...rest: readonly string[]): string[] {
	const lines = script.split("\n");
	return [
		`##[group]Run ${lines[0]}`,
		...lines.map((line) => `\u001b[36;1m${line}\u001b[0m`),
		"shell: /usr/bin/bash -e {0}",
		"##[endgroup]",
		...rest,
	];
}

export function text(literal: string): SearchablePattern {
	return { pattern: { kind: "text", text: literal }, literals: [literal.toLowerCase()] };
}

export function regex(source: string, flags: string, ...literals: string[]): SearchablePattern {
	return { pattern: { kind: "regex", source, flags }, literals };
}

export function readLog(
	log: string | readonly string[],
	patterns: readonly SearchablePattern[] = [],
	limits: Partial<LogLimits> = {},
): LogReading {
	const reader = createLogReader(compileLogSearch(patterns), limits);
	for (const chunk of typeof log === "string" ? [log] : log) reader.write(chunk);
	return reader.end();
}
