import { isOwnBranch } from "../../../pipeline/head-repository.ts";
import { branchHead } from "../github/commit-results.ts";
import type { Recheck } from "./recheck.ts";

/**
 * The commit that the branch of an incident points at, by its pull request, else by its name. Undefined if GitHub does not
 * say. A fork's branch is not in this repository, and one of ours may have its name.
 */
export async function askBranchHead({
	incident,
	client,
	queries,
}: Pick<Recheck, "incident" | "client" | "queries">): Promise<string | undefined> {
	const { branch } = incident;
	const pull = await queries.pullRequest();
	if (!pull.ok) return undefined;
	if (pull.value !== undefined && (branch === undefined || pull.value.head.ref === branch)) return pull.value.head.sha;
	if (branch === undefined || !isOwnBranch(incident)) return undefined;
	const head = await branchHead(client, { ...client.repo, branch });
	return head.ok ? head.value : undefined;
}
