import { explainFetchError } from "../http/network-fault.ts";
import { explainCause, type Log } from "../log.ts";
import type { GitHub, GitHubAnswer, GitHubFailure, InstallationOf } from "./github.ts";
import { createGitHubRequest, type GitHubRequest } from "./github-request.ts";
import {
	GITHUB_API_URL,
	type GitHubSettings,
	type GitHubVariables,
	isAppNamed,
	readGitHubSettings,
} from "./github-settings.ts";
import { type Access, forgetToken, signAppToken, tokenFor } from "./installation-tokens.ts";
import { type GitHubMemory, isolateMemory, keepAnswer, keptAnswer, noteRateLimit, remember } from "./isolate-memory.ts";
import { readFailure } from "./read-failure.ts";
import { webAddressOf } from "./web-address.ts";

export interface GitHubTools {
	readonly fetch: typeof fetch;
	/** Milliseconds since 1970. */
	now(): number;
	readonly log: Log;
	/** What earlier invocations learned; defaults to the isolate's memory. */
	readonly memory?: GitHubMemory;
}

/**
 * GitHub as the App of these variables; undefined if they name none. Created lazily, with the first request. An App with
 * invalid variables answers every request with `forbidden` and the problem.
 */
export function createGitHub(variables: GitHubVariables, tools: GitHubTools): GitHub | undefined {
	return isAppNamed(variables) ? new AppGitHub(variables, tools) : undefined;
}

// A request without an answer must not outlive its purpose.
const TIMEOUT_MS = 20_000;

interface Query {
	readonly route: string;
	readonly parameters: Readonly<Record<string, unknown>>;
	readonly signal?: AbortSignal | undefined;
	/** The answer is a redirect to content that is not the API's. */
	readonly isStoredElsewhere?: boolean;
}

/** The requesting identity: `name` is `app`, or the installation's number. */
interface Identity {
	readonly name: string;
	readonly authorization: string;
}

interface Client {
	readonly settings: GitHubSettings;
	readonly request: GitHubRequest;
}

class AppGitHub implements GitHub {
	readonly web_url: string;
	readonly #variables: GitHubVariables;
	readonly #tools: GitHubTools;
	readonly #memory: GitHubMemory;
	#client: Promise<Client | Failed> | undefined;

	constructor(variables: GitHubVariables, tools: GitHubTools) {
		this.#variables = variables;
		this.web_url = webAddressOf(variables.GITHUB_API_URL);
		this.#tools = tools;
		this.#memory = tools.memory ?? isolateMemory;
	}

	// GitHub's description defines each route's answer. TypeScript cannot follow that here; callers check the fields that
	// they use.
	asApp: GitHub["asApp"] = async (route, parameters, signal) =>
		(await this.#asApp({ route, parameters: { ...parameters }, signal })) as never;

	asInstallation: GitHub["asInstallation"] = async (of, route, parameters, signal) =>
		(await this.#asInstallation(of, { route, parameters: { ...parameters }, signal })) as never;

	redirectOf: GitHub["redirectOf"] = async (of, route, parameters, signal) => {
		const answer = await this.#asInstallation(of, {
			route,
			parameters: { ...parameters },
			signal,
			isStoredElsewhere: true,
		});
		if (!answer.ok) return answer;
		const { location } = answer.headers;
		if (typeof location === "string" && URL.canParse(location)) return { ...answer, value: location };
		return unavailable(`${answer.status} without a location`);
	};

	async #asApp(query: Query): Promise<GitHubAnswer<unknown>> {
		const client = await this.#start();
		if ("ok" in client) return client;
		const token = await signAppToken(client.settings, this.#tools.now());
		return await this.#ask(client.request, { name: "app", authorization: `bearer ${token}` }, query);
	}

	async #asInstallation(of: InstallationOf, query: Query): Promise<GitHubAnswer<unknown>> {
		const client = await this.#start();
		if ("ok" in client) return client;
		const access = accessOf(query.route);
		const askWithToken = async () => {
			const token = await this.#tokenFor(of, access, query.signal);
			if (!token.ok) return token;
			const identity = { name: String(token.installation_id), authorization: `token ${token.value}` };
			const answer = await this.#ask(client.request, identity, query);
			if (isUnauthorized(answer)) forgetToken(of, access, token.installation_id, this.#memory);
			return answer;
		};
		const answer = await askWithToken();
		// The token was revoked before it expired, for example by a new installation of the App.
		return isUnauthorized(answer) ? await askWithToken() : answer;
	}

