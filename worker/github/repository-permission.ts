import { fail, ok, type Result } from "../../wire/result.ts";
import type { GitHub, GitHubFailure, InstallationOf } from "./github.ts";
import { partsOf } from "./own-comments.ts";

/**
 * The names of somebody's permission on a repository: GitHub's closest built-in one, and the role, which may be a custom one
 * of the organisation.
 * https://docs.github.com/en/rest/collaborators/collaborators#get-repository-permissions-for-a-user
 */
export async function askRepositoryPermission(
	github: GitHub,
	of: InstallationOf,
	username: string,
): Promise<Result<readonly string[], GitHubFailure>> {
	const answer = await github.asInstallation(of, "GET /repos/{owner}/{repo}/collaborators/{username}/permission", {
		...partsOf(of.repository),
		username,
	});
	return answer.ok ? ok([answer.value.permission, answer.value.role_name]) : fail(answer.failure);
}
