import type { PlainAnswer } from "../description.ts";
import type { RepositoryState } from "../repository-state.ts";
import { type CheckRun, samples } from "../samples.ts";
import { type AskedRepository, failure, found, isWanted, notFound, ok, page } from "./asked.ts";

export const codeAnswers = {
	"GET /repos/{owner}/{repo}": ({ repository }: AskedRepository) => {
		const [login = "", name = ""] = repository.fullName.split("/");
		return ok(samples.repository({ name, full_name: repository.fullName, owner: { login } }));
	},
	"GET /repos/{owner}/{repo}/pulls": listPulls,
	"GET /repos/{owner}/{repo}/pulls/{pull_number}": ({ repository, parameters }: AskedRepository) =>
		found(repository.pulls.get(Number(parameters.pull_number))),
	"GET /repos/{owner}/{repo}/pulls/{pull_number}/files": (asked: AskedRepository) => {
		const files = asked.repository.files.get(Number(asked.parameters.pull_number));
		return files === undefined ? notFound() : page(asked, files);
	},
	"GET /repos/{owner}/{repo}/pulls/{pull_number}/reviews": (asked: AskedRepository) => {
		const number = Number(asked.parameters.pull_number);
		return asked.repository.pulls.has(number) ? page(asked, asked.repository.reviews.get(number) ?? []) : notFound();
	},
	"GET /repos/{owner}/{repo}/pulls/{pull_number}/reviews/{review_id}/comments": (asked: AskedRepository) => {
		const [number, review] = [Number(asked.parameters.pull_number), Number(asked.parameters.review_id)];
		const { pulls, reviews, reviewComments } = asked.repository;
		const isKnown = pulls.has(number) && (reviews.get(number) ?? []).some(({ id }) => id === review);
		return isKnown ? page(asked, reviewComments.get(review) ?? []) : notFound();
	},
	"GET /repos/{owner}/{repo}/dependabot/alerts/{alert_number}": ({ repository, parameters }: AskedRepository) =>
		found(repository.dependabotAlerts.get(Number(parameters.alert_number))),
	"GET /repos/{owner}/{repo}/code-scanning/alerts/{alert_number}": ({ repository, parameters }: AskedRepository) =>
		found(repository.codeScanningAlerts.get(Number(parameters.alert_number))),
	"GET /repos/{owner}/{repo}/commits/{ref}": ({ repository, parameters }: AskedRepository) => {
		const commit = repository.commits.get(shaOf(repository, String(parameters.ref)));
		return commit === undefined ? failure(422, `No commit found for SHA: ${parameters.ref}`) : ok(commit);
	},
	"GET /repos/{owner}/{repo}/commits/{commit_sha}/pulls": (asked: AskedRepository) =>
		page(
			asked,
			[...asked.repository.pulls.values()].filter(({ head }) => head.sha === asked.parameters.commit_sha).map(simple),
		),
	"GET /repos/{owner}/{repo}/commits/{ref}/check-runs": listCheckRuns,
	"GET /repos/{owner}/{repo}/commits/{ref}/status": showStatus,
	"GET /repos/{owner}/{repo}/check-runs/{check_run_id}": ({ repository, parameters }: AskedRepository) =>
		found(repository.checkRuns.get(Number(parameters.check_run_id))),
	"POST /repos/{owner}/{repo}/check-runs": (asked: AskedRepository) => {
		const id = Math.max(0, ...asked.repository.checkRuns.keys()) + 1;
		return ok(putCheckRun(asked, { id, head_sha: String(asked.body.head_sha) }), 201);
	},
	"PATCH /repos/{owner}/{repo}/check-runs/{check_run_id}": (asked: AskedRepository) => {
		const known = asked.repository.checkRuns.get(Number(asked.parameters.check_run_id));
		return known === undefined ? notFound() : ok(putCheckRun(asked, { ...known, id: Number(known.id) }));
	},
	"GET /repos/{owner}/{repo}/compare/{basehead}": ({ repository, parameters }: AskedRepository) =>
		found(repository.comparisons.get(String(parameters.basehead))),
	"GET /repos/{owner}/{repo}/branches/{branch}": ({ repository, parameters }: AskedRepository) =>
		found(repository.branches.get(String(parameters.branch))),
	"GET /repos/{owner}/{repo}/git/ref/{ref}": ({ repository, parameters }: AskedRepository) =>
		found(repository.tags.get(/^tags\/(.+)$/.exec(String(parameters.ref))?.[1] ?? "")),
	"GET /repos/{owner}/{repo}/contents/{path}": showContents,
};

