import { fill, pick } from "../../support/random-text.ts";
import type { Chance } from "../../support/seeded-chance.ts";

/** A secret in its surrounding. */
export interface SecretSample {
	/** What names its kind: the template of a token, or the form. */
	readonly kind: string;
	readonly secret: string;
	readonly text: string;
}

const UUID = "{8:hex}-{4:hex}-4{3:hex}-a{3:hex}-{12:hex}";
const AT_HOME = `${UUID}@${UUID}`;

/** One token of each prefix and form that the rules know, as long as its issuer makes it. */
export const TOKENS: readonly string[] = [
	..."ghp_{36:alnum} gho_{36:alnum} ghu_{36:alnum} ghs_{36:alnum} ghr_{76:alnum}".split(" "),
	"github_pat_{22:alnum}_{59:alnum}",
	..."glpat-{20:url} glptt-{40:hex} gldt-{20:url} glrt-{20:url} glrtr-{20:url} glcbt-64_{20:url} glsoat-{20:url}".split(
		" ",
	),
	..."glimt-{25:url} glagent-{50:url} glft-{20:url} gloas-{64:hex} glffct-{20:url} glwt-{20:url}".split(" "),
	"glpat-{27:url}.01.{9:lower}",
	"GR1348941{20:url}",
	..."npm_{36:alnum} pypi-AgEIcHlwaS5vcmc{150:url} rubygems_{48:hex} cio{32:alnum} oy2{43:lower}".split(" "),
	..."dckr_pat_{27:url} dckr_oat_{32:url} packagist_uut_{68:hex} packagist_ort_{68:hex} CLOJARS_{60:hex}".split(" "),
	..."AKCp8{69:alnum} cmVmdGtuOj{54:alnum}".split(" "),
	..."AKIA ASIA ABIA ACCA AROA AIDA AGPA AIPA ANPA ANVA".split(" ").map((prefix) => `${prefix}{16:base32}`),
	"A3T{16:base32}7",
	..."IQoJb3JpZ2luX2VjE{300:base64} FwoGZXIvYXdzE{300:base64} FQoGZXIvYXdzE{300:base64}".split(" "),
	"ABSKQmVkcm9ja0FQSUtleS{110:base64}=",
	"bedrock-api-key-YmVkcm9jay5hbWF6b25hd3MuY29t{200:base64}",
	..."xoxa-2-{12:digit}-{24:alnum} xoxb-{12:digit}-{13:digit}-{24:alnum} xoxc-{12:digit}-{64:hex} xoxd-{90:alnum}".split(
		" ",
	),
	..."xoxe-1-{146:alnum} xoxo-{12:digit}-{32:hex} xoxp-{12:digit}-{12:digit}-{13:digit}-{32:hex}".split(" "),
	..."xoxr-{12:digit}-{24:alnum} xoxs-{12:digit}-{24:alnum} xoxe.xoxb-1-{163:alnum} xoxe.xoxp-1-{163:alnum}".split(" "),
	"xapp-1-A{10:upper}-{13:digit}-{64:hex}",
	..."sk_live_{99:alnum} sk_test_{24:alnum} rk_live_{24:alnum} rk_test_{24:alnum} sk_org_{40:alnum} whsec_{32:alnum}".split(
		" ",
	),
	..."SG.{22:url}.{43:url} AIza{35:url} GOCSPX-{28:url} ya29.a0{180:url} 1//0{2:alnum}{90:url}".split(" "),
	..."{3:alnum}7Q~{34:url} {3:alnum}8Q~{34:url} {76:alnum}AZDO{4:alnum}".split(" "),
	..."dop_v1_{64:hex} doo_v1_{64:hex} dor_v1_{64:hex} DO00{7:base32}9{8:base32}".split(" "),
	..."sk-ant-api03-{93:url}AA sk-ant-admin01-{93:url}AA sk-ant-oat01-{93:url}AA".split(" "),
	..."sk-{20:alnum}T3BlbkFJ{20:alnum} sk-proj-{74:url}T3BlbkFJ{74:url} sk-svcacct-{74:url}T3BlbkFJ{74:url}".split(" "),
	..."sk-admin-{58:url}T3BlbkFJ{58:url} sk-None-{20:alnum}T3BlbkFJ{20:alnum} sk-or-v1-{64:hex}".split(" "),
	`sk-lf-${UUID}`,
	..."sk-{32:hex} hf_{34:letter} api_org_{34:letter} r8_{37:alnum} gsk_{52:alnum} xai-{80:alnum} pplx-{48:alnum}".split(
		" ",
	),
	..."nvapi-{64:url} fw_{24:alnum} csk-{48:lower} jina_{60:alnum} tgp_v1_{43:url} tvly-{32:alnum}".split(" "),
	..."pcsk_{6:alnum}_{63:alnum} fc-{32:hex} sk_{48:hex} lsv2_pt_{32:hex}_{10:hex} lsv2_sk_{32:hex}_{10:hex}".split(" "),
	..."hvs.{95:url} hvb.{150:url} hvr.{95:url} s.{24:alnum} b.{24:alnum} {14:alnum}.atlasv1.{67:alnum}".split(" "),
	..."key-{32:hex} {32:hex}-{8:hex}-{8:hex} {32:hex}-us12 SK{32:hex} {10:digit}:AA{33:url}".split(" "),
	..."sq0atp-{22:url} sq0csp-{43:url} sq0idp-{22:url} EAAA{60:url} EAA{180:alnum}".split(" "),
	..."ATATT3xFfGF0{180:url}={8:upper} ATCTT3xFfGN0{180:url}={8:upper} ATBB{32:alnum} ATTA{64:hex}".split(" "),
	..."glsa_{32:alnum}_{8:hex} glc_eyJ{120:alnum}= eyJrIjoi{80:alnum}".split(" "),
	..."sbp_{40:hex} sbp_oauth_{40:hex} sbp_v0_{40:hex} sb_secret_{22:url}_{8:url}".split(" "),
	..."bkua_{40:hex} bkaj_{40:hex} bkac_{40:hex} bkpi_{40:hex} bkct_{40:hex} bkpt_{40:hex}".split(" "),
	..."PMAK-{24:hex}-{34:hex} PMAT-{26:upper} pul-{40:hex} pscale_tkn_{43:url} pscale_pw_{43:url} pscale_oauth_{43:url}".split(
		" ",
	),
	..."lin_api_{40:alnum} lin_oauth_{64:hex} lin_wh_{40:alnum} nfp_{36:alnum} nfc_{36:alnum} nfo_{36:alnum}".split(" "),
	..."nfu_{36:alnum} nfb_{36:alnum} HRKU-AA{58:url}".split(" "),
	`HRKU-${UUID}`,
	..."fo1_{43:url} fm1a_{200:base64} fm1r_{200:base64} fm2_{200:base64} sqp_{40:hex} squ_{40:hex} sqa_{40:hex}".split(
		" ",
	),
	..."pat{14:alnum}.{64:hex} ntn_{46:alnum} secret_{43:alnum} sl.B{130:url} sl.u.A{200:url} rnd_{32:alnum}".split(" "),
	..."sntrys_eyJ{120:alnum}_{43:url} sntryu_{64:hex} sntrya_{64:hex} sntryi_{64:hex}".split(" "),
	..."dp.pt.{43:alnum} dp.ct.{43:alnum} dp.sa.{43:alnum} dp.st.prd.{43:alnum} dp.scim.{43:alnum} dp.audit.{43:alnum}".split(
		" ",
	),
	..."tskey-auth-k{11:alnum}CNTRL-{32:alnum} NRAK-{27:upper} NRII-{32:url} NRRA-{42:hex} NRJS-{19:hex} NRAL-{32:hex}".split(
		" ",
	),
	..."CCIPAT_{22:alnum}_{40:hex} CCIPRJ_{22:alnum}_{40:hex} dapi{32:hex} dapi{32:hex}-2".split(" "),
	..."figd_{40:url} figdr_{40:url} figu_{40:url} figur_{40:url} phc_{43:alnum} phx_{43:alnum} phs_{43:alnum}".split(
		" ",
	),
	..."shpat_{32:hex} shpca_{32:hex} shppa_{32:hex} shpss_{32:hex} shptka_{32:hex}".split(" "),
	..."vcp_{24:alnum} vci_{24:alnum} vca_{24:alnum} vcr_{24:alnum} vck_{24:alnum} vercel_blob_rw_{16:alnum}_{30:alnum}".split(
		" ",
	),
	"ops_eyJ{250:alnum}",
	"A3-{6:upper}-{6:upper}-{5:upper}-{5:upper}-{5:upper}-{5:upper}",
	..."cfut_{40:alnum} cfat_{40:alnum} cfk_{40:alnum} v1.0-{24:hex}-{146:hex} aio_{28:alnum} p8e-{32:alnum}".split(" "),
	..."LTAI{20:alnum} AKID{32:alnum} AGE-SECRET-KEY-1{58:bech32} xkeysib-{64:hex}-{16:alnum} xsmtpsib-{64:hex}-{16:alnum}".split(
		" ",
	),
	..."CFPAT-{43:url} duffel_live_{43:url} duffel_test_{43:url} EZAK{54:alnum} EZTK{54:alnum} fio-u-{64:url}".split(" "),
	..."dt0c01.{24:upper}.{64:upper} dt0s01.{24:upper}.{64:upper} dt0s02.{24:upper}.{64:upper} dt0s16.{24:upper}.{64:upper}".split(
		" ",
	),
	..."FLWSECK-{32:hex}-X FLWSECK_TEST-{32:hex}-X hcaik_01{56:lower} hcamk_01{56:lower} hcxik_01{56:lower}".split(" "),
	..."hcxmk_01{56:lower} hcbik_01{56:lower} ico-{32:alnum} sk.eyJ1{70:alnum}.{22:url} napi_{64:lower}".split(" "),
	..."pat-na1- pat-eu1- pat-na2- sdk- api- mob-".split(" ").map((prefix) => prefix + UUID),
	..."access-production- access-sandbox- access-development-".split(" ").map((prefix) => prefix + UUID),
	..."pnu_{36:alnum} pnb_{36:alnum} rdme_{70:lower} re_{8:alnum}_{24:alnum} sgp_{64:alnum}".split(" "),
	..."shippo_live_{40:hex} shippo_test_{40:hex} tfp_{44:url}_{14:alnum} AQVN{36:url} ddp_{36:alnum} ddo_{36:alnum}".split(
		" ",
	),
	..."SCW{10:upper}4G{5:upper} dG9rO{50:base64} live_{35:hex} test_{35:hex}".split(" "),
	"eyJhbGciOiJIUzI1NiJ9.eyJ{60:url}.{43:url}",
	"MTA{23:alnum}.G{5:alnum}.{38:url}",
	"00D{12:alnum}!AQ{90:alnum}",
];

