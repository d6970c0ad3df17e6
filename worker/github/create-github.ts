import type { Octokit } from "@octokit/core";
import { explainFetchError } from "../http/network-fault.ts";
import { type Log, messageOf } from "../log.ts";
import { type AppOctokit, createAppOctokit } from "./app-octokit.ts";
import type { GitHub, GitHubAnswer, GitHubFailure, InstallationOf } from "./github.ts";
import { GITHUB_API_URL, type GitHubVariables, isAppNamed, readGitHubSettings } from "./github-settings.ts";
import { tokenFor } from "./installation-tokens.ts";
import { type GitHubMemory, isolateMemory, remember } from "./isolate-memory.ts";
import { keepAnswer, keptAnswer } from "./kept-answers.ts";
import { readFailure } from "./read-failure.ts";

export interface GitHubTools {
	readonly fetch: typeof fetch;
	/** Milliseconds since 1970. */
	now(): number;
	readonly log: Log;
	/** What earlier invocations learned; the isolate's own unless given. */
	readonly memory?: GitHubMemory;
}

/**
 * GitHub as the App of these variables sees it; undefined when they name none. Nothing is made before the first
 * question. An App whose variables are wrong answers every question with `forbidden` and what is wrong.
 */
export function createGitHub(variables: GitHubVariables, tools: GitHubTools): GitHub | undefined {
	return isAppNamed(variables) ? new AppGitHub(variables, tools) : undefined;
}

// A request that gets no answer must not outlive what it is asked for.
const TIMEOUT_MS = 20_000;
// https://docs.github.com/en/rest/about-the-rest-api/api-versions
const API_VERSION = { "x-github-api-version": "2022-11-28" };

/** One question. `authorization` is given along when the installation asks, and absent when the App signs itself. */
interface Question {
	readonly route: string;
	readonly parameters: Readonly<Record<string, unknown>>;
	readonly signal?: AbortSignal | undefined;
	readonly redirect?: "manual";
	readonly authorization?: string;
}

class AppGitHub implements GitHub {
	readonly #variables: GitHubVariables;
	readonly #tools: GitHubTools;
	readonly #memory: GitHubMemory;
	#octokit: Promise<AppOctokit | Failed> | undefined;

	constructor(variables: GitHubVariables, tools: GitHubTools) {
		this.#variables = variables;
		this.#tools = tools;
		this.#memory = tools.memory ?? isolateMemory;
	}

	// GitHub's own description promises the form of each route's answer. TypeScript cannot follow that here, and who needs
	// a field checks for it.
	asApp: GitHub["asApp"] = async (route, parameters, signal) =>
		(await this.#asApp({ route, parameters: { ...parameters }, signal })) as never;

	asInstallation: GitHub["asInstallation"] = async (of, route, parameters, signal) =>
		(await this.#asInstallation(of, { route, parameters: { ...parameters }, signal })) as never;

	redirectOf: GitHub["redirectOf"] = async (of, route, parameters, signal) => {
		const question = { route, parameters: { ...parameters }, signal, redirect: "manual" } as const;
		const answer = await this.#asInstallation(of, question);
		if (!answer.ok) return answer;
		const { location } = answer.headers;
		if (typeof location === "string" && URL.canParse(location)) return { ...answer, value: location };
		return unavailable(`${answer.status} without an address to go to`);
	};

	async #asApp(question: Question): Promise<GitHubAnswer<unknown>> {
		const octokit = await this.#start();
		return "ok" in octokit ? octokit : await this.#ask("app", octokit.app, question);
	}

	async #asInstallation(of: InstallationOf, question: Question): Promise<GitHubAnswer<unknown>> {
		const octokit = await this.#start();
		if ("ok" in octokit) return octokit;
		const askWithToken = async () => {
			const token = await this.#tokenFor(of, question.signal);
			if (!token.ok) return token;
			const authorization = `token ${token.value}`;
			const answer = await this.#ask(String(token.installation_id), octokit.bare, { ...question, authorization });
			if (isUnauthorized(answer)) this.#memory.tokens.delete(token.installation_id);
			return answer;
		};
		const answer = await askWithToken();
		// The token was revoked before its time: the App was installed anew, say.
		return isUnauthorized(answer) ? await askWithToken() : answer;
	}

