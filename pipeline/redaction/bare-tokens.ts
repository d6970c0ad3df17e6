import { looksRandom } from "./looks-random.ts";
import { APART, findSecrets, patternRule } from "./pattern-rule.ts";
import type { RedactionRule } from "./secret-span.ts";

/** Tokens whose telling part is in their middle or at their end. */
export const INNER_TOKEN_RULES: readonly RedactionRule[] = [
	patternRule("terraform token", [".atlasv1."], /[A-Za-z0-9]{1,14}\.atlasv1\.[\w-]{10,}/g),
	// Addresses have it behind `/bot`.
	patternRule("telegram token", [":aa"], /(?:(?<!\d)|(?<=%[0-9A-F]{2}))\d{8,10}:AA[\w-]{30,}/g),
	patternRule("azure secret", ["7q~", "8q~"], startingApart(String.raw`[A-Za-z0-9_~.]{3}[78]Q~[\w~.-]{16,}`)),
	patternRule("azure token", ["azdo"], startingApart("[A-Za-z0-9]{76}AZDO[A-Za-z0-9]{4}(?![A-Za-z0-9])")),
	patternRule("salesforce token", ["!aq"], /00D[A-Za-z0-9]{12,15}!AQ[\w.]{20,}/g),
	patternRule("twilio key", ["sk"], startingApart("SK[a-f0-9]{32}(?![A-Za-z0-9])")),
	patternRule("mailchimp key", ["-us"], startingApart(String.raw`[0-9a-f]{32}-us\d{1,2}(?!\d)`)),
];

/** What these tokens have in common with few other texts; a digest is read only once for it. */
const ANY_BARE = /[MNO][A-Za-z0-9]{22,28}\.[\w-]{6}\.|(?<![0-9a-f]{3})[0-9a-f]{32}-[0-9a-f]{8}-|[sb]\.[A-Za-z0-9]{24}/;
const BARE: readonly (readonly [kind: string, pattern: RegExp])[] = [
	["discord token", startingApart(String.raw`[MNO][A-Za-z0-9]{22,28}\.[\w-]{6}\.[\w-]{25,}`)],
	["mailgun key", startingApart(String.raw`[0-9a-f]{32}-[0-9a-f]{8}-[0-9a-f]{8}(?![\w-])`)],
	["vault token", startingApart(String.raw`[sb]\.[A-Za-z0-9]{24}(?![\w.-])`)],
];

/** Tokens without any text that all of them contain, in lines with a long run of letters and digits. */
export const BARE_TOKEN_RULE: RedactionRule = {
	literals: [],
	find: (line) =>
		ANY_BARE.test(line) ? BARE.flatMap(([kind, pattern]) => findSecrets(line, pattern, kind, looksGenerated)) : [],
};

function looksGenerated(secret: string): boolean {
	return looksRandom(secret) || /^[0-9a-f-]+$/.test(secret);
}

function startingApart(token: string): RegExp {
	return new RegExp(APART + token, "g");
}
