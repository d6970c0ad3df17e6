import type { Artefact } from "../../pipeline/index.ts";
import { GITHUB_API_URL } from "../../worker/github/github-settings.ts";
import { findWebAddress } from "../../worker/github/web-address.ts";

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
	const web = findWebAddress(api);
	if (web === undefined) return undefined;
	const { host } = new URL(web);
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

function hostsIn(text: string): readonly string[] {
	return [...text.matchAll(/https?:\/\/([^/'"\\\s]+)/g)].flatMap(([, host]) =>
		host === undefined ? [] : [host.toLowerCase()],
	);
}
