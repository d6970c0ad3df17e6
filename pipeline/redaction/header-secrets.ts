import type { Finding } from "./finding.ts";
import { looksRandom } from "./looks-random.ts";
import { isPlainValue } from "./plain-value.ts";

/** A header's value ends with the line, or with the quote that it stands in. */
const HEADER =
	/\b(proxy-authorization|authorization|set-cookie|cookie|x-api-key|x-auth-token|x-vault-token|private-token|job-token|x-goog-api-key)\\{0,4}["'`]?\s{0,3}(?:[:=]|=>)\s{0,3}\\{0,4}["'`]?((?:bearer|basic|token|digest|negotiate|apikey|oauth|aws4-hmac-sha256)\s+)?([^"'`\\\r\n]+)/gi;
/** https://www.rfc-editor.org/rfc/rfc6750#section-2.1 and rfc7617, wherever they are printed. */
const SCHEME = /\b(?:bearer|basic)\s{1,3}([A-Za-z0-9._~+/-]{16,}=*)/gi;
/** `curl -u user:password`; not `docker run -u 1000:1000`. */
const USER_FLAG = /\s(?:-u|--user)[ =]["']?[^\s:"'=]{1,100}:([^\s"']{1,256})/g;
/** `docker login -p password`, `sshpass -p password`, `mysql -ppassword`. */
const PASSWORD_FLAG =
	/(?:\blogin\b[^|;&]{0,200}?\s-p[ =]?|\bsshpass -p ?|\bmysql[^|;&]{0,200}?\s-p(?=\S))["']?([^\s"']{1,256})/g;

/** Values of `Authorization` and its like, cookies, and passwords given to a command by a letter. */
export function findHeaderSecrets(line: string): Finding[] {
	const found: Finding[] = [];
	for (const match of line.matchAll(HEADER)) {
		const [whole, name = "", scheme, rest = ""] = match;
		const value = rest.trimEnd();
		const from = match.index + whole.length - rest.length;
		if (isProse(value, scheme !== undefined)) continue;
		found.push({ from, to: from + value.length, kind: kindOf(name.toLowerCase()) });
	}
	if (found.length > 0) return found;
	for (const { index, 0: whole, 1: value = "" } of line.matchAll(SCHEME)) {
		if (looksRandom(value))
			found.push({ from: index + whole.length - value.length, to: index + whole.length, kind: "authorization" });
	}
	for (const pattern of [USER_FLAG, PASSWORD_FLAG]) {
		for (const { index, 0: whole, 1: value = "" } of line.matchAll(pattern)) {
			if (isPlainValue(value) || /^[\d:.]{1,11}$/.test(value)) continue;
			found.push({ from: index + whole.length - value.length, to: index + whole.length, kind: "password" });
		}
	}
	return found.sort((one, other) => one.from - other.from);
}

function kindOf(header: string): string {
	if (header.endsWith("cookie")) return "cookie";
	return header.endsWith("authorization") ? "authorization" : "token";
}

/** `Authorization: required`, `Authorization: Bearer token is missing`. */
function isProse(value: string, hasScheme: boolean): boolean {
	if (isPlainValue(value)) return true;
	const words = value.split(/\s+/);
	return words.length > (hasScheme ? 1 : 2) && !words.some((word) => word.length >= 8 && looksRandom(word));
}
