/** The most that is read of an answer, decompressed: 4 MiB. */
export const MAX_ANSWER_BYTES = 4 * 1024 * 1024;

/** Up to `limit` bytes as text; the rest is not read. */
export async function readBounded(
	body: ReadableStream<Uint8Array> | null,
	limit: number,
): Promise<{ readonly text: string; readonly cut: boolean }> {
	const chunks: Uint8Array[] = [];
	let size = 0;
	for await (const chunk of body ?? []) {
		size += chunk.byteLength;
		chunks.push(chunk);
		// Leaving the loop cancels the stream.
		if (size > limit) break;
	}
	const bytes = Buffer.concat(chunks).subarray(0, limit);
	return { text: new TextDecoder().decode(bytes), cut: size > limit };
}

export function withoutSecrets(text: string, secrets: readonly string[]): string {
	return secrets.reduce((shown, secret) => shown.replaceAll(secret, "[redacted]"), text);
}
