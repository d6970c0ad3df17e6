import { readWithin } from "../../wire/read-within.ts";

export type BodyReading =
	| { readonly ok: true; readonly text: string }
	| { readonly ok: false; readonly reason: "oversized" | "not_json" };

/** A request's body as text, at most `limit` bytes. JSON is UTF-8; anything else is not JSON. */
export async function readBody(request: Request, limit: number): Promise<BodyReading> {
	if (Number(request.headers.get("content-length")) > limit) return { ok: false, reason: "oversized" };
	const { bytes, cut } = await readWithin(request.body, limit);
	if (cut) return { ok: false, reason: "oversized" };
	try {
		// Keep a byte order mark: it is part of what was signed.
		return { ok: true, text: new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes) };
	} catch {
		return { ok: false, reason: "not_json" };
	}
}
