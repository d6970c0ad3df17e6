import { RIGHTS, type Right } from "./rights.ts";

/** `open`: anybody. `signed`: whoever signs the message, GitHub or the relay; no token suffices. */
export type Need = Right | "open" | "signed";

/**
 * Every route of the worker, and what it needs. The router serves and guards what is listed here and nothing else;
 * docs/access.md has the same table, and `test/worker/http/matrix.test.ts` tries each route with each right.
 */
export const ROUTES = {
	"POST /webhooks/github": "signed",
	"POST /api/outcomes": "signed",
	"POST /api/remediate/ci-failure": "sense",
	"POST /api/remediate/security-alert": "sense",
	"POST /api/events/:name": "sense",
	"GET /api/incidents": "read",
	"GET /api/incidents/:id": "read",
	"GET /api/incidents/:id/context": "read",
	"GET /api/ignored": "read",
	"GET /api/flakes": "read",
	"GET /api/observed": "read",
	"GET /api/changes": "read",
	"GET /api/choices": "read",
	"GET /api/insights": "read",
	"GET /api/status": "read",
	"GET /api/pipeline": "read",
	"GET /metrics": "read",
	"POST /api/explain": "read",
	"POST /api/incidents/:id/approve": "operate",
	"POST /api/incidents/:id/:action": "operate",
	"POST /api/pause": "operate",
	"DELETE /api/pause": "operate",
	"POST /api/notifications/test": "operate",
	"PUT /api/pipeline": "administer",
	"POST /api/pipeline/rollback": "administer",
	"GET /api/audit": "administer",
	"GET /api/export": "administer",
	"GET /api/viewer": "open",
	"GET /health": "open",
	"GET /": "open",
	"GET /incidents/:id": "open",
	"GET /ignored": "open",
	"GET /flakes": "open",
	"GET /observed": "open",
	"GET /audit": "open",
	"GET /hub": "open",
	"GET /insights": "open",
	"GET /playground": "open",
	"GET /assets/:file": "open",
} as const satisfies Readonly<Record<`${Method} /${string}`, Need>>;

type Method = "GET" | "POST" | "PUT" | "DELETE";

export type RouteName = keyof typeof ROUTES;

/** A route by its parts. */
export interface Route {
	readonly name: RouteName;
	readonly method: Method;
	readonly path: string;
	readonly need: Need;
}

export const routes: readonly Route[] = Object.entries(ROUTES).map(([name, need]) => {
	const [method = "", path = ""] = name.split(" ");
	return { name: name as RouteName, method: method as Method, path, need };
});

/** Whether a caller has to prove a right. */
export function isRight(need: Need): need is Right {
	return RIGHTS.some((right) => right === need);
}
