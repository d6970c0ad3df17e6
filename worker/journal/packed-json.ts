// biome-ignore lint/correctness/noNodejsModules: see packed-blob.ts; without streams it takes half of the CPU
import { deflateRawSync, inflateRawSync } from "node:zlib";
import * as z from "zod";

/*
 * Long JSON that SQL does not read is stored deflated, in base64, in the field `packed` of a small JSON object. So a column stays
 * text and JSON, its other fields stay readable in SQL, and rows from before need no change.
 */

/** Shorter texts gain nothing. */
const SHORTEST = 1_024;

const packedSchema = z.looseObject({ packed: z.base64() });

/** A JSON text as it is stored; `plain`: the fields that stay readable. */
export function packJson(text: string, plain: object = {}): string {
	const packed = packText(text);
	return packed === undefined ? text : JSON.stringify({ ...plain, packed });
}

/** A text deflated, in base64; undefined if it is too short to gain by that. */
function packText(text: string): string | undefined {
	if (text.length < SHORTEST) return undefined;
	return z.util.uint8ArrayToBase64(deflateRawSync(new TextEncoder().encode(text)));
}

/** The text that was packed, to the byte; what is not packed, as it is. `field`: the one that holds `packed`, if it is not the top. */
export function unpackJson(stored: string, field?: string): string {
	const packed = packedIn(stored, field);
	if (packed === undefined) return stored;
	try {
		return new TextDecoder().decode(inflateRawSync(z.util.base64ToUint8Array(packed)));
	} catch {
		return `${stored} cannot be unpacked`;
	}
}

function packedIn(stored: string, field: string | undefined): string | undefined {
	if (!stored.includes('"packed":')) return undefined;
	try {
		const value = JSON.parse(stored);
		return packedSchema.safeParse(field === undefined ? value : value?.[field]).data?.packed;
	} catch {
		return undefined;
	}
}
