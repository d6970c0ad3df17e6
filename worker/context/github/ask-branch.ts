import * as z from "zod";
import type { Incident } from "../../../pipeline/index.ts";
import type { GitHub } from "../../github/github.ts";
import { isGone, type Parsed, parseResponse, type RepoClient, repoClient } from "./repo-client.ts";
import { type Silence, silence } from "./silence.ts";

/** What GitHub has of a name that an event calls a branch. */
export type BranchFound =
	| { readonly kind: "exists" | "tag" }
	/** `pull`: the pull request of that branch that ended last, if it had one. */
	| { readonly kind: "deleted"; readonly pull?: EndedPull }
	/** GitHub shows the repository's branches or pull requests to the App not at all. */
	| { readonly kind: "unknown" }
	| Silence;

export interface EndedPull {
	readonly number: number;
	readonly ended: "merged" | "closed";
}

/** How long asking takes at most. */
export const ASKING_BRANCH_MS = 10_000;

/**
 * Asks GitHub whether the name under which something failed is a branch of the repository. Runs, jobs and checks of a tag give
 * the tag's name as their branch, and a branch may have been deleted since.
 */
export async function askBranch(
	github: GitHub,
	about: Pick<Incident, "repository" | "installation_id" | "pr_number"> & { readonly branch: string },
): Promise<BranchFound> {
	const found = await findBranch(repoClient(github, about), about, AbortSignal.timeout(ASKING_BRANCH_MS));
	if (found.ok) return found.value;
	const { problem } = found;
	return problem.reason === "not_found" || problem.reason === "forbidden" ? { kind: "unknown" } : silence(problem);
}

type Found = Exclude<BranchFound, Silence>;

async function findBranch(
	client: RepoClient,
	about: Pick<Incident, "repository" | "pr_number"> & { readonly branch: string },
	signal: AbortSignal,
): Promise<Parsed<Found>> {
	const { get, repo } = client;
	const { branch } = about;
	const named = parseResponse(
		z.object({ name: z.string() }),
		await get("GET /repos/{owner}/{repo}/branches/{branch}", { ...repo, branch }, signal),
	);
	// GitHub answers for a renamed branch by its new name. A push to the old one would make that branch again.
	if (named.ok) return { ok: true, value: { kind: named.value.name === branch ? "exists" : "deleted" } };
	if (!isGone(named.problem)) return named;

	const tag = parseResponse(
		z.object({ ref: z.string() }),
		await get("GET /repos/{owner}/{repo}/git/ref/{ref}", { ...repo, ref: `tags/${branch}` }, signal),
	);
	if (tag.ok) return { ok: true, value: { kind: "tag" } };
	if (!isGone(tag.problem)) return tag;

	const pull = await findPull(client, about, signal);
	if (!pull.ok) return pull;
	return { ok: true, value: { kind: "deleted", ...(pull.value !== undefined && { pull: pull.value }) } };
}

const pullSchema = z.object({ number: z.number(), state: z.string(), merged_at: z.string().nullish() });
type PullAnswer = z.infer<typeof pullSchema>;

/** How the pull request of the branch ended: the incident's own, else the newest one of a branch of that name. */
async function findPull(
	{ get, repo }: RepoClient,
	{ branch, pr_number }: Pick<Incident, "pr_number"> & { readonly branch: string },
	signal: AbortSignal,
): Promise<Parsed<EndedPull | undefined>> {
	if (pr_number !== undefined) {
		const parameters = { ...repo, pull_number: pr_number };
		const route = "GET /repos/{owner}/{repo}/pulls/{pull_number}";
		const pull = parseResponse(pullSchema, await get(route, parameters, signal));
		return pull.ok ? { ok: true, value: endOf(pull.value) } : pull;
	}
	const head = `${repo.owner}:${branch}`;
	const parameters = { ...repo, head, state: "all", sort: "updated", direction: "desc", per_page: 1 } as const;
	const pulls = parseResponse(z.array(pullSchema), await get("GET /repos/{owner}/{repo}/pulls", parameters, signal));
	return pulls.ok ? { ok: true, value: pulls.value[0] && endOf(pulls.value[0]) } : pulls;
}

function endOf({ number, state, merged_at }: PullAnswer): EndedPull | undefined {
	if (state === "open") return undefined;
	return { number, ended: typeof merged_at === "string" ? "merged" : "closed" };
}