/** Where a token stands; `%s` is the token. */
const AROUND: readonly string[] = [
	"%s",
	"error: %s is not valid here",
	"2026-11-29T10:15:00.1234567Z   value: %s",
	"x=%s",
	'"%s"',
	"'%s',",
	"{%s}",
	"<b>%s</b>",
	"a%3D%s%26b%3D1",
	"%22%s%22",
	"log\\n%s\\nlog",
	"`%s`.",
	"\u001b[31m%s\u001b[0m",
	"X_%s",
	"| name | %s |",
	"GET /items?q=%s&page=2 HTTP/1.1",
	'{\\"q\\":\\"%s\\"}',
	"--flag=%s --other",
	"+  %s",
	"a;%s;b",
];

/** Addresses whose path is secret. */
export const ADDRESSES: readonly string[] = [
	"https://hooks.slack.com/services/T{10:upper}/B{10:upper}/%{24:alnum}",
	"https://hooks.slack.com/triggers/T{10:upper}/{13:digit}/%{32:hex}",
	"https://discord.com/api/webhooks/{18:digit}/%{68:url}",
	"https://discord.com/api/v10/webhooks/{19:digit}/%{68:url}",
	`https://contoso.webhook.office.com/webhookb2/${AT_HOME}/IncomingWebhook/%{32:hex}/${UUID}`,
	`https://outlook.office.com/webhook/${AT_HOME}/IncomingWebhook/%{32:hex}/${UUID}`,
	"https://hooks.zapier.com/hooks/catch/{7:digit}/%{7:lower}/",
	"https://hook.eu1.make.com/%{32:lower}",
	"https://maker.ifttt.com/trigger/deploy/with/key/%{43:url}",
	"https://events.pagerduty.com/integration/%{32:hex}/enqueue",
	"https://api.netlify.com/build_hooks/%{24:hex}",
	"https://api.vercel.com/v1/integrations/deploy/prj_{24:alnum}/%{10:alnum}",
	"https://open.feishu.cn/open-apis/bot/v2/hook/%{36:url}",
	"https://chat.example.com/hooks/%{26:lower}",
	"https://api.telegram.org/bot%{10:digit}:AA{33:url}/sendMessage",
	"https://%{32:hex}@o1.ingest.sentry.io/2",
];

