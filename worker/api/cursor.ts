/** Where a page of a list that is newest first goes on: behind this incident. */
export interface Cursor {
	readonly created_at: number;
	readonly id: string;
}

export function writeCursor(last: Cursor): string {
	return `${last.created_at}.${last.id}`;
}

/** Undefined when it is not one that was given out. */
export function readCursor(text: string): Cursor | undefined {
	const found = /^(\d{1,15})\.([0-9a-f]{32})$/.exec(text);
	return found?.[2] === undefined ? undefined : { created_at: Number(found[1]), id: found[2] };
}
