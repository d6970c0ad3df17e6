/** A response's text; undefined, and the rest not read, when it is longer than `limit` bytes. */
export async function readTextWithin(response: Response, limit: number): Promise<string | undefined> {
	if (response.body === null) return "";
	const decoder = new TextDecoder();
	let text = "";
	let bytes = 0;
	for await (const chunk of response.body) {
		bytes += chunk.byteLength;
		if (bytes > limit) return undefined;
		text += decoder.decode(chunk, { stream: true });
	}
	return text + decoder.decode();
}
