import type { DemoRepository, Fields } from "./repository.ts";

/** A request to the stand-in, about one of its repositories. */
export interface Asked {
	readonly repository: DemoRepository;
	/** The parts of the path that the pattern captures, decoded. */
	readonly at: readonly string[];
	readonly query: URLSearchParams;
	readonly body: Fields;
	/** ms since 1970. */
	readonly now: number;
}

export interface Answer {
	readonly status: number;
	readonly body: unknown;
}

type Handler = (asked: Asked) => Answer;

export const NOT_FOUND: Answer = { status: 404, body: { message: "Not Found" } };
const BOT = { login: "acme-healer[bot]", type: "Bot" };

/** The requests of docs/github.md below `/repos/{owner}/{repo}`, with the answers that Healer reads. */
const ROUTES: readonly (readonly [method: string, path: RegExp, answer: Handler])[] = [
	["GET", /^\/actions(?:\/workflows\/[^/]+)?\/runs$/, listRuns],
	["GET", /^\/actions\/runs\/(\d+)$/, ({ repository, at }) => found(repository.runs.get(Number(at[0])))],
	["GET", /^\/actions\/runs\/(\d+)(?:\/attempts\/\d+)?\/jobs$/, listJobs],
	["POST", /^\/actions\/runs\/(\d+)\/rerun-failed-jobs$/, rerunFailedJobs],
	["GET", /^\/pulls$/, listPulls],
	["GET", /^\/pulls\/(\d+)$/, ({ repository, at }) => found(repository.pulls.get(Number(at[0])))],
	["GET", /^\/pulls\/(\d+)\/files$/, ({ repository, at }) => ok(repository.files.get(Number(at[0])) ?? [])],
	["GET", /^\/pulls\/(\d+)\/reviews$/, ({ repository, at }) => ok(repository.reviews.get(Number(at[0])) ?? [])],
	["GET", /^\/pulls\/\d+\/reviews\/\d+\/comments$/, () => ok([])],
	["GET", /^\/commits\/([^/]+)$/, ({ repository, at }) => found(repository.commits.get(shaOf(repository, at[0])))],
	["GET", /^\/commits\/([^/]+)\/pulls$/, listPullsOfCommit],
	["GET", /^\/commits\/[^/]+\/check-runs$/, () => ok({ total_count: 0, check_runs: [] })],
	["GET", /^\/commits\/[^/]+\/status$/, () => ok({ state: "pending", total_count: 0, statuses: [] })],
	["GET", /^\/compare\/(.+)$/, compare],
	["GET", /^\/branches\/(.+)$/, showBranch],
	["GET", /^\/(?:dependabot|code-scanning)\/alerts\/(\d+)$/, () => ok({ state: "open" })],
	["GET", /^\/collaborators\/[^/]+\/permission$/, () => ok({ permission: "write", role_name: "maintain" })],
	["GET", /^\/issues$/, ({ repository }) => ok([...repository.issues.values()].toReversed())],
	["POST", /^\/issues$/, openIssue],
	["PATCH", /^\/issues\/(\d+)$/, changeIssue],
	["GET", /^\/issues\/(\d+)\/comments$/, ({ repository, at }) => ok(repository.comments.get(Number(at[0])) ?? [])],
	["POST", /^\/issues\/(\d+)\/comments$/, comment],
	["PATCH", /^\/issues\/comments\/(\d+)$/, changeComment],
	[
		"POST",
		/^\/issues\/comments\/(\d+)\/reactions$/,
		({ body }) => ok({ id: 1, content: body.content, user: BOT }, 201),
	],
	["POST", /^\/issues\/(\d+)\/labels$/, addLabels],
	["DELETE", /^\/issues\/(\d+)\/labels\/(.+)$/, removeLabel],
];

/** Answers 404 to everything else: Healer then knows that part of the context to be missing. */
export function answerAbout(method: string, path: string, asked: Omit<Asked, "at">): Answer {
	for (const [verb, pattern, answer] of ROUTES) {
		const match = verb === method ? pattern.exec(path) : null;
		if (match !== null) return answer({ ...asked, at: match.slice(1).map((part) => decodeURIComponent(part ?? "")) });
	}
	return NOT_FOUND;
}

function ok(body: unknown, status = 200): Answer {
	return { status, body };
}

function found(body: unknown): Answer {
	return body === undefined ? NOT_FOUND : ok(body);
}

