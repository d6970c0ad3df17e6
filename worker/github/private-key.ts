import { isPkcs1, pkcs8OfPkcs1 } from "./pkcs8.ts";

/** An App's private key, for signing, or what is wrong with the text, for people; never a part of it. */
export type KeyReading =
	| { readonly ok: true; readonly key: CryptoKey }
	| { readonly ok: false; readonly problem: string };

/**
 * Reads `GITHUB_PRIVATE_KEY`: PKCS#1 as GitHub hands it out, or PKCS#8, with line ends as such or written `\n`, as they
 * come out of many a secret store.
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
	if (body.includes("ENCRYPTED")) return wrong("is encrypted: give the key as GitHub handed it out");
	if (!PRIVATE_KEYS.has(label))
		return wrong(OTHER_KINDS[label] ?? `is a ${label.toLowerCase()}, not an App's private key`);

	const bytes = decodeBase64(body);
	if (bytes === undefined) return wrong("is damaged: what stands between its first and last line is not base64");
	const key = await importRsaKey(isPkcs1(bytes) ? pkcs8OfPkcs1(bytes) : bytes);
	return key === undefined ? wrong("is damaged: it holds no RSA key") : { ok: true, key };
}

/** Which of the two forms it is, its own bytes tell. */
const PRIVATE_KEYS: ReadonlySet<string> = new Set(["RSA PRIVATE KEY", "PRIVATE KEY"]);

const OTHER_KINDS: Readonly<Record<string, string>> = {
	"ENCRYPTED PRIVATE KEY": "is encrypted: give the key as GitHub handed it out",
	"OPENSSH PRIVATE KEY": "is in OpenSSH's form: give the .pem file that GitHub handed out",
	"EC PRIVATE KEY": "is an elliptic curve's: a GitHub App's is RSA",
	"PUBLIC KEY": "is a public key: give the private one",
};

function wrong(problem: string): KeyReading {
	return { ok: false, problem: `GITHUB_PRIVATE_KEY ${problem}.` };
}

function withoutBlock(text: string): string {
	if (text.includes("-----BEGIN")) return "is cut off: its last line, -----END ... PRIVATE KEY-----, is missing";
	if (/^\S+\.pem$/.test(text)) return "names a file: give the file's text";
	return "is no PEM: it begins with -----BEGIN RSA PRIVATE KEY----- or -----BEGIN PRIVATE KEY-----";
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
