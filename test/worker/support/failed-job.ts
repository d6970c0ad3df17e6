import examples from "@octokit/webhooks-examples/api.github.com/index.json";

export interface JobChanges {
	readonly repository?: string;
	readonly run_id?: number;
	readonly job_id?: number;
	readonly branch?: unknown;
	readonly name?: unknown;
	readonly workflow_name?: unknown;
}

/** GitHub's own example of a completed job, failed, in a repository that the shipped pipeline allows. */
export function failedJob(changes: JobChanges = {}): Record<string, unknown> {
	const payload = example("workflow_job", "completed");
	const { workflow_job, repository } = payload;
	return {
		...payload,
		workflow_job: {
			...workflow_job,
			run_id: changes.run_id ?? 289782451,
			id: changes.job_id ?? 7,
			conclusion: "failure",
			head_branch: "branch" in changes ? changes.branch : "fix/parser",
			name: changes.name ?? "clippy",
			workflow_name: changes.workflow_name ?? "Controller CI",
			steps: [{ name: "cargo clippy", status: "completed", conclusion: "failure", number: 1 }],
		},
		repository: repositoryOf(repository, changes.repository),
		sender: { ...payload.sender, login: "octocat", type: "User" },
	};
}

/** The run of the same failure, as `workflow_run` tells it. */
export function failedRun(changes: JobChanges = {}): Record<string, unknown> {
	const payload = example("workflow_run", "completed");
	const { workflow_run, repository } = payload;
	return {
		...payload,
		workflow_run: {
			...workflow_run,
			id: changes.run_id ?? 289782451,
			conclusion: "failure",
			head_branch: "branch" in changes ? changes.branch : "fix/parser",
			name: changes.workflow_name ?? "Controller CI",
			path: ".github/workflows/controller-ci.yaml",
			actor: { login: "octocat", type: "User" },
			head_repository: repositoryOf(repository, changes.repository),
		},
		repository: repositoryOf(repository, changes.repository),
		sender: { ...payload.sender, login: "octocat", type: "User" },
	};
}

/** Each repository has an id of its own: what GitHub calls by another name under the same id was renamed. */
export function repositoryOf(repository: object | undefined, full_name = "5dlabs/cto") {
	const id = [...full_name.toLowerCase()].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 1_000_003, 7);
	return { ...repository, id, full_name };
}

export type Payload = Record<string, Record<string, unknown>>;

export const EXAMPLES = examples as readonly {
	readonly name: string;
	readonly examples: readonly Payload[];
}[];

/** The first of an event, of this action where one is named. */
export function example(event: string, action?: string): Payload {
	const found = EXAMPLES.find(({ name }) => name === event)?.examples.find(
		(one) => action === undefined || String(one.action) === action,
	);
	if (found === undefined) throw new Error(`there is no example of ${event} ${action ?? ""}`);
	return found;
}
