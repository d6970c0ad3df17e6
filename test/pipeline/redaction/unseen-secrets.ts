import { fill, pick } from "../../support/random-text.ts";
import type { Chance } from "../../support/seeded-chance.ts";

/**
 * Secrets by kind and surrounding, from the vendors' own descriptions of their tokens and the formats of common files.
 * Written without looking at the rules, so that it finds what the rules forgot: do not adapt it to them.
 */
export interface UnseenSecret {
	readonly kind: string;
	readonly text: string;
	/** What must not survive. */
	readonly secrets: readonly string[];
}

const UUID = "{8:hex}-{4:hex}-4{3:hex}-a{3:hex}-{12:hex}";

/** Tokens that are recognizable by themselves. */
const TOKENS: Readonly<Record<string, string>> = {
	"1Password service account": "ops_eyJ{250:alnum}",
	"Adafruit IO": "aio_{28:alnum}",
	"Adobe client secret": "p8e-{32:alnum}",
	"Airtable personal": "pat{14:alnum}.{64:hex}",
	"Alibaba access key": "LTAI{20:alnum}",
	Anthropic: "sk-ant-api03-{93:url}AA",
	"Anthropic admin": "sk-ant-admin01-{93:url}AA",
	"Anthropic OAuth": "sk-ant-oat01-{93:url}AA",
	Atlassian: "ATATT3xFfGF0{180:url}={8:upper}",
	"AWS access key": "AKIA{16:base32}",
	"AWS temporary key": "ASIA{16:base32}",
	"Azure client secret": "{3:alnum}8Q~{34:url}",
	"Azure DevOps": "{76:alnum}AZDO{4:alnum}",
	"Bedrock long": "ABSKQmVkcm9ja0FQSUtleS{110:alnum}=",
	"Bedrock short": "bedrock-api-key-YmVkcm9jay5hbWF6b25hd3MuY29t{200:alnum}",
	Bitbucket: "ATBB{32:alnum}",
	Brevo: "xkeysib-{64:hex}-{16:alnum}",
	Buildkite: "bkua_{40:hex}",
	Cerebras: "csk-{48:lower}",
	CircleCI: "CCIPAT_{22:alnum}_{40:hex}",
	Clojars: "CLOJARS_{60:hex}",
	"Cloudflare origin CA": "v1.0-{24:hex}-{146:hex}",
	Contentful: "CFPAT-{43:url}",
	"crates.io": "cio{32:alnum}",
	Databricks: "dapi{32:hex}",
	"Databricks numbered": "dapi{32:hex}-2",
	DeepSeek: "sk-{32:hex}",
	DigitalOcean: "dop_v1_{64:hex}",
	"DigitalOcean OAuth": "doo_v1_{64:hex}",
	"Discord bot": "MTA{23:alnum}.G{5:alnum}.{38:url}",
	"Discord webhook": "https://discord.com/api/webhooks/{18:digit}/{68:url}",
	"Discord webhook v10": "https://discord.com/api/v10/webhooks/{19:digit}/{68:url}",
	"Docker Hub": "dckr_pat_{27:url}",
	"Docker organization": "dckr_oat_{32:url}",
	Doppler: "dp.pt.{43:alnum}",
	"Doppler service": "dp.st.prd.{43:alnum}",
	Dropbox: "sl.B{130:url}",
	"Dropbox new": "sl.u.A{200:url}",
	Duffel: "duffel_live_{43:url}",
	Dynatrace: "dt0c01.{24:upper}.{64:upper}",
	EasyPost: "EZAK{54:alnum}",
	ElevenLabs: "sk_{48:hex}",
	"Facebook page": "EAA{180:alnum}",
	Figma: "figd_{40:url}",
	Firecrawl: "fc-{32:hex}",
	Flutterwave: "FLWSECK-{32:hex}-X",
	Fly: "fo1_{43:url}",
	"Fly macaroon": "FlyV1 fm2_{200:base64}",
	"Frame.io": "fio-u-{64:url}",
	"GitHub app user": "ghu_{36:alnum}",
	"GitHub classic": "ghp_{36:alnum}",
	"GitHub fine-grained": "github_pat_{22:alnum}_{59:alnum}",
	"GitHub installation": "ghs_{36:alnum}",
	"GitHub OAuth": "gho_{36:alnum}",
	"GitHub refresh": "ghr_{76:alnum}",
	"GitLab agent": "glagent-{50:url}",
	"GitLab deploy": "gldt-{20:url}",
	"GitLab job": "glcbt-64_{20:url}",
	"GitLab OAuth": "gloas-{64:hex}",
	"GitLab personal": "glpat-{20:url}",
	"GitLab personal routable": "glpat-{27:url}.01.{9:lower}",
	"GitLab runner": "glrt-{20:url}",
	"GitLab runner registration": "GR1348941{20:url}",
	"GitLab trigger": "glptt-{40:hex}",
	"Google API key": "AIza{35:url}",
	"Google OAuth client": "GOCSPX-{28:url}",
	"Google access": "ya29.{180:url}",
	"Google refresh": "1//0{2:alnum}{90:url}",
	"Grafana Cloud": "glc_eyJ{120:alnum}=",
	"Grafana service account": "glsa_{32:alnum}_{8:hex}",
	Groq: "gsk_{52:alnum}",
	Heroku: `HRKU-${UUID}`,
	"Heroku new": "HRKU-AA{58:url}",
	Honeycomb: "hcaik_01{56:lower}",
	HubSpot: `pat-na1-${UUID}`,
	"Hugging Face": "hf_{34:letter}",
	Infracost: "ico-{32:alnum}",
	JFrog: "AKCp8{69:alnum}",
	"JFrog reference": "cmVmdGtuOj{54:alnum}",
	JWT: "eyJhbGciOiJIUzI1NiJ9.eyJ{60:url}.{43:url}",
	LangSmith: "lsv2_pt_{32:hex}_{10:hex}",
	Langfuse: `sk-lf-${UUID}`,
	LaunchDarkly: `sdk-${UUID}`,
	"LaunchDarkly API": `api-${UUID}`,
	Linear: "lin_api_{40:alnum}",
	"Linear OAuth": "lin_oauth_{64:hex}",
	Mailchimp: "{32:hex}-us12",
	Mailgun: "key-{32:hex}",
	"Mailgun new": "{32:hex}-{8:hex}-{8:hex}",
	"Mapbox secret": "sk.eyJ1{70:alnum}.{22:url}",
	Neon: "napi_{64:lower}",
	Netlify: "nfp_{36:alnum}",
	"New Relic user": "NRAK-{27:upper}",
	"New Relic insights": "NRII-{32:url}",
	Notion: "ntn_{46:alnum}",
	"Notion old": "secret_{43:alnum}",
	npm: "npm_{36:alnum}",
	NuGet: "oy2{43:lower}",
	Nvidia: "nvapi-{64:url}",
	OpenAI: "sk-{20:alnum}T3BlbkFJ{20:alnum}",
	"OpenAI admin": "sk-admin-{58:url}T3BlbkFJ{58:url}",
	"OpenAI project": "sk-proj-{74:url}T3BlbkFJ{74:url}",
	"OpenAI service account": "sk-svcacct-{74:url}T3BlbkFJ{74:url}",
	OpenRouter: "sk-or-v1-{64:hex}",
	Packagist: "packagist_uut_{68:hex}",
	"PagerDuty integration": "https://events.pagerduty.com/integration/{32:hex}/enqueue",
	Perplexity: "pplx-{48:alnum}",
	Pinecone: "pcsk_{6:alnum}_{63:alnum}",
	Plaid: `access-production-${UUID}`,
	"PlanetScale OAuth": "pscale_oauth_{43:url}",
	"PlanetScale password": "pscale_pw_{43:url}",
	"PlanetScale token": "pscale_tkn_{43:url}",
	PostHog: "phx_{43:alnum}",
	Postman: "PMAK-{24:hex}-{34:hex}",
	Prefect: "pnu_{36:alnum}",
	Pulumi: "pul-{40:hex}",
	PyPI: "pypi-AgEIcHlwaS5vcmc{150:url}",
	ReadMe: "rdme_{70:lower}",
	Render: "rnd_{32:alnum}",
	Replicate: "r8_{37:alnum}",
	Resend: "re_{8:alnum}_{24:alnum}",
	RubyGems: "rubygems_{48:hex}",
	Salesforce: "00D{12:alnum}!AQ{90:alnum}",
	Segment: "sgp_{64:alnum}",
	SendGrid: "SG.{22:url}.{43:url}",
	"Sentry organization": "sntrys_eyJ{120:alnum}_{43:url}",
	"Sentry user": "sntryu_{64:hex}",
	Shippo: "shippo_live_{40:hex}",
	Shopify: "shpat_{32:hex}",
	"Shopify shared secret": "shpss_{32:hex}",
	"Slack app": "xapp-1-A{10:upper}-{13:digit}-{64:hex}",
	"Slack bot": "xoxb-{12:digit}-{13:digit}-{24:alnum}",
	"Slack refresh": "xoxe-1-{146:alnum}",
	"Slack rotating": "xoxe.xoxp-1-{163:alnum}",
	"Slack user": "xoxp-{12:digit}-{12:digit}-{13:digit}-{32:hex}",
	"Slack webhook": "https://hooks.slack.com/services/T{10:upper}/B{10:upper}/{24:alnum}",
	"Sonar project": "sqp_{40:hex}",
	"Sonar user": "squ_{40:hex}",
	"Square access": "EAAA{60:url}",
	"Square OAuth": "sq0csp-{43:url}",
	"Stripe live": "sk_live_{99:alnum}",
	"Stripe restricted": "rk_live_{24:alnum}",
	"Stripe webhook": "whsec_{32:alnum}",
	Supabase: "sbp_{40:hex}",
	"Supabase secret key": "sb_secret_{22:url}_{8:url}",
	Tailscale: "tskey-auth-k{11:alnum}CNTRL-{32:alnum}",
	"Teams webhook": `https://contoso.webhook.office.com/webhookb2/${UUID}@${UUID}/IncomingWebhook/{32:hex}/${UUID}`,
	Telegram: "{10:digit}:AA{33:url}",
	"Terraform Cloud": "{14:alnum}.atlasv1.{67:alnum}",
	Together: "tgp_v1_{43:url}",
	Trello: "ATTA{64:hex}",
	Twilio: "SK{32:hex}",
	Typeform: "tfp_{44:url}_{14:alnum}",
	"Vault batch": "hvb.{150:url}",
	"Vault old": "s.{24:alnum}",
	"Vault service": "hvs.{95:url}",
	"Vercel blob": "vercel_blob_rw_{16:alnum}_{30:alnum}",
	xAI: "xai-{80:alnum}",
	"Zapier hook": "https://hooks.zapier.com/hooks/catch/{7:digit}/{7:lower}/",
	age: "AGE-SECRET-KEY-1{58:bech32}",
};

