/** Every name of a secret contains one of these. */
export const SECRET_WORD: RegExp = /pass|pwd|_pw|secret|token|key|cred/i;

/** Last words of names whose values are secret, with the kind shown. */
const SECRET_WORDS: readonly (readonly [word: string, kind: string])[] = [
	["password", "password"],
	["passwd", "password"],
	["passwort", "password"],
	["passphrase", "password"],
	["pwd", "password"],
	["sshpass", "password"],
	["secret", "secret"],
	["token", "token"],
	["apikey", "key"],
	["accesskey", "key"],
	["secretkey", "key"],
	["privatekey", "key"],
	["accountkey", "key"],
	["authkey", "key"],
	["credential", "credentials"],
	["credentials", "credentials"],
	["creds", "credentials"],
];

/** Words before `key` that make it a secret. */
const KEY_OF = new Set(
	"api access secret private account shared signing encryption master auth storage service license deploy ssh session client app admin functions subscription".split(
		" ",
	),
);

/** Words after the secret word that change nothing. */
const NEUTRAL =
	/^(?:\d+|v\d+|b64|base64|base|value|raw|plain|plaintext|prod|production|dev|staging|test|old|new|current|previous|primary|secondary)$/;

/** Words that make the name one about a secret, not of the secret. */
const ABOUT = new Set(
	`id ids name names count counts type types ttl expiry expires expiration exp expired at in path file files dir length len
	size limit limits max min usage used url uri endpoint host version policy ref refs arn status state error errors kind header
	field provider scanning scanner store manager rotation rotated stdin required enabled disabled exists valid invalid missing
	not index position offset list permissions scope scopes audience issuer generator reset rule rules check checks env user
	username email timeout cache prefix length source mode`.split(/\s+/),
);

/** The kind of secret that a field, variable or flag of this name contains; undefined when it contains none. */
export function secretKindOf(name: string): string | undefined {
	const words = wordsOf(name);
	if (isFileName(name)) return undefined;
	// Upper-case variables may have any word after it: TOKEN_GITHUB, PASSWORD_ADMIN.
	const mayFollow = /[a-z]/.test(name)
		? (word: string) => NEUTRAL.test(word)
		: (word: string) => word !== "" && !ABOUT.has(word);
	for (let last = words.length - 1; last >= 0; last--) {
		const kind = kindAt(words, last);
		if (kind !== undefined) return kind;
		if (!mayFollow(words[last] ?? "")) return undefined;
	}
	return undefined;
}

function kindAt(words: readonly string[], at: number): string | undefined {
	const word = words[at] ?? "";
	const before = words[at - 1] ?? "";
	if (word === "id" && before === "key" && words[at - 2] === "access") return "access key id";
	if (word === "key" && KEY_OF.has(before)) return "key";
	// `client-key-data` of a kubeconfig.
	if (word === "data" && before === "key" && KEY_OF.has(words[at - 2] ?? "")) return "key";
	// A `pass` alone counts tests.
	if ((word === "pass" || word === "pw") && at > 0) return "password";
	return SECRET_WORDS.find(([ending]) => word.endsWith(ending))?.[1];
}

function wordsOf(name: string): string[] {
	return name
		.replace(/([a-z0-9])([A-Z])/g, "$1_$2")
		.toLowerCase()
		.split(/[^a-z0-9]+/)
		.filter((word) => word !== "");
}

/** `token.rs`, `secret_test.go`: the part after the dot is short and not a secret word. */
function isFileName(name: string): boolean {
	const ending = /\.([a-z]{1,4})$/.exec(name)?.[1];
	return ending !== undefined && !/key|pass|pwd/.test(ending);
}
