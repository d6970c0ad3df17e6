/** A body's first `limit` bytes; `cut`: it is longer, and its rest is not read. */
export async function readWithin(
	body: ReadableStream<Uint8Array> | null,
	limit: number,
): Promise<{ readonly bytes: Uint8Array; readonly cut: boolean }> {
	const chunks: Uint8Array[] = [];
	let size = 0;
	for await (const chunk of body ?? []) {
		size += chunk.byteLength;
		chunks.push(chunk);
		// Leaving the loop cancels the stream.
		if (size > limit) break;
	}
	const bytes = new Uint8Array(size);
	let at = 0;
	for (const chunk of chunks) {
		bytes.set(chunk, at);
		at += chunk.byteLength;
	}
	return { bytes: bytes.subarray(0, limit), cut: size > limit };
}
