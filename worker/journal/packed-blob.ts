// biome-ignore lint/correctness/noNodejsModules: the runtime has it, and streams know no dictionary (https://developers.cloudflare.com/workers/runtime-apis/nodejs/zlib/)
import { deflateSync, inflateSync } from "node:zlib";
import * as z from "zod";
import { type Dictionary, findDictionary } from "./dictionaries.ts";

/*
 * What a decision finds is stored deflated with a dictionary of its pipeline's texts (RFC 1950: the format holds a checksum of the
 * dictionary and one of the text). In front of it are one byte for this format and the dictionary's id.
 */

const FORMAT = 1;
const ID_BYTES = 8;
const HEADER_BYTES = 1 + ID_BYTES;
// Between this and the best there are 3 % of the bytes and half of the time.
const LEVEL = 6;

/** What most of a text repeats: the prompts, the rules, or another packed text. */
export type Repeats = "prompts" | "rules" | { readonly text: string };

/** Packs a text. `repeats` must be the same when it is unpacked. */
export function packBlob(text: string, dictionary: Dictionary, repeats: Repeats): ArrayBuffer {
	const packed = deflateSync(new TextEncoder().encode(text), {
		dictionary: bytesOf(dictionary, repeats),
		level: LEVEL,
	});
	const blob = new Uint8Array(HEADER_BYTES + packed.length);
	blob[0] = FORMAT;
	blob.set(z.util.hexToUint8Array(dictionary.id), 1);
	blob.set(packed, HEADER_BYTES);
	return blob.buffer;
}

/** A BLOB as it was read: D1 returns the bytes as numbers (https://developers.cloudflare.com/d1/worker-api/#type-conversion). */
export type Blob = ArrayBuffer | readonly number[];

/** The text that was packed, to the byte; undefined if the bytes or their dictionary are lost or damaged. */
export async function unpackBlob(db: D1Database, blob: Blob, repeats: Repeats): Promise<string | undefined> {
	const bytes = new Uint8Array(blob);
	if (bytes[0] !== FORMAT || bytes.length <= HEADER_BYTES) return undefined;
	const dictionary = await findDictionary(db, z.util.uint8ArrayToHex(bytes.subarray(1, HEADER_BYTES)));
	if (dictionary === undefined) return undefined;
	try {
		return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(
			inflateSync(bytes.subarray(HEADER_BYTES), { dictionary: bytesOf(dictionary, repeats) }),
		);
	} catch {
		return undefined;
	}
}

/** Deflate looks back 32 KB: what is repeated most is last. */
function bytesOf({ rules, prompts }: Dictionary, repeats: Repeats): Uint8Array {
	if (repeats === "prompts") return joined(rules, prompts);
	if (repeats === "rules") return joined(prompts, rules);
	return joined(rules, new TextEncoder().encode(repeats.text));
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
	const all = new Uint8Array(first.length + second.length);
	all.set(first);
	all.set(second, first.length);
	return all;
}
