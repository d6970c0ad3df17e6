import type { GitHubMock } from "./github-mock.ts";

/** A run with one failed job, as GitHub returns it. */
interface PutRun {
	readonly runId: number;
	readonly branch: string;
	readonly sha: string;
	/** The URL to which GitHub redirects for the job's log. */
	readonly log: string;
	/** The branch's repository, if it is another one. */
	readonly head_repository?: { readonly full_name: string };
}

/** Puts the run, its commit, and its failed job into the repository `5dlabs/cto`. */
export function putFailedRun(github: GitHubMock, { runId, branch, sha, log, head_repository }: PutRun): void {
	const repository = github.repository("5dlabs/cto");
	const failed = { status: "completed", conclusion: "failure" } as const;
	const head = { head_branch: branch, head_sha: sha, ...(head_repository !== undefined && { head_repository }) };
	repository.putRun({ id: runId, ...head, run_number: runId, ...failed });
	repository.putCommit({ sha, commit: { message: "Loop once" } });
	const steps = [{ ...failed, name: "Run cargo clippy", number: 4 }];
	repository.putJob({ id: runId * 10 + 1, run_id: runId, name: "cargo clippy 1", ...failed, steps }, log);
}
