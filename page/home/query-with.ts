const NAMES = ["status", "agent", "failure_type", "repository", "text"] as const;
export type FilterName = (typeof NAMES)[number];

/** What the list of incidents is narrowed to. */
export type Filter = Readonly<Record<FilterName, string>>;

export function filterIn(params: URLSearchParams): Filter {
	const given = (name: FilterName) => params.get(name) ?? "";
	return {
		status: given("status"),
		agent: given("agent"),
		failure_type: given("failure_type"),
		repository: given("repository"),
		text: given("text"),
	};
}

/** The first page's address with another filter: what is empty is left out. */
export function queryWith(params: URLSearchParams, changes: Partial<Filter> & { readonly cursor?: string }): string {
	const wanted = Object.entries({ ...filterIn(params), ...changes }).filter(([, value]) => value !== "");
	return wanted.length === 0 ? "/" : `/?${new URLSearchParams(wanted)}`;
}
