/** Only the fields that are there: what GitHub does not tell, or tells as null or empty text, is absent. */
export function compact<T extends Readonly<Record<string, unknown>>>(fields: T): Present<T> {
	// The loop keeps each field's name with its value, which TypeScript cannot follow.
	return Object.fromEntries(
		Object.entries(fields).filter(([, value]) => value !== undefined && value !== null && value !== ""),
	) as Present<T>;
}

type Present<T> = { [K in keyof T]?: NonNullable<T[K]> };
