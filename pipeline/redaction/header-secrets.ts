import { looksRandom } from "./looks-random.ts";
import { matchesOf } from "./pattern-rule.ts";
import { isPlainValue } from "./plain-value.ts";
import type { RedactionRule, SecretSpan } from "./secret-span.ts";

/** A header's value ends with the line, or with its surrounding quote. */
const HEADER =
	/\b(?<!-(?=api-key))(proxy-authorization|authorization|set-cookie|cookie|x-api-key|x-auth-token|x-vault-token|private-token|job-token|x-goog-api-key|api-key|x-functions-key|x-amz-security-token|x-gitlab-token|x-access-token)\\{0,4}["'`]?\s{0,3}(?:[:=]|=>)\s{0,3}\\{0,4}["'`]?((?:bearer|basic|token|digest|negotiate|apikey|oauth|aws4-hmac-sha256)\s+)?([^"'`\\\r\n]+)/gi;
/** The schemes of https://www.rfc-editor.org/rfc/rfc6750#section-2.1 and rfc7617, wherever they are printed. */
const SCHEME = /\b(?:bearer|basic)\s{1,3}([A-Za-z0-9._~+/-]{16,}=*)/gi;
/** `curl -u user:password`; not `docker run -u 1000:1000`. */
const USER_FLAG = /\s(?:-u|--user)[ =]["']?[^\s:"'=<]{1,100}:([^\s"']{1,256})/g;
/** `docker login -p password`, `sshpass -p password`, `mysql -ppassword`. */
const PASSWORD_FLAG =
	/(?:\blogin\b[^|;&]{0,200}?\s-p[ =]?|\bsshpass -p ?|\bmysql[^|;&]{0,200}?\s-p(?=\S))["']?([^\s"']{1,256})/g;

/** Values of `Authorization` and similar headers, cookies, and passwords passed by a one-letter flag. */
export const HEADER_RULES: readonly RedactionRule[] = [
	{ literals: ["authorization", "cookie", "-token", "-key"], find: findHeaders },
	{ literals: ["bearer", "basic"], find: findSchemes },
	{ literals: [" -u", "--user"], find: (line) => findFlags(line, USER_FLAG) },
	{ literals: ["login", "sshpass", "mysql"], find: (line) => findFlags(line, PASSWORD_FLAG) },
];

function findHeaders(line: string): SecretSpan[] {
	return matchesOf(line, HEADER).flatMap(({ index, 0: whole, 1: name = "", 2: scheme, 3: rest = "" }) => {
		const value = rest.trimEnd();
		const from = index + whole.length - rest.length;
		if (isProse(value, scheme !== undefined)) return [];
		return [{ from, to: from + value.length, kind: kindOf(name.toLowerCase()) }];
	});
}

function findSchemes(line: string): SecretSpan[] {
	return matchesOf(line, SCHEME).flatMap(({ index, 0: whole, 1: value = "" }) => {
		const to = index + whole.length;
		return looksRandom(value) ? [{ from: to - value.length, to, kind: "authorization" }] : [];
	});
}

function findFlags(line: string, pattern: RegExp): SecretSpan[] {
	return matchesOf(line, pattern).flatMap(({ index, 0: whole, 1: value = "" }) => {
		const to = index + whole.length;
		if (isPlainValue(value, "password") || /^[\d:.]{1,11}[^\w]?$/.test(value)) return [];
		return [{ from: to - value.length, to, kind: "password" }];
	});
}

function kindOf(header: string): string {
	if (header.endsWith("cookie")) return "cookie";
	return header.endsWith("authorization") ? "authorization" : "token";
}

/** `Authorization: required`, `Authorization: Bearer token is missing`. */
function isProse(value: string, hasScheme: boolean): boolean {
	if (isPlainValue(value, "token")) return true;
	if (/^[\w.-]{1,100}=\S{8}/.test(value)) return false;
	const words = value.split(/\s+/);
	return words.length > (hasScheme ? 1 : 2) && !words.some((word) => word.length >= 8 && looksRandom(word));
}
