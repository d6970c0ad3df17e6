import type { AppState } from "../app-state.ts";
import type { PlainAnswer } from "../description.ts";
import type { RepositoryState } from "../repository-state.ts";

/** A request that GitHub's description allows. */
export interface Asked {
	readonly url: string;
	readonly path: string;
	readonly parameters: Readonly<Record<string, string>>;
	readonly query: URLSearchParams;
	readonly body: Readonly<Record<string, unknown>>;
	readonly state: AppState;
}

/** A request about an existing repository, by an installation that may see it. */
export interface AskedRepository extends Asked {
	readonly repository: RepositoryState;
}

export function ok(body: unknown, status = 200, headers: Readonly<Record<string, string>> = {}): PlainAnswer {
	return { status, headers: { "content-type": "application/json; charset=utf-8", ...headers }, body };
}

export function notFound(): PlainAnswer {
	return failure(404, "Not Found");
}

export function failure(status: number, message: string): PlainAnswer {
	return ok({ message, documentation_url: "https://docs.github.com/rest", status: String(status) }, status);
}

/** The object, or 404. */
export function found(body: unknown): PlainAnswer {
	return body === undefined ? notFound() : ok(body);
}

/** One page of a list, with the `Link` to the next one: 30 per page unless `per_page` says otherwise, 100 at most. */
export function page<T>(
	asked: Asked,
	all: readonly T[],
	wrap: (items: readonly T[]) => unknown = (items) => items,
): PlainAnswer {
	const size = Number(asked.query.get("per_page") ?? 30);
	const number = Number(asked.query.get("page") ?? 1);
	const isLast = number * size >= all.length;
	const next = new URLSearchParams(asked.query);
	next.set("page", String(number + 1));
	const link = { link: `<${asked.url}${asked.path}?${next}>; rel="next"` };
	return ok(wrap(all.slice((number - 1) * size, number * size)), 200, isLast ? {} : link);
}

/** Whether the query asks for this value, or does not restrict it. */
export function isWanted(asked: Asked, name: string, value: unknown): boolean {
	const wanted = asked.query.get(name);
	return wanted === null || wanted === String(value);
}
