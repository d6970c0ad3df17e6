import { describe, expect, it } from "vitest";
import { findHostProblem } from "../../cli/github-app/github-host.ts";
import type { Artefact } from "../../pipeline/index.ts";

function pipeline(repositoryUrl: string, prompt = "Fix {{repository}}."): Pick<Artefact, "spawn" | "prompts"> {
	return {
		spawn: { namespace: "cto", labels: {}, annotations: {}, spec: { repositoryUrl } },
		prompts: { _failure: prompt },
	};
}
const ON_GITHUB = "'https://github.com/' & repository";
const ON_OURS = "'https://ghe.corp.example/' & repository";
const OURS = "https://ghe.corp.example/api/v3";

describe("findHostProblem", () => {
	it("finds an agent that works on github.com while the API is an Enterprise Server", () => {
		expect(findHostProblem(OURS, pipeline(ON_GITHUB))).toEqual({
			message:
				"repositoryUrl in the pipeline's spawn.spec is on github.com, but GITHUB_API_URL is https://ghe.corp.example/api/v3: agents would work on another GitHub.",
			cure: "Write https://ghe.corp.example/ in repositoryUrl and docsRepositoryUrl, or correct GITHUB_API_URL.",
		});
	});

	it("finds the opposite", () => {
		expect(findHostProblem(undefined, pipeline(ON_OURS))).toEqual({
			message:
				"repositoryUrl in the pipeline's spawn.spec is on ghe.corp.example, but GITHUB_API_URL is https://api.github.com: agents would work on another GitHub.",
			cure: "Set GITHUB_API_URL to https://ghe.corp.example/api/v3, or write https://github.com/ in repositoryUrl.",
		});
	});

	it("finds a prompt that shows github.com", () => {
		expect(findHostProblem(OURS, pipeline(ON_OURS, "({{repository_url}})"))).toEqual({
			message:
				"the prompt _failure shows {{repository_url}}, which is always on github.com, but GITHUB_API_URL is https://ghe.corp.example/api/v3.",
			cure: "Write https://ghe.corp.example/{{repository}} in prompts/_failure.mustache.",
		});
	});

	it("accepts equal hosts, and addresses that cannot be compared", () => {
		expect(findHostProblem(undefined, pipeline(ON_GITHUB, "({{repository_url}})"))).toBeUndefined();
		expect(findHostProblem(OURS, pipeline(ON_OURS))).toBeUndefined();
		expect(
			findHostProblem("https://api.acme.ghe.com", pipeline("'https://acme.ghe.com/' & repository")),
		).toBeUndefined();
		expect(findHostProblem(OURS, pipeline("$repository_address(url)"))).toBeUndefined();
		expect(findHostProblem("http://127.0.0.1:4000", pipeline(ON_GITHUB))).toBeUndefined();
	});
});