/** Where a token stands. `%s` is the token. */
const AROUND_TOKENS: readonly string[] = [
	"%s",
	"the token %s was rejected",
	"2026-11-29T10:15:00.1234567Z ##[error]Bad credentials: %s",
	'curl -H "X-Something: %s" https://api.example.com/v1',
	"  + echo %s",
	'{"level":"error","msg":"failed with %s","attempt":3}',
	"[36;1mrun --with %s[0m",
	"https://api.example.com/v1/items?page=2&key=%s&sort=asc",
	"https://example.com/callback%3Fstate%3D1%26value%3D%s",
	"remote: https://%s@example.com/owner/repo.git",
	"value=%s",
	"- `%s`",
	"(%s)",
	"<code>%s</code>",
	"first,%s,last",
	'\\"%s\\"',
	"line one\\n%s\\nline three",
	"/app/logs/%s/output",
	"[%s]",
	"Bearer %s",
];

/** Strong passwords as managers make them; some begin as code does. */
const PASSWORDS: readonly string[] = [
	"{16:alnum}",
	"{20:strong}",
	"{6:alnum}({8:alnum}",
	"$x{14:alnum}",
	"#{14:alnum}",
	"<{14:alnum}",
	"[{14:alnum}",
	"@{14:alnum}",
	"{5:alnum}){3:alnum}&{6:alnum}",
	"{8:hex}{8:hex}{8:hex}{8:hex}",
	"{4:alnum}\u0024{9:alnum}",
	"%{5:alnum}!{8:alnum}",
];