/** `head` is `owner:branch`; open ones by default. */
function listPulls(asked: AskedRepository): PlainAnswer {
	const state = asked.query.get("state") ?? "open";
	const pulls = [...asked.repository.pulls.values()]
		.filter((pull) => state === "all" || pull.state === state)
		.filter((pull) => isWanted(asked, "head", `${pull.head.user?.login}:${pull.head.ref}`))
		.filter((pull) => isWanted(asked, "base", pull.base.ref));
	return page(asked, pulls.map(simple));
}

/** Lists contain fewer fields than the single resource. */
function simple(pull: Record<string, unknown>): Record<string, unknown> {
	const { mergeable: _1, mergeable_state: _2, additions: _3, deletions: _4, changed_files: _5, ...rest } = pull;
	return rest;
}

/** The App's own, as it says. */
function putCheckRun({ repository, body }: AskedRepository, known: { readonly id: number; readonly head_sha: string }) {
	const { name, external_id = null, status, conclusion, output } = body as unknown as CheckRun;
	const shown = { name, external_id, status, conclusion, output: { title: output.title, summary: output.summary } };
	return repository.putCheckRun({ ...known, ...shown, app: { slug: "healer" } });
}

function listCheckRuns(asked: AskedRepository): PlainAnswer {
	const sha = shaOf(asked.repository, String(asked.parameters.ref));
	const runs = [...asked.repository.checkRuns.values()]
		.filter((run) => run.head_sha === sha)
		.filter((run) => isWanted(asked, "check_name", run.name))
		.filter((run) => isWanted(asked, "app_id", run.app?.id))
		.filter((run) => isWanted(asked, "status", run.status))
		.sort((a, b) => Number(b.id) - Number(a.id));
	// The newest of each name and App, unless all are requested.
	const seen = new Set<string>();
	const latest = runs.filter(({ name, app }) => {
		const key = `${app?.id} ${name}`;
		return asked.query.get("filter") === "all" || (!seen.has(key) && seen.add(key));
	});
	return page(asked, latest, (check_runs) => ({ total_count: latest.length, check_runs }));
}

/** The newest of each context. Combined: failed if one failed, else pending if one is pending, else success. */
function showStatus({ repository, parameters }: AskedRepository): PlainAnswer {
	const sha = shaOf(repository, String(parameters.ref));
	const all = repository.statuses.get(sha) ?? [];
	const newest = all.filter((one, at) => all.findIndex(({ context }) => context === one.context) === at);
	const states = newest.map((one) => one.state);
	const failed = states.some((one) => one === "failure" || one === "error");
	const state = failed ? "failure" : states.includes("pending") || states.length === 0 ? "pending" : "success";
	const shown = samples.repository({ full_name: repository.fullName });
	const url = `https://api.github.com/repos/${repository.fullName}/commits/${sha}`;
	const body = { state, statuses: newest, sha, total_count: newest.length, repository: shown };
	return ok({ ...body, commit_url: url, url: `${url}/status` });
}

function showContents({ repository, parameters }: AskedRepository): PlainAnswer {
	const file = String(parameters.path);
	const text = repository.contents.get(file);
	if (text === undefined) return notFound();
	const bytes = Buffer.from(text);
	const url = `https://api.github.com/repos/${repository.fullName}/contents/${file}`;
	return ok({
		type: "file",
		encoding: "base64",
		size: bytes.byteLength,
		name: file.split("/").at(-1),
		path: file,
		content: bytes.toString("base64"),
		sha: "3d21ec53a331a6f037a91c368710b99387d012c1",
		url,
		git_url: url,
		html_url: url,
		download_url: url,
		_links: { git: url, self: url, html: url },
	});
}

/** A ref is a commit or a branch. */
function shaOf(repository: RepositoryState, ref: string): string {
	return repository.branches.get(ref)?.commit.sha ?? ref;
}
