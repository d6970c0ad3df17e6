/** A delivery to try the playground with: a job of GitHub Actions whose `cargo clippy` failed. */
export const EXAMPLE = {
	event: "workflow_job",
	payload: (repository: string) =>
		JSON.stringify(
			{
				action: "completed",
				workflow_job: {
					id: 1,
					run_id: 1,
					name: "clippy",
					workflow_name: "Controller CI",
					head_branch: "main",
					head_sha: "0123456789abcdef0123456789abcdef01234567",
					conclusion: "failure",
					steps: [{ name: "Run cargo clippy", status: "completed", conclusion: "failure", number: 4 }],
				},
				repository: { id: 1, full_name: repository, default_branch: "main" },
				sender: { login: "octocat", type: "User", id: 1 },
			},
			undefined,
			2,
		),
	log: "##[group]Run cargo clippy\nerror[E0308]: mismatched types\n --> src/main.rs:12:5\n##[error]Process completed with exit code 101.\n",
} as const;
