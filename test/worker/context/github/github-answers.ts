import type { Incident, PlannedRequest } from "../../../../pipeline/index.ts";
import { createLogReader } from "../../../../pipeline/log/log-reader.ts";
import { compileLogSearch, type LogSearch } from "../../../../pipeline/log/log-search.ts";
import { githubSources } from "../../../../worker/context/github/github-sources.ts";
import type { EdgeSource, SourceResult, Sources } from "../../../../worker/context/source.ts";
import { type Asked, type StubGitHub, stubGitHub } from "../../github/stub-github.ts";

export type Answers = Readonly<Record<string, unknown>>;

const search = compileLogSearch([{ pattern: { kind: "text", text: "no space left" }, literals: [] }]);

export interface StubSources {
	readonly stub: StubGitHub;
	/** What storage was asked for, with the headers that went along. */
	readonly stored: Request[];
	readonly edge: Sources["edge"];
	ask(from: EdgeSource, timeout_s?: number): Promise<SourceResult>;
}

/**
 * GitHub's sources before a GitHub that gives these answers, by method, path and query, and a storage that gives those
 * of `storage` by path. A `Response` is answered as it is, the rest as JSON, 404 where there is none.
 */
export function stubSources(
	incident: Incident,
	answers: Answers,
	storage: Answers = {},
	log: LogSearch = search,
): StubSources {
	const stub = stubGitHub(({ what }: Asked) => {
		const path = what in answers ? what : what.replace("/repos/5dlabs/cto/", "");
		return path in answers ? responseOf(answers[path]) : undefined;
	});
	const stored: Request[] = [];
	const fetchStored: typeof fetch = async (input, init) => {
		const request = new Request(input, init);
		stored.push(request);
		const { pathname } = new URL(request.url);
		return pathname in storage ? responseOf(storage[pathname]) : new Response("BlobNotFound", { status: 404 });
	};
	const about = { incident, newLogReader: (limits = {}) => createLogReader(log, limits) };
	const sources = githubSources(stub.github, about, fetchStored);
	return {
		stub,
		stored,
		edge: sources,
		ask: (from, timeout_s = 10) => {
			const request: PlannedRequest = { name: from, from, with: {}, timeout_s };
			return sources[from](request, AbortSignal.timeout(timeout_s * 1000));
		},
	};
}

function responseOf(answer: unknown): Response {
	if (typeof answer === "function") return answer();
	return answer instanceof Response ? answer.clone() : Response.json(answer);
}
