import type { GitHubMock } from "./github-mock.ts";

/** A run with one failed job, as GitHub returns it. */
interface PutRun {
	readonly runId: number;
	readonly branch: string;
	readonly sha: string;
	/** The URL to which GitHub redirects for the job's log. */
	readonly log?: string;
	/** Other jobs than the one whose clippy failed. */
	readonly jobs?: readonly { readonly name: string; readonly step: string; readonly log: string }[];
	/** The branch's repository, if it is another one. */
	readonly head_repository?: { readonly full_name: string };
}

/** Puts the run, its commit, its branch and its failed jobs into the repository `5dlabs/cto`. */
export function putFailedRun(github: GitHubMock, { runId, branch, sha, log, jobs, head_repository }: PutRun): void {
	const repository = github.repository("5dlabs/cto");
	const failed = { status: "completed", conclusion: "failure" } as const;
	const head = { head_branch: branch, head_sha: sha, ...(head_repository !== undefined && { head_repository }) };
	repository.putRun({ id: runId, ...head, run_number: runId, ...failed });
	repository.putCommit({ sha, commit: { message: "Loop once" } });
	repository.putBranch(branch, sha);
	const clippy = { name: "cargo clippy 1", step: "Run cargo clippy", log: log ?? "" };
	for (const [index, job] of (jobs ?? [clippy]).entries()) {
		const steps = [{ ...failed, name: job.step, number: 4 }];
		repository.putJob({ id: runId * 10 + 1 + index, run_id: runId, name: job.name, ...failed, steps }, job.log);
	}
}
