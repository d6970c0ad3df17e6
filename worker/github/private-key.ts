/** An App's private key for signing, or the problem with its text, for people; never a part of the text. */
export type KeyReading =
	| { readonly ok: true; readonly key: CryptoKey }
	| { readonly ok: false; readonly problem: string };

/**
 * Reads `GITHUB_PRIVATE_KEY`: PKCS#1 as GitHub issues it, or PKCS#8. Line ends may be real, or written as `\n`, as many secret
 * stores return them.
 */
export async function readPrivateKey(text: string): Promise<KeyReading> {
	const plain = text
		.trim()
		.replace(/^(["'])([\s\S]*)\1$/, "$2")
		.replaceAll("\\r", "")
		.replaceAll("\\n", "\n");
	const block = /-----BEGIN ([A-Z0-9 ]+)-----([\s\S]*?)-----END \1-----/.exec(plain);
	const [, label, body = ""] = block ?? [];
	if (label === undefined) return wrong(withoutBlock(plain));
	if (body.includes("ENCRYPTED")) return wrong("is encrypted: use the key as downloaded from GitHub");
	if (!PRIVATE_KEYS.has(label))
		return wrong(OTHER_KINDS[label] ?? `is a ${label.toLowerCase()}, not an App's private key`);

	const bytes = decodeBase64(body);
	if (bytes === undefined) return wrong("is damaged: the text between its first and last line is not base64");
	const key = await importRsaKey(isPkcs1(bytes) ? pkcs8OfPkcs1(bytes) : bytes);
	return key === undefined ? wrong("is damaged: it contains no RSA key") : { ok: true, key };
}

/** The bytes decide which of the two formats it is, not the label. */
const PRIVATE_KEYS: ReadonlySet<string> = new Set(["RSA PRIVATE KEY", "PRIVATE KEY"]);

const OTHER_KINDS: Readonly<Record<string, string>> = {
	"ENCRYPTED PRIVATE KEY": "is encrypted: use the key as downloaded from GitHub",
	"OPENSSH PRIVATE KEY": "is in OpenSSH format: use the .pem file downloaded from GitHub",
	"EC PRIVATE KEY": "is an elliptic-curve key: a GitHub App's key is RSA",
	"PUBLIC KEY": "is a public key: use the private one",
};

function wrong(problem: string): KeyReading {
	return { ok: false, problem: `GITHUB_PRIVATE_KEY ${problem}.` };
}

function withoutBlock(text: string): string {
	if (text.includes("-----BEGIN")) return "is cut off: its last line, -----END ... PRIVATE KEY-----, is missing";
	if (/^\S+\.pem$/.test(text)) return "is a file name: use the file's contents";
	return "is not PEM, which begins with -----BEGIN RSA PRIVATE KEY----- or -----BEGIN PRIVATE KEY-----";
}

function decodeBase64(text: string): Uint8Array<ArrayBuffer> | undefined {
	try {
		return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
	} catch {
		return undefined;
	}
}

async function importRsaKey(pkcs8: Uint8Array<ArrayBuffer>): Promise<CryptoKey | undefined> {
	try {
		const algorithm = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" };
		return await crypto.subtle.importKey("pkcs8", pkcs8, algorithm, false, ["sign"]);
	} catch {
		return undefined;
	}
}

/**
 * Wraps a PKCS#1 RSA key, the format of GitHub's keys, in PKCS#8, which Web Crypto requires: the same bytes behind a header
 * that names the algorithm (RFC 5208 section 5, RFC 8017 appendix A.1).
 */
function pkcs8OfPkcs1(pkcs1: Uint8Array): Uint8Array<ArrayBuffer> {
	return der(SEQUENCE, [VERSION_0, RSA_ENCRYPTION, der(OCTET_STRING, [pkcs1])]);
}

/** In PKCS#1 the modulus, an INTEGER, follows the version; in PKCS#8 the algorithm, a SEQUENCE. */
function isPkcs1(key: Uint8Array): boolean {
	const [tag, length = 0] = key;
	const start = 2 + (length > 0x80 ? length - 0x80 : 0);
	return tag === SEQUENCE && key[start + VERSION_0.length] === INTEGER;
}

const INTEGER = 0x02;
const SEQUENCE = 0x30;
const OCTET_STRING = 0x04;
const VERSION_0 = Uint8Array.of(0x02, 0x01, 0x00);
/** `SEQUENCE { OBJECT IDENTIFIER 1.2.840.113549.1.1.1, NULL }`. */
const RSA_ENCRYPTION = Uint8Array.of(
	...[0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00],
);

/** One DER element: tag, length, contents. */
function der(tag: number, parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
	const length = parts.reduce((sum, part) => sum + part.length, 0);
	return Uint8Array.of(tag, ...lengthOctets(length), ...parts.flatMap((part) => [...part]));
}

/** Lengths up to 127 are one octet; larger ones are the count of octets that follow, most significant first. */
function lengthOctets(length: number): readonly number[] {
	if (length < 0x80) return [length];
	const octets: number[] = [];
	for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) octets.unshift(rest % 256);
	return [0x80 + octets.length, ...octets];
}
