/** The largest answer that is read, in bytes: the files of a pull request with all their diffs stay far below. */
const LARGEST = 8 * 1024 * 1024;

/** A fetch whose bodies end in an error beyond 8 MB, whatever the other side sends. */
export function boundedFetch(fetcher: typeof fetch, largest = LARGEST): typeof fetch {
	return async (input, init) => {
		const response = await fetcher(input, init);
		if (response.body === null) return response;
		const bounded = response.body.pipeThrough(endBeyond(largest));
		return new Response(bounded, { status: response.status, headers: response.headers });
	};
}

function endBeyond(largest: number): TransformStream<Uint8Array, Uint8Array> {
	let seen = 0;
	return new TransformStream({
		transform(chunk, controller) {
			seen += chunk.byteLength;
			if (seen > largest) controller.error(new Error(`the answer is larger than ${largest} bytes`));
			else controller.enqueue(chunk);
		},
	});
}