const PASSWORDS: readonly string[] = [
	"{16:alnum}",
	"{16:strong}",
	"{32:hex}",
	"{6:alnum}({8:alnum}",
	"{4:alnum}(x){8:alnum}",
	"$x{14:alnum}",
	"#{14:alnum}",
	"<{14:alnum}",
	"[{14:alnum}",
	"@{14:alnum}",
	"%{14:alnum}",
	"{{14:alnum}",
	"\u0024{8:alnum}\u0024{8:alnum}",
	"correct{3:digit}horse",
];

/** A password under its name, where any character may stand; `%s` is it. */
const NAMED: readonly string[] = [
	"PASSWORD=%s",
	"export DB_PASSWORD='%s'",
	'DB_PW="%s"',
	"set DB_PASSWORD=%s",
	"setx DB_PASSWORD %s",
	"ENV DB_PASSWORD %s",
	"docker run -e 'DB_PASSWORD=%s' image",
	"$env:DB_PASSWORD = '%s'",
	"$p = ConvertTo-SecureString '%s' -AsPlainText -Force",
	'{"password":"%s"}',
	'  "db_password": "%s",',
	'{"body":"{\\"password\\":\\"%s\\"}"}',
	"{&quot;password&quot;:&quot;%s&quot;}",
	"%7B%22password%22%3A%22%s%22%7D",
	"password: %s",
	"  rootPassword: '%s'",
	'password:\n  "%s"',
	"  password: |\n    %s\n  port: 1",
	"password: >-\n  %s\nport: 1",
	"- name: DB_PASSWORD\n  value: '%s'",
	'{"name":"DB_PASSWORD","value":"%s"}',
	'<add key="DbPassword" value="%s" />',
	'<user name="a" password="%s"/>',
	"password = '%s'",
	"'password' => '%s',",
	':password => "%s"',
	"connect(user='a', password='%s')",
	'builder.setPassword("%s");',
	"db.password=%s",
	"Server=db;User Id=sa;Password=%s;Encrypt=true",
	"helm upgrade --set 'auth.password=%s' app",
	"deploy --password '%s' -v",
	"deploy --password='%s' -v",
	"create user a identified by '%s'",
	"passwd --stdin a <<< '%s'",
	"echo '%s' | docker login -u a --password-stdin",
	"::add-mask::%s",
	"Password for root: %s",
	"password    %s",
	'password = """%s"""',
	"define('DB_PASSWORD', '%s');",
	'System.setProperty("db.password", "%s");',
	"::set-output name=password::%s",
	"NAME   PASSWORD\nroot   %s",
	"| password | %s |",
	"| user | password |\n|---|---|\n| a | %s |",
	"│ user │ password │\n├──────┼──────────┤\n│ a    │ %s │",
];

