import { looksRandom } from "./looks-random.ts";
import { findGroup, patternRule } from "./pattern-rule.ts";
import { isPlainValue } from "./plain-value.ts";
import { secretKindOf } from "./secret-name.ts";
import type { RedactionRule, SecretSpan } from "./secret-span.ts";

/** Forms of files and commands that hold a credential without `name=value`. */
export const CREDENTIAL_FORM_RULES: readonly RedactionRule[] = [
	// GitHub hides from then on what this asks it to hide, and prints it here.
	patternRule("secret", ["add-mask"], /(?:::|##\[)add-mask(?:::|\])(?<secret>\S.{0,8192})/dg, isNoStandIn),
	// `.docker/config.json`.
	patternRule("credentials", ["auth"], /\\*["']auth\\*["']\s{0,3}:\s{0,3}\\*["'](?<secret>[A-Za-z0-9+/]{8,}={0,2})/dg),
	// `.npmrc`.
	patternRule(
		"credentials",
		["_auth"],
		/(?<![A-Za-z0-9])_auth\s{0,3}=\s{0,3}["']?(?<secret>[^\s"']{6,})/dg,
		isNoStandIn,
	),
	// `.netrc`, in one line.
	patternRule(
		"password",
		["machine", "login"],
		/(?:\bmachine\s{1,4}\S{1,200}|\blogin\s{1,4}\S{1,200})\s{1,4}password\s{1,4}(?<secret>\S{1,1000})/dg,
		isNoStandIn,
	),
	// `.netrc`, one setting a line.
	patternRule("password", ["password"], /^\s{0,20}password\s{1,4}(?<secret>\S{6,1000})\s*$/dg, looksRandom),
	// `.pgpass`.
	patternRule(
		"password",
		[":5432:", ":5433:", ":6432:", ":*:"],
		/(?:^|\s)[\w.*-]{1,200}:(?:\d{2,5}|\*):[^\s:]{1,100}:[^\s:]{1,100}:(?<secret>\S{1,1000})\s*$/dg,
		isNoStandIn,
	),
	// The data source name of Go's MySQL driver.
	patternRule(
		"password",
		["@tcp(", "@unix("],
		/(?<![\w.-])[\w.-]{1,100}:(?<secret>\S{1,256}?)@(?:tcp|unix)\(/dg,
		isNoStandIn,
	),
	patternRule(
		"password",
		["convertto-securestring"],
		/ConvertTo-SecureString\s{1,3}(?:-String\s{1,3})?(["'])(?<secret>(?:(?!\1).){1,1000})\1/dgi,
		isNoStandIn,
	),
	patternRule(
		"password",
		["identified by"],
		/identified by\s{1,3}(?:password\s{1,3})?["'](?<secret>[^"']{1,1000})["']/dgi,
		isNoStandIn,
	),
	{ literals: ["<<<"], find: (line) => findHereStrings(line) },
	patternRule(
		"password",
		["-stdin", "chpasswd", "sudo -s", "passwd"],
		/\b(?:echo|printf)(?:\s-\w+)?(?:\s['"]?%s(?:\\n)?['"]?)?\s{1,3}["']?(?<secret>[^\s"'|]{1,1000})["']?\s{0,3}\|[^|]{0,200}(?:-stdin|passwd|sudo -S)/dg,
		isNoStandIn,
	),
	{ literals: ["</"], find: findElements },
	{ literals: [" name="], find: (line) => findGroup(line, WORKFLOW_COMMAND, "secret", secretKindOf) },
	patternRule(
		"password",
		["jdbc:oracle"],
		/jdbc:oracle:\w{1,20}:[^\s/@]{1,100}\/(?<secret>[^\s@]{1,256})@/dg,
		isNoStandIn,
	),
];

function isNoStandIn(secret: string): boolean {
	return !isPlainValue(secret, "password");
}

const HERE_STRING = /<<<\s{0,3}(?:(["'])(?<quoted>(?:(?!\1).){1,1000})\1|(?<secret>[^\s"'<>][^\s<>]{0,1000}))/dg;
const ASKS = /pass|login|secret|token|key|cred|auth|sudo -S/i;

/** `passwd --stdin user <<< 'value'`: a command that asks for a secret gets it from its input. */
function findHereStrings(line: string): SecretSpan[] {
	if (!ASKS.test(line)) return [];
	return ["quoted", "secret"].flatMap((group) => findGroup(line, HERE_STRING, group, () => "password"));
}

/** `<password>value</password>`, `<key>Password</key><string>value</string>`, `<entry key="password">value</entry>`. */
const ELEMENTS: readonly RegExp[] = [
	/<(?<name>(?:\w{1,20}:)?[\w.-]{1,80})(?:\s[^<>]{0,500})?>\s{0,20}(?<secret>[^<>\s][^<>]{0,4000}?)\s{0,20}<\//dg,
	/<(?<name>(?:\w{1,20}:)?[\w.-]{1,80})(?:\s[^<>]{0,500})?>\s{0,20}<!\[CDATA\[(?<secret>[^<>]{1,4000}?)\]\]>/dg,
	/<key>\s{0,5}(?<name>[\w.-]{1,80})\s{0,5}<\/key>\s{0,20}<string>(?<secret>[^<]{1,4000})<\/string>/dg,
	/<\w{1,80}\s(?:[^<>]{0,200}\s)?(?:name|key|id)=["'](?<name>[\w.:-]{1,80})["'][^<>]{0,200}>\s{0,20}(?:<value>)?(?<secret>[^<>\s][^<>]{0,4000})<\//dg,
];

function findElements(line: string): SecretSpan[] {
	return ELEMENTS.flatMap((pattern) => findGroup(line, pattern, "secret", secretKindOf));
}

/** Commands of a workflow that set a value by name. */
const WORKFLOW_COMMAND = /::(?:set-output|set-env|save-state) name=(?<name>[\w.-]{1,80})::(?<secret>[^"'\r]{1,8192})/dg;
