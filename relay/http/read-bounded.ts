import { readWithin } from "../../wire/read-within.ts";

/** The most that is read of an answer, decompressed: 4 MiB. */
export const MAX_ANSWER_BYTES = 4 * 1024 * 1024;

/** Up to `limit` bytes as text; the rest is not read. */
export async function readBounded(
	body: ReadableStream<Uint8Array> | null,
	limit: number,
): Promise<{ readonly text: string; readonly cut: boolean }> {
	const { bytes, cut } = await readWithin(body, limit);
	return { text: new TextDecoder().decode(bytes), cut };
}

export function withoutSecrets(text: string, secrets: readonly string[]): string {
	return secrets.reduce((shown, secret) => shown.replaceAll(secret, "[redacted]"), text);
}
