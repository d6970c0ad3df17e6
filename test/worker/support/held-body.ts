/** A body whose sender stops after its first part. `isRead`: more than that is wanted. */
export function heldBody(bytes: Uint8Array, firstPart: number) {
	let finish = () => {};
	const isRead = Promise.withResolvers<void>();
	const stream = new ReadableStream<Uint8Array>(
		{
			start(controller) {
				controller.enqueue(bytes.slice(0, firstPart));
				finish = () => {
					controller.enqueue(bytes.slice(firstPart));
					controller.close();
				};
			},
			pull: () => isRead.resolve(),
		},
		{ highWaterMark: 0 },
	);
	return { stream, isRead: isRead.promise, finish: () => finish() };
}