/** A secret in a place that has its own alphabet; `%` begins it, up to `}`. */
export const FORMS: readonly string[] = [
	"machine example.com login a password %{16:alnum}",
	"machine example.com\n  login a\n  password %{16:alnum}",
	"db.example.com:5432:app:a:%{16:alnum}",
	"a:%{16:alnum}@tcp(db:3306)/app",
	"postgres://a:%{16:alnum}@db/app",
	"https://a:%{16:alnum}@example.com",
	"https://%{40:hex}:x-oauth-basic@github.com/o/r",
	"mongodb+srv://a:%{16:alnum}@c0.example.net",
	"<password>%{16:alnum}</password>",
	"<password><![CDATA[%{16:alnum}]]></password>",
	'<entry key="password">%{16:alnum}</entry>',
	'<setting name="Password" serializeAs="String"><value>%{16:alnum}</value></setting>',
	"jdbc:oracle:thin:a/%{16:alnum}@//db:1521/app",
	"<server><id>n</id><ns:passphrase>%{16:alnum}</ns:passphrase></server>",
	"<key>Password</key><string>%{16:alnum}</string>",
	"    client-key-data: %{60:base64}",
	'{"auths":{"r.example.com":{"auth":"%{24:base64}"}}}',
	"_auth=%{24:base64}",
	"//r.example.com/:_auth=%{24:base64}",
	"//r.example.com/:_authToken=%{24:alnum}",
	"Authorization: Basic %{24:base64}",
	"Authorization: Bearer %{24:alnum}",
	"x-functions-key: %{54:url}",
	"Cookie: sid=%{24:alnum}",
	"curl -u a:%{16:alnum} https://x",
	"sshpass -p %{16:alnum} ssh h",
	"mysql -u a -p%{16:alnum} app",
	"docker login -u a -p %{16:alnum}",
	"AccountName=a;AccountKey=%{86:base64}==;EndpointSuffix=x",
	"Endpoint=sb://x/;SharedAccessKeyName=r;SharedAccessKey=%{43:base64}=",
	"aws_secret_access_key = %{40:base64}",
	"PrivateKey = %{43:base64}=",
	"GET /items?access_token=%{24:alnum}&page=2",
	"https://x.blob.core.windows.net/a?sv=1&sig=%{43:url}%3D",
	`${"-----BEGIN"} RSA PRIVATE KEY-----\n%{64:base64}\n-----END RSA PRIVATE KEY-----`,
	"PuTTY-User-Key-File-3: ssh-ed25519\nPrivate-Lines: 1\n%{48:base64}\nPrivate-MAC: 0",
];

