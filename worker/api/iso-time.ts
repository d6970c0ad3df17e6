/** Milliseconds since 1970 as ISO 8601. */
export function isoOf(ms: number): string {
	return new Date(ms).toISOString();
}

export function isoOrNull(ms: number | null): string | null {
	return ms === null ? null : isoOf(ms);
}