function listRuns({ repository, query }: Asked): Answer {
	const wanted = (name: string, value: unknown) => query.get(name) === null || query.get(name) === value;
	const runs = [...repository.runs.values()].filter(
		(run) => wanted("branch", run.head_branch) && wanted("head_sha", run.head_sha),
	);
	return ok({ total_count: runs.length, workflow_runs: runs.toReversed() });
}

function rerunFailedJobs({ repository, at }: Asked): Answer {
	const id = Number(at[0]);
	const run = repository.runs.get(id);
	if (run === undefined) return NOT_FOUND;
	const run_attempt = Number(run.run_attempt) + 1;
	repository.runs.set(id, { ...run, run_attempt, status: "in_progress", conclusion: null });
	return ok({}, 201);
}

function listJobs({ repository, at }: Asked): Answer {
	const jobs = repository.jobs.get(Number(at[0])) ?? [];
	return ok({ total_count: jobs.length, jobs });
}

function listPulls({ repository, query }: Asked): Answer {
	const [state, head] = [query.get("state") ?? "open", query.get("head")];
	const branchOf = (pull: Fields) => (pull.head as { readonly label: string }).label;
	const pulls = [...repository.pulls.values()]
		.filter((pull) => state === "all" || pull.state === state)
		.filter((pull) => head === null || branchOf(pull) === head);
	return ok(pulls);
}

function listPullsOfCommit({ repository, at }: Asked): Answer {
	return ok([...repository.pulls.values()].filter(({ head }) => (head as { readonly sha: string }).sha === at[0]));
}

function compare({ repository, at }: Asked): Answer {
	const [base, head] = at[0]?.split("...").map((ref) => shaOf(repository, ref)) ?? [];
	const [first, last] = [base, head].map((sha) => repository.commits.get(sha ?? ""));
	return ok({
		status: "ahead",
		ahead_by: 1,
		merge_base_commit: first ?? { sha: base, parents: [], commit: {} },
		commits: last === undefined ? [] : [last],
		files: repository.files.get(head ?? "") ?? last?.files ?? [],
	});
}

function showBranch({ repository, at }: Asked): Answer {
	const sha = repository.branches.get(at[0] ?? "");
	return sha === undefined ? NOT_FOUND : ok({ name: at[0], commit: { sha } });
}

function shaOf(repository: DemoRepository, ref = ""): string {
	return repository.branches.get(ref) ?? ref;
}

function openIssue({ repository, body, now }: Asked): Answer {
	const number = 1 + Math.max(0, ...repository.issues.keys(), ...repository.pulls.keys());
	const labels = (Array.isArray(body.labels) ? body.labels : []).map((name) => ({ name }));
	const issue = {
		...{ number, title: body.title, body: body.body, labels, state: "open", user: BOT },
		html_url: `${repository.url}/issues/${number}`,
		created_at: new Date(now).toISOString(),
	};
	repository.issues.set(number, issue);
	return ok(issue, 201);
}

function changeIssue({ repository, at, body }: Asked): Answer {
	const issue = repository.issues.get(Number(at[0]));
	if (issue === undefined) return NOT_FOUND;
	const changed = { ...issue, ...body };
	repository.issues.set(Number(at[0]), changed);
	return ok(changed);
}

function comment({ repository, at, body, now }: Asked): Answer {
	const number = Number(at[0]);
	const all = [...repository.comments.values()].flat();
	const id = 5001 + all.length;
	const place = repository.pulls.has(number) ? "pull" : "issues";
	const made = {
		...{ id, body: body.body, user: BOT, created_at: new Date(now).toISOString() },
		html_url: `${repository.url}/${place}/${number}#issuecomment-${id}`,
	};
	repository.comments.set(number, [...(repository.comments.get(number) ?? []), made]);
	return ok(made, 201);
}

function changeComment({ repository, at, body }: Asked): Answer {
	for (const all of repository.comments.values()) {
		const index = all.findIndex(({ id }) => id === Number(at[0]));
		if (index === -1) continue;
		const changed = { ...all[index], body: body.body };
		all[index] = changed;
		return ok(changed);
	}
	return NOT_FOUND;
}

function addLabels({ repository, at, body }: Asked): Answer {
	const added = (Array.isArray(body.labels) ? body.labels : []).map((name) => ({ name }));
	const labels = [...(repository.labels.get(Number(at[0])) ?? []), ...added];
	repository.labels.set(Number(at[0]), labels);
	return ok(labels);
}

function removeLabel({ repository, at }: Asked): Answer {
	const left = (repository.labels.get(Number(at[0])) ?? []).filter(({ name }) => name !== at[1]);
	repository.labels.set(Number(at[0]), left);
	return ok(left);
}