const INVISIBLE = ["\u200b", "\u200d", "\u2060", "\ufeff", "\u00ad", "\u202e", "\u0000", "\u001b[0m", "\u{e0041}"];

type Make = (chance: Chance) => Omit<SecretSample, "kind">;

function token(template: string): Make {
	return (chance) => {
		const secret = fill(template, chance);
		return { secret, text: pick(AROUND, chance).replace("%s", () => cut(secret, chance)) };
	};
}

function password(form: string): Make {
	return (chance) => {
		const secret = fill(pick(PASSWORDS, chance), chance);
		return { secret, text: form.replace("%s", () => secret) };
	};
}

/** The secret of a form is what its mark `%{…}` becomes. */
function form(template: string): Make {
	return (chance) => {
		const secret = fill(/%(\{\d+:\w+\}(?::AA\{\d+:\w+\})?)/.exec(template)?.[1] ?? "", chance);
		return {
			secret,
			text: fill(
				template.replace(/%\{\d+:\w+\}(?::AA\{\d+:\w+\})?/, () => cut(secret, chance)),
				chance,
			),
		};
	};
}

/** Every eighth is cut by a character that nobody sees. */
function cut(secret: string, chance: Chance): string {
	if (chance.below(8) !== 0) return secret;
	const at = 1 + chance.below(secret.length - 1);
	return secret.slice(0, at) + pick(INVISIBLE, chance) + secret.slice(at);
}

const MAKERS: readonly (readonly [kind: string, make: Make])[] = [
	...TOKENS.map((template) => [template, token(template)] as const),
	...NAMED.map((template) => [template, password(template)] as const),
	...[...ADDRESSES, ...FORMS].map((template) => [template, form(template)] as const),
];

export const KINDS: readonly string[] = MAKERS.map(([kind]) => kind);

/** The sample with this number: kinds follow each other, surroundings are drawn. */
export function secretSample(index: number, chance: Chance): SecretSample {
	const [kind, make] = MAKERS[index % MAKERS.length] ?? pick(MAKERS, chance);
	return { kind, ...make(chance) };
}
