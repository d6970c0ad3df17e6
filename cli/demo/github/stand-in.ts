import { generateKeyPairSync } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { listenOnLoopback } from "../../state/free-port.ts";
import { type Answer, answerAbout, NOT_FOUND } from "./answers.ts";
import { DemoRepository, type Fields } from "./repository.ts";

/** A local stand-in for GitHub's API: with it the demo's decisions have logs, pull requests and files, without a network. */
export interface GitHubStandIn {
	/** The variables with which the hub is its App. */
	readonly variables: Readonly<Record<"GITHUB_APP_ID" | "GITHUB_PRIVATE_KEY" | "GITHUB_API_URL", string>>;
	/** The repository of this name, made if missing. */
	repository(name: string): DemoRepository;
	close(): Promise<void>;
}

const INSTALLATION = 4711;
const GRANTED = {
	...{ actions: "read", checks: "read", contents: "read", metadata: "read", statuses: "read" },
	...{ issues: "write", pull_requests: "write", security_events: "read", vulnerability_alerts: "read" },
};

/** `now`: the demo's clock, in ms. */
export async function startGitHubStandIn(now: () => number): Promise<GitHubStandIn> {
	const repositories = new Map<string, DemoRepository>();
	const server = createServer((request, response) => {
		answer(request, repositories, now).then(
			(given) => send(request, response, given),
			() => response.destroy(),
		);
	});
	const host = await listenOnLoopback(server);
	const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
	return {
		variables: {
			GITHUB_APP_ID: "1",
			GITHUB_PRIVATE_KEY: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
			GITHUB_API_URL: `http://${host}`,
		},
		repository(name) {
			const known = repositories.get(name) ?? new DemoRepository(name);
			repositories.set(name, known);
			return known;
		},
		async close() {
			const closed = new Promise((resolve) => server.close(resolve));
			server.closeAllConnections();
			await closed;
		},
	};
}

async function answer(
	request: IncomingMessage,
	repositories: ReadonlyMap<string, DemoRepository>,
	now: () => number,
): Promise<Answer> {
	const { pathname, searchParams } = new URL(request.url ?? "/", "http://localhost");
	const method = request.method ?? "GET";
	const sent = await text(request);
	const body = sent === "" ? {} : (JSON.parse(sent) as Fields);
	const [, name, below = ""] = /^\/repos\/([^/]+\/[^/]+)(.*)$/.exec(pathname) ?? [];
	if (name === undefined) return answerApp(method, pathname, body, now());
	const repository = repositories.get(name);
	if (repository === undefined) return NOT_FOUND;
	if (below === "/installation")
		return { status: 200, body: { id: INSTALLATION, app_slug: "acme-healer", permissions: GRANTED } };
	const log = /^\/actions\/jobs\/(\d+)\/logs$/.exec(below)?.[1];
	if (log !== undefined) return { status: 302, body: `/logs/${name}/${log}` };
	return answerAbout(method, below, { repository, query: searchParams, body, now: now() });

	function answerApp(verb: string, at: string, given: Fields, time: number): Answer {
		const file = /^\/logs\/([^/]+\/[^/]+)\/(\d+)$/.exec(at);
		if (file !== null) {
			const stored = repositories.get(file[1] ?? "")?.logs.get(Number(file[2]));
			return stored === undefined ? NOT_FOUND : { status: 200, body: stored };
		}
		if (at === "/app") return { status: 200, body: { id: 1, slug: "acme-healer", permissions: GRANTED } };
		if (at === "/app/hook/deliveries") return { status: 200, body: [] };
		if (verb === "POST" && at === `/app/installations/${INSTALLATION}/access_tokens`) {
			const expires_at = new Date(time + 3_600_000).toISOString();
			return { status: 201, body: { token: "ghs_demo", expires_at, permissions: given.permissions ?? GRANTED } };
		}
		return NOT_FOUND;
	}
}

/** A text is a log, or where a log is. */
function send(request: IncomingMessage, response: ServerResponse, { status, body }: Answer): void {
	if (status === 302) {
		response.writeHead(302, { location: `http://${request.headers.host}${body}` }).end();
		return;
	}
	const isText = typeof body === "string";
	response.writeHead(status, {
		"content-type": isText ? "text/plain; charset=utf-8" : "application/json; charset=utf-8",
	});
	response.end(isText ? body : JSON.stringify(body));
}
