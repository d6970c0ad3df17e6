import { describe, expect, it } from "vitest";
import { readPrivateKey } from "../../../worker/github/private-key.ts";
import { PKCS1, PKCS8 } from "./test-keys.ts";

const LINES = PKCS1.trim().split("\n");
const BODY = LINES.slice(1, -1).join("\n");
/** The beginning of `printf healer | openssl dgst -sha256 -sign key.pem | base64`. */
const SIGNATURE = "D41Vq7NGswZZSukQGvAb/UEB32GVbLBXcnSNtp5Ka0UJ";
const labelled = (label: string, body = BODY) => `-----BEGIN ${label}-----\n${body}\n-----END ${label}-----\n`;

describe("readPrivateKey", () => {
	it.each([
		["PKCS#8", PKCS8],
		["PKCS#1, as openssl makes PKCS#8 of it", PKCS1],
		["PKCS#1 under the other's name", labelled("PRIVATE KEY")],
		["line ends of Windows", PKCS1.replaceAll("\n", "\r\n")],
		["line ends written out", PKCS1.trim().replaceAll("\n", "\\n")],
		["line ends of Windows written out, in quotes", `"${PKCS1.trim().replaceAll("\n", "\\r\\n")}"`],
		["all on one line", LINES.join(" ")],
		["text around it", `Key of the App:\n${PKCS8}\nKeep it.`],
	])("takes %s", async (_, text) => {
		const read = await readPrivateKey(text);
		expect(read.ok && (await signatureBy(read.key))).toBe(SIGNATURE);
	});

	it.each([
		[
			"nonsense",
			"s3cret",
			"is not PEM, which begins with -----BEGIN RSA PRIVATE KEY----- or -----BEGIN PRIVATE KEY-----",
		],
		["a file's name", "/run/secrets/app.pem", "is a file name: use the file's contents"],
		[
			"the first line alone",
			"-----BEGIN RSA PRIVATE KEY-----",
			"is cut off: its last line, -----END ... PRIVATE KEY-----, is missing",
		],
		["half a key", labelled("RSA PRIVATE KEY", BODY.slice(0, 400)), "is damaged: it contains no RSA key"],
		[
			"what is no base64",
			labelled("PRIVATE KEY", "%%%%"),
			"is damaged: the text between its first and last line is not base64",
		],
		["an encrypted one", labelled("ENCRYPTED PRIVATE KEY"), "is encrypted: use the key as downloaded from GitHub"],
		[
			"an encrypted one of old",
			labelled("RSA PRIVATE KEY", `Proc-Type: 4,ENCRYPTED\nDEK: AES\n\n${BODY}`),
			"is encrypted: use the key as downloaded from GitHub",
		],
		[
			"OpenSSH's form",
			labelled("OPENSSH PRIVATE KEY"),
			"is in OpenSSH format: use the .pem file downloaded from GitHub",
		],
		["an elliptic curve's", labelled("EC PRIVATE KEY"), "is an elliptic-curve key: a GitHub App's key is RSA"],
		["a public one", labelled("PUBLIC KEY"), "is a public key: use the private one"],
		["a certificate", labelled("CERTIFICATE"), "is a certificate, not an App's private key"],
	])("refuses %s, and shows nothing of it", async (_, text, problem) => {
		expect(await readPrivateKey(text)).toEqual({ ok: false, problem: `GITHUB_PRIVATE_KEY ${problem}.` });
	});
});

async function signatureBy(key: CryptoKey): Promise<string> {
	const signature = await crypto.subtle.sign(key.algorithm, key, new TextEncoder().encode("healer"));
	return btoa(String.fromCharCode(...new Uint8Array(signature))).slice(0, 44);
}
