import * as z from "zod";

/*
 * Long JSON that SQL does not read is stored deflated, in base64, in the field `packed` of a small JSON object. So a column stays
 * text and JSON, its other fields stay readable in SQL, and rows from before need no change.
 */

/** Shorter texts gain nothing. */
const SHORTEST = 1_024;

const packedSchema = z.looseObject({ packed: z.base64() });

/** A JSON text as it is stored; `plain`: the fields that stay readable. */
export async function packJson(text: string, plain: object = {}): Promise<string> {
	const packed = await packText(text);
	return packed === undefined ? text : JSON.stringify({ ...plain, packed });
}

/** A text deflated, in base64; undefined if it is too short to gain by that. */
async function packText(text: string): Promise<string | undefined> {
	if (text.length < SHORTEST) return undefined;
	const bytes = await through(new TextEncoder().encode(text), new CompressionStream("deflate-raw"));
	return z.util.uint8ArrayToBase64(bytes);
}

/** The text that was packed, to the byte; what is not packed, as it is. `field`: the one that holds `packed`, if it is not the top. */
export async function unpackJson(stored: string, field?: string): Promise<string> {
	const packed = packedIn(stored, field);
	if (packed === undefined) return stored;
	try {
		const bytes = z.util.base64ToUint8Array(packed);
		return new TextDecoder().decode(await through(bytes, new DecompressionStream("deflate-raw")));
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

async function through(bytes: Uint8Array, stream: CompressionStream | DecompressionStream): Promise<Uint8Array> {
	const source = new Response(bytes as Uint8Array<ArrayBuffer>).body;
	return new Uint8Array(await new Response(source?.pipeThrough(stream)).arrayBuffer());
}