/** Where a password stands under its name. `%s` is the password. */
const NAMED: Readonly<Record<string, string>> = {
	"shell variable": "DB_PASSWORD=%s",
	"shell export": "export SMTP_PASSWORD='%s'",
	"quoted variable": 'ADMIN_PASSWORD="%s"',
	JSON: '{"user":"admin","password":"%s"}',
	"JSON spaced": '  "client_secret": "%s",',
	YAML: "password: %s",
	"YAML quoted": 'secretKey: "%s"',
	"YAML next line": 'password:\n  "%s"',
	"YAML block scalar": "password: |\n  %s\nother: 1",
	"YAML folded scalar": "db:\n  password: >-\n    %s\n  port: 5432",
	TOML: "api_secret = '%s'",
	HCL: '  master_password   = "%s"',
	"XML attribute": '<user name="admin" password="%s"/>',
	"XML key and value": '<add key="DbPassword" value="%s" />',
	"Kubernetes variable": "- name: DB_PASSWORD\n  value: '%s'",
	"JSON name and value": '{"name":"DB_PASSWORD","value":"%s"}',
	"Markdown table": "| user | admin |\n| password | %s |",
	"box table": "│ password │ %s │",
	"option with equals": "deploy --password='%s' --verbose",
	"option with space": "deploy --password '%s' --verbose",
	Dockerfile: "ENV DB_PASSWORD %s",
	"docker run": "docker run -e 'DB_PASSWORD=%s' image",
	"Helm set": "helm upgrade --set 'auth.password=%s' app",
	PHP: "'password' => '%s',",
	Ruby: ':password => "%s"',
	Python: "connect(user='admin', password='%s')",
	Go: 'Config{User: "a", Password: "%s"}',
	Java: 'builder.setPassword("%s");',
	PowerShell: "$env:DB_PASSWORD = '%s'",
	"PowerShell secure": "$password = ConvertTo-SecureString '%s' -AsPlainText -Force",
	"Windows set": "set DB_PASSWORD=%s",
	properties: "spring.datasource.password=%s",
	"escaped JSON": '{"body":"{\\"password\\":\\"%s\\"}"}',
	"here string": "passwd --stdin admin <<< '%s' # password",
	"add-mask": "::add-mask::%s",
	prose: "password is '%s'",
	"ADO.NET": "Server=db;User Id=sa;Password=%s;Encrypt=true",
};

