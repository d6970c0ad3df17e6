/** Where people see things of a repository, on github.com or an Enterprise's host. Undefined for names that are none. */
const REPOSITORY = /^[\w.-]{1,100}\/[\w.-]{1,100}$/;

export function repositoryPlace(web: string | undefined, repository: string): string | undefined {
	return web === undefined || !REPOSITORY.test(repository) ? undefined : `${web}/${repository}`;
}

export function pullRequestPlace(web: string | undefined, repository: string, number: number): string | undefined {
	return below(web, repository, "pull", String(number));
}

export function commitPlace(web: string | undefined, repository: string, sha: string): string | undefined {
	return /^[0-9a-f]{7,64}$/i.test(sha) ? below(web, repository, "commit", sha) : undefined;
}

/** A branch may hold slashes, which stay; every other character that means something in an address is escaped. */
export function branchPlace(web: string | undefined, repository: string, branch: string): string | undefined {
	const parts = branch.split("/");
	// A browser would follow such a part up to another page.
	if (parts.some((part) => part === "" || part === "." || part === "..")) return undefined;
	return below(web, repository, "tree", parts.map(encodeURIComponent).join("/"));
}

/** A run of GitHub Actions; other runs have an address of their own in the event. */
export function runPlace(web: string | undefined, repository: string, run: string): string | undefined {
	return /^\d{1,20}$/.test(run) ? below(web, repository, "actions/runs", run) : undefined;
}

/** Whether the address leads to GitHub's own host. */
export function isOnGitHub(web: string | undefined, url: URL): boolean {
	return web !== undefined && url.host === URL.parse(web)?.host;
}

function below(web: string | undefined, repository: string, kind: string, rest: string): string | undefined {
	const place = repositoryPlace(web, repository);
	return place && `${place}/${kind}/${rest}`;
}
