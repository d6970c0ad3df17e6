import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";

/** SHA-256 of the text's UTF-8, as 64 lower-case hex digits. */
export function sha256Hex(text: string): string {
	return bytesToHex(sha256(asciiBytes(text) ?? utf8ToBytes(text)));
}

/** Calling the platform's encoder takes longer than encoding a key. */
const SHORT = 256;

/** Undefined for a long text, and one with other characters. */
function asciiBytes(text: string): Uint8Array | undefined {
	if (text.length > SHORT) return undefined;
	const bytes = new Uint8Array(text.length);
	for (let at = 0; at < text.length; at++) {
		const unit = text.charCodeAt(at);
		if (unit > 0x7f) return undefined;
		bytes[at] = unit;
	}
	return bytes;
}
