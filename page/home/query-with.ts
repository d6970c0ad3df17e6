const NAMES = ["status", "agent", "failure_type", "repository", "text"] as const;
export type FilterName = (typeof NAMES)[number];

/** The filters of the list of incidents; an empty one is off. */
export type Filter = Readonly<Record<FilterName, string>>;

export function filterIn(params: URLSearchParams): Filter {
	const param = (name: FilterName) => params.get(name) ?? "";
	return {
		status: param("status"),
		agent: param("agent"),
		failure_type: param("failure_type"),
		repository: param("repository"),
		text: param("text"),
	};
}

/** The first page's address with these filters changed; empty ones are left out. */
export function queryWith(params: URLSearchParams, changes: Partial<Filter> & { readonly cursor?: string }): string {
	const set = Object.entries({ ...filterIn(params), ...changes }).filter(([, value]) => value !== "");
	return set.length === 0 ? "/" : `/?${new URLSearchParams(set)}`;
}
