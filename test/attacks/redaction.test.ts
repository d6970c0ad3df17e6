import { describe, expect, it } from "vitest";
import { redactText } from "../../pipeline/redaction/redact-text.ts";
import { fill } from "../support/random-text.ts";
import { seededChance } from "../support/seeded-chance.ts";

/** What was printed into a log to get a secret past redaction, and what is left of it. `{40:hex}` is drawn. */
type Attack = readonly [printed: string, left: string];

const UUID = "{8:hex}-{4:hex}-4{3:hex}-a{3:hex}-{12:hex}";

const HEXADECIMAL: readonly Attack[] = [
	["sbp_{40:hex}", "[redacted: supabase key]"],
	["rubygems_{48:hex}", "[redacted: rubygems token]"],
	["bkua_{40:hex}", "[redacted: buildkite token]"],
	["PMAK-{24:hex}-{34:hex}", "[redacted: postman key]"],
	["pul-{40:hex}", "[redacted: pulumi token]"],
	["sk-{32:hex}", "[redacted: deepseek key]"],
];

const LIKE_CODE: readonly Attack[] = [
	["DB_PASSWORD={6:alnum}({8:alnum}", "DB_PASSWORD=[redacted: password]"],
	["password: $x{10:alnum}", "password: [redacted: password]"],
	['"password": "#{10:alnum}"', '"password": "[redacted: password]"'],
	["password = '<{10:alnum}'", "password = '[redacted: password]'"],
	["--password [{10:alnum} --wait", "--password [redacted: password] --wait"],
	["password=@{10:alnum}", "password=[redacted: password]"],
];

const WHOLE_FORMS: readonly Attack[] = [
	["    client-key-data: {48:base64}=", "    client-key-data: [redacted: key]"],
	["machine a.example login b password {12:alnum}", "machine a.example login b password [redacted: password]"],
	['{"auths":{"a.example":{"auth":"{24:base64}"}}}', '{"auths":{"a.example":{"auth":"[redacted: credentials]"}}}'],
	["//a.example/:_auth={24:base64}", "//a.example/:_auth=[redacted: credentials]"],
	["<password>{12:alnum}</password>", "<password>[redacted: password]</password>"],
	['<add key="DbPassword" value="{12:alnum}"/>', '<add key="DbPassword" value="[redacted: password]"/>'],
	["password: |\n  {12:alnum}\nport: 1", "password: |\n  [redacted: password]\nport: 1"],
	['password:\n  "{12:alnum}"', 'password:\n  "[redacted: password]"'],
	["| password | {12:alnum} |", "| password | [redacted: password] |"],
	[
		"| user | password |\n|---|---|\n| a | {12:alnum} |",
		"| user | password |\n|---|---|\n| a | [redacted: password] |",
	],
	["passwd --stdin a <<< '{12:alnum}'", "passwd --stdin a <<< '[redacted: password]'"],
	["Private-Lines: 1\n{48:base64}\nPrivate-MAC: 0", "Private-Lines: 1\n[redacted: private key]\nPrivate-MAC: 0"],
	["::add-mask::{12:alnum}", "::add-mask::[redacted: secret]"],
];

const FAMILIES: readonly Attack[] = [
	["pscale_tkn_{43:url}", "[redacted: planetscale token]"],
	["lin_oauth_{64:hex}", "[redacted: linear key]"],
	["nfp_{36:alnum}", "[redacted: netlify token]"],
	[`HRKU-${UUID}`, "[redacted: heroku key]"],
	["FlyV1 fm2_{80:base64}", "FlyV1 [redacted: fly token]"],
	["squ_{40:hex}", "[redacted: sonar token]"],
	["cio{32:alnum}", "[redacted: crates token]"],
	["pat{14:alnum}.{64:hex}", "[redacted: airtable token]"],
	["secret_{43:alnum}", "[redacted: notion token]"],
	["sl.u.A{130:url}", "[redacted: dropbox token]"],
	["ABSKQmVkcm9ja0FQSUtleS{110:base64}=", "[redacted: bedrock key]"],
	["IQoJb3JpZ2luX2VjE{300:base64}=", "[redacted: aws session token]"],
	["{3:alnum}8Q~{34:url}", "[redacted: azure secret]"],
	["{76:alnum}AZDO{4:alnum} failed", "[redacted: azure token] failed"],
	["cmVmdGtuOj{54:alnum} failed", "[redacted: jfrog token] failed"],
	["MTA{23:alnum}.G{5:alnum}.{38:url}", "[redacted: discord token]"],
	["rnd_{32:alnum}", "[redacted: render key]"],
	["{32:hex}-us12", "[redacted: mailchimp key]"],
	[
		`https://a.webhook.office.com/webhookb2/${UUID}@${UUID}/IncomingWebhook/{32:hex}/${UUID}`,
		"https://a.webhook.office.com/webhookb2/[redacted: teams webhook]",
	],
	[
		"https://events.pagerduty.com/integration/{32:hex}/enqueue",
		"https://events.pagerduty.com/integration/[redacted: pagerduty key]/enqueue",
	],
	[
		"https://discord.com/api/v10/webhooks/{19:digit}/{68:url}",
		"https://discord.com/api/v10/webhooks/[redacted: discord webhook]",
	],
	["s.{24:alnum}", "[redacted: vault token]"],
];

const BEHIND_LETTERS: readonly Attack[] = [
	[
		"https://api.telegram.org/bot{10:digit}:AA{33:url}/getMe",
		"https://api.telegram.org/bot[redacted: telegram token]/getMe",
	],
	["state%3Dghp_{36:alnum}%26a", "state%3D[redacted: github token]%26a"],
	["a\\nsk-{32:hex}\\nb", "a\\n[redacted: deepseek key]\\nb"],
	["ghp_{18:alnum}\u200b{18:alnum}", "[redacted: github token]"],
	["glpat-{10:url}\u00ad{10:url}", "[redacted: gitlab token]"],
];

describe("a secret printed into a log", () => {
	const chance = seededChance(16);

	it.each([...HEXADECIMAL, ...LIKE_CODE, ...WHOLE_FORMS, ...FAMILIES, ...BEHIND_LETTERS])(
		"does not get past redaction: %s",
		(printed, left) => {
			expect(redactText(fill(printed, chance))).toBe(left);
		},
	);
});
