export type JsonReading = { readonly ok: true; readonly value: unknown } | { readonly ok: false };

// JSON text is UTF-8 without a mark at its start: https://www.rfc-editor.org/rfc/rfc8259#section-8.1
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The bytes as text; undefined when they are not UTF-8. */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
	try {
		return utf8.decode(bytes);
	} catch {
		return undefined;
	}
}

/** Parses a text, or says that it is not JSON. */
export function parseJson(text: string | undefined): JsonReading {
	if (text === undefined) return { ok: false };
	try {
		return { ok: true, value: JSON.parse(text) };
	} catch {
		return { ok: false };
	}
}
