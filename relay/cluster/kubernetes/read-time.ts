/** RFC 3339, as the controller writes it: with an offset, and up to nanoseconds. */
const RFC_3339 = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:[Zz]|[+-]\d\d:\d\d)$/;

/** A time as ISO 8601 in UTC, to the millisecond; null when it is missing or invalid. */
export function readTime(text: string | undefined): string | null {
	if (text === undefined || !RFC_3339.test(text)) return null;
	const milliseconds = Date.parse(
		text
			.replace(" ", "T")
			.replace(/(\.\d{3})\d+/, "$1")
			.toUpperCase(),
	);
	return Number.isNaN(milliseconds) ? null : new Date(milliseconds).toISOString();
}
