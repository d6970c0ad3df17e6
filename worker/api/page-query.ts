import type { Cursor } from "../journal/incident-list.ts";

/** The requested page of a list; `after` is undefined for the first one. */
export interface PageQuery {
	readonly limit: number;
	readonly after: Cursor | undefined;
}

/** Reads `limit` and `cursor`; returns a string if one is invalid. A limit above the highest becomes the highest. */
export function readPageQuery(
	params: URLSearchParams,
	{ usual, highest }: { readonly usual: number; readonly highest: number },
): PageQuery | string {
	const limit = readLimit(params, { usual, highest });
	if (typeof limit === "string") return limit;
	const cursor = params.get("cursor") || undefined;
	const after = cursor === undefined ? undefined : readCursor(cursor);
	if (cursor !== undefined && after === undefined) return "the cursor is invalid";
	return { limit, after };
}

/** Reads `limit`, as above. */
export function readLimit(
	params: URLSearchParams,
	{ usual, highest }: { readonly usual: number; readonly highest: number },
): number | string {
	const limit = params.get("limit") || String(usual);
	if (!/^\d{1,4}$/.test(limit) || Number(limit) < 1) return `limit is a number from 1 to ${highest}`;
	return Math.min(highest, Number(limit));
}

/** The longest names are those of branches and of workflows. */
const LONGEST_TEXT = 255;

/** Reads those of these texts that are given and not empty; returns a string if one is too long. */
export function readTexts<Name extends string>(
	params: URLSearchParams,
	names: readonly Name[],
): Readonly<Partial<Record<Name, string>>> | string {
	const given = names.flatMap((name) => {
		const value = params.get(name) || undefined;
		return value === undefined ? [] : [[name, value] as const];
	});
	const long = given.find(([, value]) => value.length > LONGEST_TEXT);
	if (long !== undefined) return `${long[0]} has at most ${LONGEST_TEXT} characters`;
	return Object.fromEntries(given) as Partial<Record<Name, string>>;
}

export function writeCursor(last: Cursor): string {
	return `${last.created_at}.${last.id}`;
}

/** Undefined if it is not a cursor of `writeCursor`. */
function readCursor(text: string): Cursor | undefined {
	const found = /^(\d{1,15})\.([0-9a-f]{32})$/.exec(text);
	return found?.[2] === undefined ? undefined : { created_at: Number(found[1]), id: found[2] };
}