	#tokenFor(of: InstallationOf, access: Access, signal: AbortSignal | undefined) {
		const ask = (route: string, parameters: Query["parameters"]) => this.#asApp({ route, parameters, signal });
		return tokenFor(of, access, { ask, memory: this.#memory, now: this.#tools.now() });
	}

	async #ask(request: GitHubRequest, identity: Identity, query: Query): Promise<GitHubAnswer<unknown>> {
		// GitHub may ban an App that continues while it is rate limited.
		const limited = this.#memory.limited.get(identity.name) ?? 0;
		if (limited > this.#tools.now()) return failed({ reason: "rate_limited", until: limited });
		const answer = await this.#askUnlessKnown(request, identity, query);
		if (!answer.ok && answer.failure.reason === "rate_limited") {
			const { until } = answer.failure;
			remember(this.#memory.limited, identity.name, until);
			const details = { who: identity.name, until: new Date(until).toISOString() };
			this.#tools.log.warn("GitHub rate limit reached", details);
		}
		return answer;
	}

	async #askUnlessKnown(request: GitHubRequest, identity: Identity, query: Query): Promise<GitHubAnswer<unknown>> {
		const { route } = query;
		const { url } = request.endpoint(route, query.parameters);
		const kept = keptAnswer(this.#memory, identity.name, route, url);
		const answer = await this.#send(request, identity, query, kept?.etag);
		if (answer === "not_modified") return kept?.answer ?? unavailable("304 to an unconditional request");
		keepAnswer(this.#memory, identity.name, route, url, answer);
		return answer;
	}

	async #send(
		request: GitHubRequest,
		{ name, authorization }: Identity,
		{ route, parameters, signal, isStoredElsewhere = false }: Query,
		etag: string | undefined,
	): Promise<GitHubAnswer<unknown> | "not_modified"> {
		const headers = { authorization, ...(etag !== undefined && { "if-none-match": etag }) };
		const late = AbortSignal.timeout(TIMEOUT_MS);
		const how = { signal: signal === undefined ? late : AbortSignal.any([signal, late]) };
		try {
			const { status, data, ...answer } = await request(route, { ...parameters, headers, request: how });
			noteRateLimit(this.#memory, name, answer.headers);
			if (status >= 300 && !isStoredElsewhere) return unavailable(`${status}, a redirect away from the API`);
			// A body that is not JSON, or is truncated, arrives as text.
			if (status === 200 && typeof data === "string") return unavailable("an answer that is not JSON, or is truncated");
			return { ok: true, status, headers: { ...answer.headers }, value: data };
		} catch (cause) {
			return this.#failureOf(cause, name);
		}
	}

	#failureOf(cause: unknown, who: string): Failed | "not_modified" {
		if (!isRequestError(cause)) throw cause;
		if (cause.response === undefined) {
			return unavailable(explainFetchError(cause, this.#variables.GITHUB_API_URL?.trim() || GITHUB_API_URL));
		}
		const { status, headers } = cause.response;
		noteRateLimit(this.#memory, who, headers);
		if (status === 304) return "not_modified";
		return failed(readFailure({ status, headers, message: explainCause(cause) }, this.#tools.now()));
	}

	#start(): Promise<Client | Failed> {
		this.#client ??= this.#create();
		return this.#client;
	}

	async #create(): Promise<Client | Failed> {
		const read = await readGitHubSettings(this.#variables);
		if (read.ok) {
			const request = createGitHubRequest(read.settings.api_url, this.#tools.fetch, this.#tools.log);
			return { settings: read.settings, request };
		}
		this.#tools.log.error("GitHub App not usable", { problem: read.problem });
		return failed({ reason: "forbidden", detail: read.problem });
	}
}

function accessOf(route: string): Access {
	if (route.startsWith("GET ")) return "read";
	if (route.includes("/check-runs")) return "check";
	return route.includes("/actions/") ? "rerun" : "write";
}

interface Failed {
	readonly ok: false;
	readonly failure: GitHubFailure;
}

function failed(failure: GitHubFailure): Failed {
	return { ok: false, failure };
}

function unavailable(detail: string): Failed {
	return failed({ reason: "unavailable", detail });
}

function isUnauthorized(answer: GitHubAnswer<unknown>): boolean {
	return !answer.ok && answer.failure.reason === "forbidden" && answer.failure.detail.startsWith("401");
}

/** Octokit's errors have a status; an aborted request fails with an `AbortError` or a `TimeoutError`. */
function isRequestError(
	cause: unknown,
): cause is { readonly response?: { readonly status: number; readonly headers: Readonly<Record<string, string>> } } {
	if (!(cause instanceof Error)) return false;
	return "status" in cause || cause.name === "AbortError" || cause.name === "TimeoutError";
}