/** Passwords that need a plain alphabet where they stand. `%s` is it. */
const PLAIN_NAMED: Readonly<Record<string, string>> = {
	"basic URL": "https://admin:%s@example.com/path",
	".netrc": "machine example.com login admin password %s",
	".netrc lines": "machine example.com\n  login admin\n  password %s",
	"Postgres URL": "postgres://app:%s@db:5432/app",
	"MongoDB URL": "mongodb+srv://app:%s@cluster0.example.net/app",
	"Redis URL": "redis://:%s@cache:6379/0",
	JDBC: "jdbc:mysql://db/app?user=app&password=%s",
	"MySQL DSN": "app:%s@tcp(db:3306)/app",
	"curl user": "curl -u admin:%s https://example.com",
	sshpass: "sshpass -p %s ssh host",
	"mysql option": "mysql -uroot -p%s app",
	"docker login": "docker login -u admin -p %s registry.example.com",
	".pgpass": "db.example.com:5432:app:admin:%s",
	libpq: "host=db user=app password=%s dbname=app",
	"XML element": "<password>%s</password>",
	"Maven settings": "<server><id>nexus</id><username>ci</username><password>%s</password></server>",
	cookie: "Cookie: theme=dark; session_id=%s",
	"set cookie": "Set-Cookie: SESSION=%s; Path=/; HttpOnly",
	"header X-Api-Key": "X-Api-Key: %s",
	"header bearer": "Authorization: Bearer %s",
	"header token": "authorization: token %s",
	"query parameter": "GET /v1/items?access_token=%s&page=2",
	"camel case": 'apiToken: "%s"',
	"session token": "aws_session_token = %s",
	"npm auth token": "//registry.example.com/:_authToken=%s",
	"Kubernetes token": "users:\n- name: ci\n  user:\n    token: %s",
	"form body": "grant_type=client_credentials&client_secret=%s&scope=all",
};

