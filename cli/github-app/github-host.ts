import type { Artefact } from "../../pipeline/index.ts";
import { GITHUB_API_URL } from "../../worker/github/github-settings.ts";

/** The problem and the fix, one sentence each. */
export interface HostProblem {
	readonly message: string;
	readonly cure: string;
}

/**
 * Whether a pipeline sends agents to another GitHub than the API's: a repository of the same name there may belong to a
 * stranger. Addresses built from the incident alone are not checked.
 */
export function findHostProblem(
	apiUrl: string | undefined,
	{ spawn, prompts }: Pick<Artefact, "spawn" | "prompts">,
): HostProblem | undefined {
	const api = apiUrl?.trim() || GITHUB_API_URL;
	const host = webHost(api);
	if (host === undefined) return undefined;
	const sentTo = hostsIn(JSON.stringify(spawn.spec.repositoryUrl ?? "")).find((other) => other !== host);
	if (sentTo !== undefined) {
		return {
			message: `repositoryUrl in the pipeline's spawn.spec is on ${sentTo}, but GITHUB_API_URL is ${api}: agents would work on another GitHub.`,
			cure:
				host === "github.com"
					? `Set GITHUB_API_URL to https://${sentTo}/api/v3, or write https://github.com/ in repositoryUrl.`
					: `Write https://${host}/ in repositoryUrl and docsRepositoryUrl, or correct GITHUB_API_URL.`,
		};
	}
	const prompt = Object.entries(prompts).find(([, text]) => /\{\{[{&]?\s*repository_url\b/.test(text))?.[0];
	if (host === "github.com" || prompt === undefined) return undefined;
	return {
		message: `the prompt ${prompt} shows {{repository_url}}, which is always on github.com, but GITHUB_API_URL is ${api}.`,
		cure: `Write https://${host}/{{repository}} in prompts/${prompt}.mustache.`,
	};
}

/** https://docs.github.com/en/enterprise-server/rest/using-the-rest-api/getting-started-with-the-rest-api; undefined on this machine, where only tests serve an API. */
function webHost(api: string): string | undefined {
	const host = URL.parse(api)?.host;
	if (host === undefined || /^(?:127\.0\.0\.1|localhost|\[::1\])(?::|$)/.test(host)) return undefined;
	return /^api\.(?:github\.com|[^.]+\.ghe\.com)$/.test(host) ? host.slice("api.".length) : host;
}

function hostsIn(text: string): readonly string[] {
	return [...text.matchAll(/https?:\/\/([^/'"\\\s]+)/g)].flatMap(([, host]) =>
		host === undefined ? [] : [host.toLowerCase()],
	);
}
