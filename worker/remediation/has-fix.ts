import * as z from "zod";
import { type Parsed, parseResponse, repoClient } from "../context/github/repo-client.ts";
import type { Effects } from "../effects.ts";
import { isTransient } from "../github/read-failure.ts";
import type { Cost } from "../runtime/budget.ts";
import type { Remediation } from "./load-state.ts";

// Two requests, perhaps after one for the installation and one for its token.
const COST: Cost = { statements: 2, subrequests: 10 };
const LONGEST_MS = 10_000;

const pullSchema = z.object({ merge_commit_sha: z.string().nullish() });
const compareSchema = z.object({ status: z.enum(["diverged", "ahead", "behind", "identical"]) });

/**
 * Asks GitHub whether the commit of a member has the merged fix of its leader. Undefined: there is no answer now. False where
 * nobody can be asked: one comment too many costs less than an agent.
 * https://docs.github.com/en/rest/commits/commits#compare-two-commits
 */
export async function askHasFix(effects: Effects, { failure, state }: Remediation): Promise<boolean | undefined> {
	const { github, budget, log } = effects;
	const { head_sha } = failure;
	const pull_number = state.group?.leader?.fix;
	if (github === undefined || head_sha === undefined || pull_number == null) return false;
	if (!budget.has(COST)) return undefined;
	const { get, repo } = repoClient(github, failure);
	const signal = AbortSignal.timeout(LONGEST_MS);
	const pull = parseResponse(
		pullSchema,
		await get("GET /repos/{owner}/{repo}/pulls/{pull_number}", { ...repo, pull_number }, signal),
	);
	if (!pull.ok) return unknown(pull);
	const fix = pull.value.merge_commit_sha;
	if (fix == null) return false;
	const basehead = `${fix}...${head_sha}`;
	const compared = parseResponse(
		compareSchema,
		await get("GET /repos/{owner}/{repo}/compare/{basehead}", { ...repo, basehead, per_page: 1 }, signal),
	);
	if (!compared.ok) return unknown(compared);
	return compared.value.status === "ahead" || compared.value.status === "identical";

	function unknown({ problem }: Parsed<unknown> & { readonly ok: false }): boolean | undefined {
		log.warn("GitHub does not say whether a commit has the fix", { incident_id: failure.id, reason: problem.reason });
		return isTransient(problem) ? undefined : false;
	}
}