const BASE64_FORMS: Readonly<Record<string, string>> = {
	"kubeconfig key": "    client-key-data: %s",
	"docker auth": '{"auths":{"registry.example.com":{"auth":"%s"}}}',
	"npm _auth": "_auth=%s",
	"npm scoped _auth": "//registry.example.com/:_auth=%s",
	"header basic": "Authorization: Basic %s",
	"Azure storage": "DefaultEndpointsProtocol=https;AccountName=shop;AccountKey=%s==;EndpointSuffix=core.windows.net",
	"Azure service bus": "Endpoint=sb://x.servicebus.windows.net/;SharedAccessKeyName=Root;SharedAccessKey=%s=",
	"AWS secret": "aws_secret_access_key = %s",
	"AWS JSON": '"SecretAccessKey": "%s"',
	WireGuard: "PrivateKey = %s=",
	"Kubernetes secret": "kind: Secret\ndata:\n  password: %s",
};

const INVISIBLE = ["\u200b", "\u200d", "\u2060", "\ufeff", "\u00ad", "\u200e"];

type Make = (chance: Chance) => Omit<UnseenSecret, "kind">;

function named(form: string, body: string): Make {
	return (chance) => {
		const secret = fill(body, chance);
		return { text: form.replace("%s", () => secret), secrets: [secret] };
	};
}

function standing(template: string): Make {
	return (chance) => {
		const token = fill(template, chance);
		const around = pick(AROUND_TOKENS, chance);
		// A token with its own scheme stands in no other URL.
		const form = token.includes("://") && around.includes("://") ? "%s" : around;
		const secret = bodyOf(token);
		// Every tenth is cut by a character that nobody sees.
		const cut = chance.below(10) === 0 ? Math.floor(token.length - secret.length / 2) : 0;
		const shown = cut === 0 ? token : token.slice(0, cut) + pick(INVISIBLE, chance) + token.slice(cut);
		return { text: form.replace("%s", () => shown), secrets: [secret] };
	};
}

/** What is secret about a token: all but what names its kind, such as the address of a webhook. */
function bodyOf(token: string): string {
	const parts = token.split(/(?<=[/])/);
	return token.includes("://") ? (parts.findLast((part) => part.length > 20) ?? parts.at(-1) ?? token) : token;
}

const BEGIN = "-----BEGIN";
const END = "-----END";

function key(label: string, separator: string, indent = ""): Make {
	return (chance) => {
		const lines = Array.from({ length: 6 }, () => fill("{64:base64}", chance));
		const all = [`${BEGIN} ${label}-----`, ...lines, `${END} ${label}-----`];
		return { text: all.map((line) => indent + line).join(separator), secrets: lines };
	};
}

function putty(): Make {
	return (chance) => {
		const lines = Array.from({ length: 3 }, () => fill("{64:base64}", chance));
		const head = ["PuTTY-User-Key-File-3: ssh-ed25519", "Encryption: none", "Comment: ci", "Public-Lines: 1", "AAAA"];
		const mac = fill("{64:hex}", chance);
		const text = [...head, "Private-Lines: 3", ...lines, `Private-MAC: ${mac}`].join("\n");
		return { text, secrets: lines };
	};
}

function prefixed(kinds: Readonly<Record<string, string>>, make: (template: string) => Make): [string, Make][] {
	return Object.entries(kinds).map(([kind, template]) => [kind, make(template)]);
}

const FORMS: readonly (readonly [string, Make])[] = [
	...prefixed(TOKENS, standing),
	...prefixed(NAMED, (form) => (chance) => named(form, pick(PASSWORDS, chance))(chance)),
	...prefixed(PLAIN_NAMED, (form) => named(form, "{20:alnum}")),
	...prefixed(BASE64_FORMS, (form) => named(form, "{40:base64}")),
	["RSA key", key("RSA PRIVATE KEY", "\n")],
	["OpenSSH key in JSON", key("OPENSSH PRIVATE KEY", "\\n")],
	["EC key in YAML", key("EC PRIVATE KEY", "\n", "    ")],
	["PKCS#8 key in a log", key("PRIVATE KEY", "\n", "2026-11-29T10:15:00.1234567Z ")],
	["encrypted key", key("ENCRYPTED PRIVATE KEY", "\r\n")],
	["PGP key", key("PGP PRIVATE KEY BLOCK", "\n")],
	["PuTTY key", putty()],
];

/** How many kinds there are. */
export const UNSEEN_KINDS: number = FORMS.length;

/** The sample with this number; kinds follow each other, surroundings are drawn. */
export function unseenSecret(index: number, chance: Chance): UnseenSecret {
	const [kind, make] = FORMS[index % FORMS.length] ?? pick(FORMS, chance);
	return { kind, ...make(chance) };
}