	#tokenFor(of: InstallationOf, signal: AbortSignal | undefined) {
		const ask = (route: string, parameters: Question["parameters"]) => this.#asApp({ route, parameters, signal });
		return tokenFor(of, ask, this.#memory, this.#tools.now());
	}

	async #ask(who: string, octokit: Octokit, question: Question): Promise<GitHubAnswer<unknown>> {
		// Asking on while limited makes GitHub shut an App out altogether.
		const limited = this.#memory.limited.get(who) ?? 0;
		if (limited > this.#tools.now()) return failed({ reason: "rate_limited", until: limited });
		const answer = await this.#askUnlessKnown(who, octokit, question);
		if (!answer.ok && answer.failure.reason === "rate_limited") {
			const { until } = answer.failure;
			remember(this.#memory.limited, who, until);
			this.#tools.log.warn("GitHub limits the rate of requests", { who, until: new Date(until).toISOString() });
		}
		return answer;
	}

	async #askUnlessKnown(who: string, octokit: Octokit, question: Question): Promise<GitHubAnswer<unknown>> {
		const { url } = octokit.request.endpoint(question.route, question.parameters);
		const kept = keptAnswer(this.#memory, who, question.route, url);
		const answer = await this.#send(octokit, question, kept?.etag);
		if (answer === "not_modified") return kept?.answer ?? unavailable("304 to what was not asked for conditionally");
		keepAnswer(this.#memory, who, question.route, url, answer);
		return answer;
	}

	async #send(
		octokit: Octokit,
		{ route, parameters, signal, redirect, authorization }: Question,
		etag: string | undefined,
	): Promise<GitHubAnswer<unknown> | "not_modified"> {
		const headers = {
			...API_VERSION,
			...(authorization !== undefined && { authorization }),
			...(etag !== undefined && { "if-none-match": etag }),
		};
		const late = AbortSignal.timeout(TIMEOUT_MS);
		const request = {
			signal: signal === undefined ? late : AbortSignal.any([signal, late]),
			...(redirect && { redirect }),
		};
		try {
			const { status, data, ...answer } = await octokit.request(route, { ...parameters, headers, request });
			// What is not JSON, or was cut off, arrives as text.
			if (status === 200 && typeof data === "string") return unavailable("an answer that is no JSON, or not all of it");
			return { ok: true, status, headers: { ...answer.headers }, value: data };
		} catch (cause) {
			return this.#failureOf(cause);
		}
	}

	#failureOf(cause: unknown): Failed | "not_modified" {
		if (!isRequestError(cause)) throw cause;
		if (cause.response === undefined) {
			return unavailable(explainFetchError(cause, this.#variables.GITHUB_API_URL?.trim() || GITHUB_API_URL));
		}
		const { status, headers } = cause.response;
		if (status === 304) return "not_modified";
		return failed(readFailure({ status, headers, message: messageOf(cause) }, this.#tools.now()));
	}

	#start(): Promise<AppOctokit | Failed> {
		this.#octokit ??= this.#create();
		return this.#octokit;
	}

	async #create(): Promise<AppOctokit | Failed> {
		const read = await readGitHubSettings(this.#variables);
		if (read.ok) return createAppOctokit(read.settings, this.#tools.fetch, this.#tools.log);
		this.#tools.log.error("the GitHub App cannot be used", { problem: read.problem });
		return failed({ reason: "forbidden", detail: read.problem });
	}
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

/** Octokit's errors carry a status; those of a request that was called off are an `AbortError` or a `TimeoutError`. */
function isRequestError(
	cause: unknown,
): cause is { readonly response?: { readonly status: number; readonly headers: Readonly<Record<string, string>> } } {
	if (!(cause instanceof Error)) return false;
	return "status" in cause || cause.name === "AbortError" || cause.name === "TimeoutError";
}
