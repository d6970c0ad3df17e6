import * as z from "zod";
import { headRepositoryName, isHeadUnknown } from "../../../pipeline/head-repository.ts";
import type { Incident } from "../../../pipeline/index.ts";
import type { GitHub } from "../../github/github.ts";
import { findRun } from "./cached-queries.ts";
import { headSchema } from "./pull-request.ts";
import { isGone, type Parsed, parseResponse, type RepoClient, repoClient } from "./repo-client.ts";
import { type Silence, silence } from "./silence.ts";

/** Where to look for the repository of a branch. */
type About = Pick<Incident, "repository" | "installation_id" | "branch" | "head_repository" | "head_sha"> &
	Pick<Incident, "run_id" | "pr_number">;

/** What GitHub says of the repository that a branch is in. */
export type Head =
	| { readonly kind: "known"; readonly head_repository: string }
	/** GitHub answered, and its answers do not tell: the run, the commit or the pull request is gone. */
	| { readonly kind: "unknown" }
	| Silence;

/** How long asking takes at most. */
export const ASKING_HEAD_MS = 10_000;

/**
 * Asks GitHub whose branch a failure is on, if its event did not tell: by the run, else by the pull request, else by the
 * commit. A fork may have a branch of the same name, so the name alone proves nothing.
 */
export async function askHead(github: GitHub, about: About): Promise<Head> {
	if (!isHeadUnknown(about)) return { kind: "unknown" };
	const found = await findHead(repoClient(github, about), about, AbortSignal.timeout(ASKING_HEAD_MS));
	if (found.ok) {
		return found.value === undefined ? { kind: "unknown" } : { kind: "known", head_repository: found.value };
	}
	return found.problem.reason === "not_found" ? { kind: "unknown" } : silence(found.problem);
}

type Finder = (client: RepoClient, about: About, signal: AbortSignal) => Promise<Parsed<string | undefined>>;

const FINDERS: readonly Finder[] = [byRun, byPullRequest, byBranchHead, byHistory];

/** The first answer that tells. What GitHub does not have says nothing; any other failure ends the search. */
async function findHead(client: RepoClient, about: About, signal: AbortSignal): Promise<Parsed<string | undefined>> {
	for (const find of FINDERS) {
		const found = await find(client, about, signal);
		if (!found.ok && !isGone(found.problem)) return found;
		if (found.ok && found.value !== undefined) return found;
	}
	return { ok: true, value: undefined };
}

async function byRun(client: RepoClient, about: About, signal: AbortSignal): Promise<Parsed<string | undefined>> {
	const run = await findRun(client, about, signal);
	return run.ok ? { ok: true, value: headRepositoryName(run.value?.head_repository) } : run;
}

const pullSchema = z.object({ head: headSchema });

async function byPullRequest({ get, repo }: RepoClient, about: About, signal: AbortSignal) {
	const { pr_number, branch } = about;
	if (pr_number === undefined) return NOTHING;
	const parameters = { ...repo, pull_number: pr_number };
	const pull = parseResponse(
		pullSchema,
		await get("GET /repos/{owner}/{repo}/pulls/{pull_number}", parameters, signal),
	);
	return pull.ok ? ({ ok: true, value: headOf([pull.value], { branch }) } as const) : pull;
}

/** An open or closed pull request whose head is this very commit, on a branch of this name. */
async function byBranchHead({ get, repo }: RepoClient, about: About, signal: AbortSignal) {
	const { head_sha, branch } = about;
	if (head_sha === undefined) return NOTHING;
	const route = "GET /repos/{owner}/{repo}/commits/{commit_sha}/pulls";
	const pulls = parseResponse(
		z.array(pullSchema),
		await get(route, { ...repo, commit_sha: head_sha, per_page: 100 }, signal),
	);
	return pulls.ok ? ({ ok: true, value: headOf(pulls.value, { branch, sha: head_sha }) } as const) : pulls;
}

const comparisonSchema = z.object({ status: z.enum(["identical", "ahead", "behind", "diverged"]) });

/**
 * The repository itself, if its branch of this name contains the commit: whoever else has it, that code is on our branch.
 * https://docs.github.com/en/rest/commits/commits#compare-two-commits
 */
async function byHistory({ get, repo }: RepoClient, about: About, signal: AbortSignal) {
	const { head_sha, branch, repository } = about;
	if (head_sha === undefined || branch === undefined) return NOTHING;
	const parameters = { ...repo, basehead: `${branch}...${head_sha}`, per_page: 1 };
	const compared = parseResponse(
		comparisonSchema,
		await get("GET /repos/{owner}/{repo}/compare/{basehead}", parameters, signal),
	);
	if (!compared.ok) return compared;
	const isContained = compared.value.status === "identical" || compared.value.status === "behind";
	return { ok: true, value: isContained ? repository : undefined } as const;
}

const NOTHING = { ok: true, value: undefined } as const;

/** The head's repository, if all pull requests that match name the same one. */
function headOf(
	pulls: readonly z.infer<typeof pullSchema>[],
	of: { readonly branch: string | undefined; readonly sha?: string },
): string | undefined {
	const heads = pulls
		.map(({ head }) => head)
		.filter(({ ref, sha }) => ref === of.branch && (of.sha === undefined || sha === of.sha));
	const names = new Set(heads.map(({ repo }) => headRepositoryName(repo)));
	return names.size === 1 ? [...names][0] : undefined;
}
