import { addressOf, valuesIn } from "../route.ts";

const NAMES = [
	"status",
	"agent",
	"failure_type",
	"repository",
	"rule",
	"workflow",
	"leader",
	"since",
	"until",
	"text",
] as const;
export type FilterName = (typeof NAMES)[number];

/** The filters of the list of incidents; an empty one is off. */
export type Filter = Readonly<Record<FilterName, string>>;

export function filterIn(params: URLSearchParams): Filter {
	return valuesIn(params, NAMES);
}

/** Whether the address asks for less than all incidents from the newest on. */
export function isNarrowed(params: URLSearchParams): boolean {
	return params.has("cursor") || Object.values(filterIn(params)).some((value) => value !== "");
}

/** The first page's address with these filters changed; empty ones are left out. */
export function queryWith(params: URLSearchParams, changes: Partial<Filter> & { readonly cursor?: string }): string {
	return addressOf("/", { ...filterIn(params), ...changes });
}
