import { createGitHub, type GitHubTools } from "../../../worker/github/create-github.ts";
import type { GitHub } from "../../../worker/github/github.ts";
import type { GitHubVariables } from "../../../worker/github/github-settings.ts";
import { createGitHubMemory } from "../../../worker/github/isolate-memory.ts";
import { createLog } from "../../../worker/log.ts";
import { PKCS1 } from "./test-keys.ts";

/** One request that GitHub was sent. */
export interface Asked {
	/** Method and path with its query. */
	readonly what: string;
	readonly headers: Headers;
	readonly host: string;
}

export type AnswerOf = (asked: Asked) => Response | Promise<Response> | undefined;

export interface StubGitHub {
	readonly github: GitHub;
	readonly asked: Asked[];
	/** Those asked that are not about the App's own token. */
	questions(): string[];
	/** How many tokens it was asked for. */
	tokens(): number;
	/** Milliseconds; a test moves it. */
	clock: number;
}

/** GitHub's client with a fetch that is the test's. Tokens and installations are answered unless `answer` does. */
export function stubGitHub(answer: AnswerOf, variables: GitHubVariables = {}): StubGitHub {
	const asked: Asked[] = [];
	const fetcher: GitHubTools["fetch"] = async (input, init) => {
		const request = new Request(input, init);
		const url = new URL(request.url);
		const one = { what: `${request.method} ${url.pathname}${url.search}`, headers: request.headers, host: url.host };
		asked.push(one);
		return await Promise.race([answered(one), calledOff(request.signal)]);
	};
	const answered = async (one: Asked) =>
		(await answer(one)) ?? answerForApp(one, stub.clock) ?? Response.json({ message: "Not Found" }, { status: 404 });
	const tools: GitHubTools = {
		fetch: fetcher,
		now: () => stub.clock,
		log: createLog({}, () => undefined),
		memory: createGitHubMemory(),
	};
	const github = createGitHub({ GITHUB_APP_ID: "1234", GITHUB_PRIVATE_KEY: PKCS1, ...variables }, tools);
	if (github === undefined) throw new Error("no App is named");
	const stub: StubGitHub = {
		github,
		asked,
		tokens: () => asked.filter(({ what }) => what.endsWith("/access_tokens")).length,
		questions: () => asked.map(({ what }) => what).filter((what) => !/access_tokens|\/installation$/.test(what)),
		clock: Date.parse("2026-11-22T12:00:00Z"),
	};
	return stub;
}

function answerForApp({ what }: Asked, now: number): Response | undefined {
	if (/^POST .*\/app\/installations\/77\/access_tokens$/.test(what)) {
		const expires_at = new Date(now + 3_600_000).toISOString();
		return Response.json({ token: "ghs_of_77", expires_at }, { status: 201 });
	}
	if (what.endsWith("/repos/5dlabs/cto/installation")) return Response.json({ id: 77 });
	return undefined;
}

function calledOff(signal: AbortSignal): Promise<never> {
	return new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
}
