import type { ServerResponse } from "node:http";
import type { MockRoute } from "./routes.ts";

/** What GitHub, or the network, does instead of answering. */
export type Disturbance =
	/** The hourly limit is exhausted until then; ms since 1970, reported in whole seconds. */
	| { readonly kind: "primary_limit"; readonly until: number }
	/** Secondary rate limit: retry after this many seconds. */
	| { readonly kind: "secondary_limit"; readonly retry_after_s: number; readonly status?: 403 | 429 }
	| { readonly kind: "status"; readonly status: number; readonly message?: string }
	/** Never answers. */
	| { readonly kind: "stall" }
	/** Closes the connection without an answer. */
	| { readonly kind: "cut" }
	/** 200 with a body that is not JSON. */
	| { readonly kind: "nonsense" };

export interface Disturbing {
	readonly by: Disturbance;
	/** Every route by default. */
	readonly route?: MockRoute;
	/** How often; by default until `calm()`. A rate limit always ends at its time. */
	readonly times?: number;
}

/** The disturbances between requests and their answers. */
export class Disturbances {
	private active: { readonly by: Disturbance; readonly route?: MockRoute; left: number; readonly until: number }[] = [];

	add({ by, route, times = Number.POSITIVE_INFINITY }: Disturbing): void {
		this.active.push({ by, ...(route !== undefined && { route }), left: times, until: endOf(by) });
	}

	calm(): void {
		this.active = [];
	}

	/** The one that applies to this request, if any. */
	next(route: MockRoute | undefined): Disturbance | undefined {
		this.active = this.active.filter(({ left, until }) => left > 0 && Date.now() < until);
		const met = this.active.find((one) => one.route === undefined || one.route === route);
		if (met !== undefined) met.left--;
		return met?.by;
	}
}

function endOf(by: Disturbance): number {
	if (by.kind === "primary_limit") return Math.floor(by.until / 1000) * 1000;
	return by.kind === "secondary_limit" ? Date.now() + by.retry_after_s * 1000 : Number.POSITIVE_INFINITY;
}

/** https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api */
export function disturb(response: ServerResponse, by: Disturbance): void {
	switch (by.kind) {
		case "primary_limit":
			fail(response, 403, "API rate limit exceeded for installation ID 100.", {
				"x-ratelimit-limit": "5000",
				"x-ratelimit-remaining": "0",
				"x-ratelimit-used": "5000",
				"x-ratelimit-reset": String(Math.floor(by.until / 1000)),
			});
			break;
		case "secondary_limit": {
			const retryAfter = { "retry-after": String(by.retry_after_s) };
			fail(response, by.status ?? 403, "You have exceeded a secondary rate limit.", retryAfter);
			break;
		}
		case "status":
			fail(response, by.status, by.message ?? "Something went wrong", {});
			break;
		case "stall":
			break;
		case "cut":
			response.destroy();
			break;
		case "nonsense":
			response.writeHead(200, { "content-type": "application/json; charset=utf-8" });
			response.end("<html>a proxy's page</html>");
			break;
		default:
			by satisfies never;
	}
}

function fail(response: ServerResponse, status: number, message: string, headers: Record<string, string>): void {
	response.writeHead(status, { "content-type": "application/json; charset=utf-8", ...headers });
	response.end(JSON.stringify({ message, documentation_url: "https://docs.github.com/rest", status: String(status) }));
}
