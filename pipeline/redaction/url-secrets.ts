import { looksRandom } from "./looks-random.ts";
import { matchesOf } from "./pattern-rule.ts";
import { isPlainValue } from "./plain-value.ts";
import { secretKindOf } from "./secret-name.ts";
import type { SecretSpan } from "./secret-span.ts";

/** RFC 3986's userinfo, including characters that people forget to encode; database passwords also contain slashes. */
const USERINFO = /\b[a-z][a-z0-9+.-]{1,20}:\/\/([^\s/?#"'`<>@:]{0,128})(?::([^\s/?#"'`<>]{1,256}))?@(?=[\w.[*-])/gi;
const DATABASE =
	/\b(?:postgres(?:ql)?|mysql|mariadb|mongodb(?:\+srv)?|rediss?|amqps?|mssql|sqlserver):\/\/[^\s@:/]{0,128}:([^\s@"'`]{1,256})(@|$)/gi;
const QUERY = /[?&#]([\w.-]{1,64})=([^&\s#"'`<>]{1,4096})/g;

/** Query parameters that sign or unlock an address without being named after a secret. */
const SIGNED =
	/^(?:sig|signature|x-amz-(?:signature|credential)|x-goog-(?:signature|credential)|awsaccesskeyid|jwt|hmac|auth)$/i;
const MAYBE = /^(?:key|code|state|sid|session)$/i;

/** Every userinfo ends in the first; a database address may have been cut before it. */
export const USERINFO_LITERALS = ["@", ..."postgres mysql: mariadb: mongodb redis amqp mssql: sqlserver:".split(" ")];

/** Passwords and tokens before the host of an address, also in connection strings. */
export function findUserinfo(line: string): SecretSpan[] {
	const found: SecretSpan[] = [];
	for (const match of matchesOf(line, USERINFO)) {
		const [whole, user = "", password] = match;
		const end = match.index + whole.length - 1;
		const isToken = user.length >= 16 && (looksRandom(user) || /^[0-9a-f]{32,}$/.test(user));
		const userEnd = password === undefined ? end : end - password.length - 1;
		// A token may stand before a password that is none: `https://TOKEN:x-oauth-basic@github.com`.
		if (isToken) add(found, userEnd - user.length, user, "token");
		if (password !== undefined) add(found, end - password.length, password, "password");
	}
	for (const match of matchesOf(line, DATABASE)) {
		const [whole, password = "", at = ""] = match;
		// Without a host behind it, this may be a port, or a password that was cut off.
		if (at === "" && /^\d{1,5}(?:\/|$)/.test(password)) continue;
		// If both find the same password, the longer match contains the other.
		add(found, match.index + whole.length - at.length - password.length, password, "password");
	}
	return found;
}

/** Query parameters that unlock an address: `?access_token=`, `&X-Amz-Signature=`. */
export function findQuerySecrets(line: string): SecretSpan[] {
	const found: SecretSpan[] = [];
	for (const match of matchesOf(line, QUERY)) {
		const [whole, name = "", value = ""] = match;
		const kind = SIGNED.test(name) ? "signature" : secretKindOf(name);
		const from = match.index + whole.length - value.length;
		if (kind !== undefined) add(found, from, value, kind);
		else if (MAYBE.test(name) && value.length >= 16 && looksRandom(value)) add(found, from, value, "key");
	}
	return found;
}

function add(found: SecretSpan[], from: number, value: string, kind: string): void {
	if (!isPlainValue(value, kind)) found.push({ from, to: from + value.length, kind });
}
