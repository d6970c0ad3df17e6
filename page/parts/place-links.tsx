import { status } from "../api/poll.ts";
import { branchPlace, commitPlace, pullRequestPlace, repositoryPlace } from "./github-places.ts";
import { OutsideLink } from "./outside-link.tsx";

export function RepositoryLink({ repository }: { readonly repository: string }) {
	return <OutsideLink href={repositoryPlace(status.value?.github_url, repository)}>{repository}</OutsideLink>;
}

/** `repository`: the branch's own, which differs for a fork. */
export function BranchLink({ repository, branch }: { readonly repository: string; readonly branch: string }) {
	return (
		<OutsideLink href={branchPlace(status.value?.github_url, repository, branch)}>
			<code>{branch}</code>
		</OutsideLink>
	);
}

export function PullRequestLink({ repository, number }: { readonly repository: string; readonly number: number }) {
	return <OutsideLink href={pullRequestPlace(status.value?.github_url, repository, number)}>#{number}</OutsideLink>;
}

export function CommitLink({ repository, sha }: { readonly repository: string; readonly sha: string }) {
	return (
		<OutsideLink href={commitPlace(status.value?.github_url, repository, sha)} title={sha}>
			<code>{sha.slice(0, 10)}</code>
		</OutsideLink>
	);
}

/** A value that the list of incidents can be filtered by. */
export function FilterLink({
	name,
	value,
}: {
	readonly name: "agent" | "failure_type" | "rule" | "workflow" | "repository";
	readonly value: string;
}) {
	return (
		<a href={`/?${new URLSearchParams({ [name]: value })}`} title="Show its incidents">
			{name === "failure_type" || name === "rule" ? <code>{value}</code> : value}
		</a>
	);
}
