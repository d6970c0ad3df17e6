import { isPlainValue } from "./plain-value.ts";
import type { RedactionRule, SecretSpan } from "./secret-span.ts";

/**
 * Where a word begins; behind a letter only after a percent-encoded character or a line end that is written out, as in
 * `%3Dtoken` and `\ntoken`.
 */
export const APART: string = String.raw`(?:(?<![A-Za-z0-9])|(?<=%[0-9A-Fa-f]{2})|(?<=\\[nrt]))`;

/**
 * A rule that one pattern states: its group `secret` is the secret (then with the flag `d`), else the whole match. `isSecret`
 * rejects matches that only look like one.
 */
export function patternRule(
	kind: string,
	literals: readonly string[],
	pattern: RegExp,
	isSecret?: (secret: string) => boolean,
): RedactionRule {
	return { literals, find: (line) => findSecrets(line, pattern, kind, isSecret) };
}

/** All matches of a global pattern. Most lines have none, and `matchAll` copies the pattern before it finds that out. */
export function matchesOf(line: string, pattern: RegExp): readonly RegExpExecArray[] {
	return line.search(pattern) === -1 ? [] : Array.from(line.matchAll(pattern));
}

/** Where the pattern's secrets are in the line. */
export function findSecrets(
	line: string,
	pattern: RegExp,
	kind: string,
	isSecret: (secret: string) => boolean = () => true,
): SecretSpan[] {
	return matchesOf(line, pattern).flatMap(({ index, 0: whole, groups, indices }) => {
		const [from, to] =
			groups?.secret === undefined ? [index, index + whole.length] : (indices?.groups?.secret ?? [0, 0]);
		return from < to && isSecret(line.slice(from, to)) ? [{ from, to, kind }] : [];
	});
}

/** Where `group` is in the matches of a pattern with the flags `dg`, when the group `name` names a secret. */
export function findGroup(
	line: string,
	pattern: RegExp,
	group: string,
	kindOf: (name: string) => string | undefined,
): SecretSpan[] {
	return matchesOf(line, pattern).flatMap(({ indices, groups }) => {
		const [from, to] = indices?.groups?.[group] ?? [0, 0];
		const kind = kindOf(groups?.name ?? "");
		return kind === undefined || from === to || isPlainValue(line.slice(from, to), kind) ? [] : [{ from, to, kind }];
	});
}
