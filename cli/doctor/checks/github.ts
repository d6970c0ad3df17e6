import type { Settings } from "../../../pipeline/artefact.ts";
import { createGitHub } from "../../../worker/github/create-github.ts";
import type { GitHubFailure } from "../../../worker/github/github.ts";
import { GITHUB_API_URL, type GitHubVariables, readGitHubSettings } from "../../../worker/github/github-settings.ts";
import { createGitHubMemory } from "../../../worker/github/isolate-memory.ts";
import { createLog } from "../../../worker/log.ts";
import type { Permissions } from "../../github-app/permissions.ts";
import { type Check, failed, passed, unknown, warning } from "../check-result.ts";

const NAME = "GitHub App";

const UNKNOWN_HEADS = warning(
	"unknown heads",
	"without an App nobody can be asked whose branch a job, a check or a status is about: it may be a fork's, and its fix goes to a branch of its own.",
	"Configure the App, or set settings.unknown_heads: refuse.",
);

/**
 * Checks the worker's GitHub App: whether GitHub accepts its credentials, and whether it has the permissions that the
 * pipeline needs. Without an App, what the pipeline then does. `wanted`: what reruns and check runs need, without which they are left out.
 */
export async function checkGitHub(
	variables: GitHubVariables,
	needed: Permissions,
	policy?: Pick<Settings, "unknown_heads">,
	wanted: Permissions = {},
): Promise<readonly Check[]> {
	const tools = { fetch, now: Date.now, log: createLog({}, () => undefined), memory: createGitHubMemory() };
	const github = createGitHub(variables, tools);
	if (github === undefined) {
		const checks = [unknown(NAME, "not checked.", "Set GITHUB_APP_ID and GITHUB_PRIVATE_KEY.")];
		return policy?.unknown_heads === "fix" ? [...checks, UNKNOWN_HEADS] : checks;
	}
	const settings = await readGitHubSettings(variables);
	if (!settings.ok) return [failed(NAME, settings.problem, "See docs/deploy.md, GitHub App.")];

	const where = settings.settings.api_url === GITHUB_API_URL ? "" : ` at ${settings.settings.api_url}`;
	const answer = await github.asApp("GET /app", {});
	if (!answer.ok) {
		const { failure } = answer;
		const cannotTell = failure.reason === "rate_limited" || failure.reason === "unavailable";
		return [(cannotTell ? unknown : failed)(NAME, `GitHub${where} ${refusal(failure)}.`, cureOf(failure))];
	}
	const { slug, permissions } = answer.value ?? {};
	const lacking = lackingOf(permissions, needed);
	if (lacking.length === 0) {
		const accepted = passed(NAME, `GitHub${where} accepts it: ${slug}.`);
		const left = lackingOf(permissions, wanted);
		return [
			accepted,
			...(left.includes("actions: write") ? [NO_RERUNS] : []),
			...(left.includes("checks: write") ? [NO_CHECK_RUNS] : []),
		];
	}
	const cure = "Grant them in the App's settings, and accept them in each installation.";
	return [failed(NAME, `${slug} lacks permissions that the pipeline needs: ${lacking.join(", ")}.`, cure)];
}

const NO_RERUNS = warning(
	"reruns",
	"the App lacks actions: write, so what may be flaky is not run again: agents are woken at once.",
	"Grant it in the App's settings and accept it in each installation, or set rerun: [].",
);

const NO_CHECK_RUNS = warning(
	"check runs",
	"the App lacks checks: write, so no check run says on a pull request what is left alone.",
	"Grant it in the App's settings and accept it in each installation, or leave out group.check_run.",
);

function lackingOf(granted: Readonly<Record<string, string | undefined>> | undefined, needed: Permissions): string[] {
	return Object.entries(needed)
		.filter(([name, access]) => granted?.[name] !== "write" && granted?.[name] !== access)
		.map(([name, access]) => `${name}: ${access}`);
}

function refusal(failure: GitHubFailure): string {
	switch (failure.reason) {
		case "rate_limited":
			return `rate-limits its requests until ${new Date(failure.until).toISOString()}`;
		case "forbidden":
		case "refused":
			return `rejects its key (${failure.detail})`;
		case "not_found":
			return `has no such App (${failure.detail})`;
		case "unavailable":
			return `does not answer (${failure.detail})`;
		default:
			return failure satisfies never;
	}
}

function cureOf(failure: GitHubFailure): string {
	if (failure.reason === "rate_limited") return "Run doctor again after that.";
	if (failure.reason === "unavailable")
		return "For GitHub Enterprise Server, set GITHUB_API_URL to https://HOST/api/v3.";
	return "GITHUB_APP_ID and GITHUB_PRIVATE_KEY must belong to the same App: compare both with its settings page.";
}
