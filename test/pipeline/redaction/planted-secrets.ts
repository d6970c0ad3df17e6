/**
 * Secrets of every kind, in lines that tools print. They are assembled from parts here, so that no scanner reports this
 * file; none of them is valid.
 */
export interface Planted {
	readonly kind: string;
	/** Must not appear anywhere. */
	readonly secret: string;
	/** Lines that contain the secret in its usual context. */
	readonly text: string;
}

const ALPHANUMERIC = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/** `length` random-looking letters and digits that are the same each time. */
export function made(length: number, seed: number, letters = ALPHANUMERIC): string {
	let state = (seed * 2_654_435_761 + 97) % 4_294_967_296;
	let text = "";
	while (text.length < length) {
		state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296;
		text += letters.charAt(Math.floor((state / 4_294_967_296) * letters.length));
	}
	return text;
}

const HEX = "0123456789abcdef";
const UPPER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

function base64Url(value: object): string {
	return btoa(JSON.stringify(value)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

export const JWT = [
	base64Url({ alg: "HS256", typ: "JWT" }),
	base64Url({ sub: "1234567890", name: "Jo" }),
	made(43, 90),
].join(".");

/** A key in PEM format: `lines` lines of 64 characters and a short one. */
export function pem(label: string, lines: number, seed: number): string {
	const body = Array.from({ length: lines }, (_, at) => made(64, seed + at));
	return [`-----BEGIN ${label}-----`, ...body, `${made(22, seed + lines)}==`, `-----END ${label}-----`].join("\n");
}

function plant(kind: string, secret: string, before = "", behind = ""): Planted {
	return { kind, secret, text: `${before}${secret}${behind}` };
}

export const PLANTED: readonly Planted[] = [
	plant("github token", `gh${"p_"}${made(36, 1)}`, "remote: using ", " for origin"),
	plant("github token", `gh${"s_"}${made(36, 2)}`, "##[debug]token=", ""),
	plant(
		"github token",
		`github${"_pat_"}${made(22, 3)}_${made(59, 4)}`,
		"curl -H 'X-Token: ",
		"' https://api.github.com",
	),
	plant(
		"github token",
		`gh${"p_"}${made(36, 5)}`,
		"fatal: unable to access 'https://x-access-token:",
		"@github.com/o/r.git/': 403",
	),
	plant(
		"aws access key id",
		`AK${"IA"}${made(16, 6, UPPER)}`,
		"An error occurred (InvalidAccessKeyId): ",
		" does not exist",
	),
	plant("key", made(40, 7), "AWS_SECRET_ACCESS_KEY=", ""),
	plant("key", made(40, 8), '  "SecretAccessKey": "', '",'),
	plant("aws session token", `IQoJb3JpZ2luX2VjE${made(120, 9)}`, "export AWS_SESSION_TOKEN=", ""),
	plant("npm token", `npm${"_"}${made(36, 10)}`, "//registry.npmjs.org/:_authToken=", ""),
	plant("pypi token", `pypi-${"AgEIcHlwaS5vcmc"}${made(140, 11)}`, "twine upload -u __token__ -p ", " dist/*"),
	plant("gitlab token", `gl${"pat-"}${made(20, 12)}`, "PRIVATE-TOKEN: ", ""),
	plant("slack token", `xo${"xb-"}2345678901-2345678901234-${made(24, 13)}`, 'slack.WebClient(token="', '")'),
	plant(
		"slack webhook",
		`T${made(8, 14, UPPER)}/B${made(8, 15, UPPER)}/${made(24, 16)}`,
		"POST https://hooks.slack.com/services/",
		" 200",
	),
	plant("stripe key", `sk${"_live_"}${made(24, 17)}`, "Invalid API Key provided: ", "."),
	plant("sendgrid key", `SG${"."}${made(22, 18)}.${made(43, 19)}`, "Authorization: Bearer ", ""),
	plant(
		"google key",
		`AI${"za"}${made(35, 20)}`,
		"GET https://maps.googleapis.com/maps/api/geocode/json?key=",
		"&address=x 403",
	),
	plant("google key", `ya${"29."}a0Af${made(60, 21)}`, "access token ", " expired"),
	plant("digitalocean token", `dop${"_v1_"}${made(64, 22, HEX)}`, "doctl auth init -t ", ""),
	plant(
		"openai key",
		`sk-${"proj-"}${made(74, 23)}T3Blbk${"FJ"}${made(74, 24)}`,
		"Incorrect API key provided: ",
		". You can find",
	),
	plant("anthropic key", `sk-${"ant-"}api03-${made(93, 25)}AA`, "x-api-key: ", ""),
	plant("hugging face token", `hf${"_"}${made(34, 26, ALPHANUMERIC.slice(0, 52))}`, "HF: ", " rejected"),
	plant("vault token", `hv${"s."}${made(95, 27)}`, "vault login ", ""),
	plant("docker token", `dckr${"_pat_"}${made(27, 28)}`, "docker login -u me -p ", ""),
	plant("jwt", JWT, "kubectl config set-credentials me --auth=", ""),
	plant("authorization", btoa(`robot:${made(14, 29)}`), "> authorization: Basic ", ""),
	plant("authorization", `opaque-${made(30, 30)}`, `curl -H "Authorization: Bearer `, '" https://x.test'),
	plant("password", `${made(12, 31)}!x`, "postgres://app:", "@db.internal:5432/app?sslmode=require"),
	plant("password", made(14, 32), "amqps://guest:", "@mq.internal/vhost"),
	plant("password", made(14, 33), "redis://:", "@cache:6379/0"),
	plant("password", made(12, 34), "mongodb+srv://u:", "@c0.example.net/db"),
	plant(
		"key",
		`${made(86, 35)}==`,
		"DefaultEndpointsProtocol=https;AccountName=acme;AccountKey=",
		";EndpointSuffix=core.windows.net",
	),
	plant("password", "hunter2-and-more", "DB_PASSWORD=", ""),
	plant("password", "correct horse battery staple", "PASSPHRASE=", ""),
	plant("password", "hunter2-yaml", "  password: ", ""),
	plant("password", "hunter2-json", '{"user": "a", "password": "', '", "port": 1}'),
	plant("password", "hunter2-escaped", '{\\"password\\":\\"', '\\"}'),
	plant("password", "hunter2-flag", "helm upgrade x --set a=b --password ", " --wait"),
	plant("password", "hunter2-equals", "mytool --db-password=", " run"),
	plant("password", "hunter2-user", "curl -sSf -u ci:", " https://nexus.internal/x"),
	plant("password", "hunter2-mysql", "mysql -h db -u root -p", " app"),
	plant("password", "hunter2-toml", 'password = "', '"'),
	plant("token", `tok${made(20, 36)}`, "GET /v1/things?limit=5&access_token=", "&page=2 HTTP/1.1"),
	plant("signature", `${made(40, 37)}%3D`, "https://acme.blob.core.windows.net/logs/1.txt?sv=2024-01-01&sig=", ""),
	plant(
		"signature",
		made(64, 38, HEX),
		"https://s3.amazonaws.com/b/k?X-Amz-Date=20250101T000000Z&X-Amz-Signature=",
		"",
	),
	plant("secret", made(20, 39), 'client_secret: "', '"'),
	plant("secret", made(24, 40), "oauthClientSecret=", ""),
	plant("key", made(32, 41, HEX), "SECRET_KEY_BASE=", ""),
	plant("key", made(32, 42, HEX), "DATADOG_API_KEY: ", ""),
	plant("cookie", `_gh_sess=${made(40, 43)}`, "Set-Cookie: ", "; path=/; HttpOnly"),
	plant("credentials", made(24, 44), 'credentials="', '"'),
	plant("private key", made(64, 45), "-----BEGIN RSA PRIVATE KEY-----\n", "\n-----END RSA PRIVATE KEY-----"),
	plant(
		"private key",
		made(120, 46),
		'"private_key": "-----BEGIN PRIVATE KEY-----\\n',
		'\\n-----END PRIVATE KEY-----\\n",',
	),
	plant("password", "hunter2-kubernetes", "- name: DB_PASSWORD\n  value: ", "\n- name: PORT"),
	plant("password", "hunter2-pair", '[{"name":"DB_PASSWORD","value":"', '"}]'),
];
