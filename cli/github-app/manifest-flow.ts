import { randomBytes, timingSafeEqual } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { fail, ok, type Result } from "../../wire/result.ts";
import { listenOnLoopback } from "../state/free-port.ts";
import type { Permissions } from "./permissions.ts";

/**
 * The page of GitHub's manifest flow, on this machine alone: it posts the manifest to GitHub, and GitHub's redirect brings a
 * code back
 * (https://docs.github.com/en/apps/sharing-github-apps/registering-a-github-app-from-a-manifest#implementing-the-github-app-manifest-flow).
 */
export interface ManifestFlow {
	/** The page to open. */
	readonly url: string;
	/** The code, once; a problem when nobody created the App in time. */
	readonly code: Promise<Result<string>>;
	close(): Promise<void>;
}

export interface ManifestFlowInput {
	readonly manifest: { readonly name: string; readonly default_permissions: Permissions };
	/** `https://github.com`, or an Enterprise host; without a path. */
	readonly githubUrl: string;
	/** The organisation that will own the App; absent: the person who is logged in. */
	readonly org?: string | undefined;
	readonly withinMs: number;
}

const CODE = /^[\w-]{1,128}$/;

export async function startManifestFlow(input: ManifestFlowInput): Promise<ManifestFlow> {
	// Known to the page and to GitHub's redirect only: another site can neither see nor guess it.
	const state = randomBytes(32).toString("hex");
	const { promise, resolve } = Promise.withResolvers<Result<string>>();
	const server = createServer();
	const host = await listenOnLoopback(server);
	server.on("request", (request, response) => {
		// Another name for this machine is somebody else's (DNS rebinding).
		if (request.headers.host !== host)
			return void answer(response, 421, "Open the address that `healer app create` printed.");
		respond(request, response, { ...input, state, host, found: (code) => resolve(ok(code)) });
	});
	const minutes = Math.round(input.withinMs / 60_000);
	const late = () => resolve(fail(`No App was created within ${minutes} minutes. Run it again when you are ready.`));
	const timer = setTimeout(late, input.withinMs);
	return {
		url: `http://${host}/?state=${state}`,
		code: promise,
		async close() {
			clearTimeout(timer);
			const closed = new Promise((done) => server.close(done));
			server.closeIdleConnections();
			await closed;
		},
	};
}

interface Responding extends ManifestFlowInput {
	readonly state: string;
	readonly host: string;
	found(code: string): void;
}

function respond(request: IncomingMessage, response: ServerResponse, flow: Responding): void {
	const { pathname, searchParams } = new URL(request.url ?? "/", `http://${flow.host}`);
	const code = searchParams.get("code") ?? "";
	if (request.method !== "GET" || !["/", "/created"].includes(pathname)) {
		answer(response, 404, "There is nothing here.");
	} else if (!isSame(searchParams.get("state") ?? "", flow.state)) {
		answer(response, 403, "This is not the address that `healer app create` printed, or not GitHub's answer to it.");
	} else if (pathname === "/") {
		send(response, 200, formPage(flow), new URL(flow.githubUrl).origin);
	} else if (!CODE.test(code)) {
		answer(response, 400, "GitHub's answer has no code. Open the address again.");
	} else {
		flow.found(code);
		answer(response, 200, "The App is created. Go back to the terminal: it says where its secrets are.");
	}
}

function isSame(given: string, state: string): boolean {
	return given.length === state.length && timingSafeEqual(Buffer.from(given), Buffer.from(state));
}

function formPage({ manifest, githubUrl, org, state, host }: Responding): string {
	const owner = org === undefined ? "" : `/organizations/${encodeURIComponent(org)}`;
	const action = `${new URL(githubUrl).origin}${owner}/settings/apps/new?state=${state}`;
	const whole = JSON.stringify({ ...manifest, redirect_url: `http://${host}/created` });
	const permissions = Object.entries(manifest.default_permissions).map(
		([name, access]) => `<li>${escaped(name)}: ${access}</li>`,
	);
	return `<h1>Create the GitHub App ${escaped(manifest.name)}</h1>
<p>GitHub asks you to confirm its name. It gets these permissions and no others:</p>
<ul>${permissions.join("")}</ul>
<form method="post" action="${escaped(action)}"><input type="hidden" name="manifest" value="${escaped(whole)}"><button>Continue on ${escaped(new URL(githubUrl).host)}</button></form>`;
}

function answer(response: ServerResponse, status: number, text: string): void {
	send(response, status, `<p>${escaped(text)}</p>`, "'none'");
}

function send(response: ServerResponse, status: number, body: string, formAction: string): void {
	response.writeHead(status, {
		"content-type": "text/html; charset=utf-8",
		"cache-control": "no-store",
		connection: "close",
		"content-security-policy": `default-src 'none'; form-action ${formAction}; frame-ancestors 'none'; base-uri 'none'`,
		"referrer-policy": "no-referrer",
		"x-content-type-options": "nosniff",
	});
	response.end(`<!doctype html><html lang="en"><meta charset="utf-8"><title>Healer</title>${body}</html>`);
}

function escaped(text: string): string {
	return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}
