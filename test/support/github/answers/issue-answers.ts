import type { PlainAnswer } from "../description.ts";
import { type Comment, type Issue, type Reaction, samples } from "../samples.ts";
import { type Asked, type AskedRepository, found, notFound, ok, page } from "./asked.ts";

/** Issues, comments, reactions, labels and permissions. */
export const issueAnswers = {
	"GET /repos/{owner}/{repo}/issues": (asked: AskedRepository) => {
		const state = asked.query.get("state") ?? "open";
		const issues = [...asked.repository.issues.values()].filter((one) => state === "all" || one.state === state);
		return page(asked, issues.filter((one) => hasLabels(one, asked.query.get("labels"))).toReversed());
	},
	"POST /repos/{owner}/{repo}/issues": makeIssue,
	"GET /repos/{owner}/{repo}/issues/{issue_number}": ({ repository, parameters }: AskedRepository) =>
		found(repository.issues.get(Number(parameters.issue_number))),
	"PATCH /repos/{owner}/{repo}/issues/{issue_number}": changeIssue,
	"GET /repos/{owner}/{repo}/issues/{issue_number}/comments": (asked: AskedRepository) => {
		const issue = Number(asked.parameters.issue_number);
		return page(asked, [...asked.repository.comments.values()].filter((one) => one.issue === issue).map(withoutIssue));
	},
	"POST /repos/{owner}/{repo}/issues/{issue_number}/comments": makeComment,
	"PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}": changeComment,
	"GET /repos/{owner}/{repo}/issues/comments/{comment_id}/reactions": (asked: AskedRepository) =>
		page(asked, asked.repository.reactions.get(Number(asked.parameters.comment_id)) ?? []),
	"POST /repos/{owner}/{repo}/issues/comments/{comment_id}/reactions": react,
	"GET /repos/{owner}/{repo}/issues/{issue_number}/labels": (asked: AskedRepository) => page(asked, labelsOf(asked)),
	"POST /repos/{owner}/{repo}/issues/{issue_number}/labels": addLabels,
	"DELETE /repos/{owner}/{repo}/issues/{issue_number}/labels/{name}": (asked: AskedRepository) => {
		const left = labelsOf(asked).filter(({ name }) => name !== asked.parameters.name);
		if (left.length === labelsOf(asked).length) return notFound();
		asked.repository.labels.set(Number(asked.parameters.issue_number), left);
		return ok(left);
	},
	/** Users that a test does not name have none. */
	"GET /repos/{owner}/{repo}/collaborators/{username}/permission": ({ repository, parameters }: AskedRepository) =>
		found(repository.permissions.get(String(parameters.username).toLowerCase())),
};

function makeIssue({ repository, body }: AskedRepository): PlainAnswer {
	const number = Math.max(0, ...repository.issues.keys(), ...repository.pulls.keys()) + 1;
	const names: readonly unknown[] = Array.isArray(body.labels) ? body.labels : [];
	const labels = names.map((name) => samples.label({ name: String(name) }));
	const title = String(body.title);
	const html_url = `https://github.com/${repository.fullName}/issues/${number}`;
	return ok(
		repository.putIssue({ number, title, body: String(body.body ?? ""), state: "open", labels, html_url }),
		201,
	);
}

function changeIssue({ repository, parameters, body }: AskedRepository): PlainAnswer {
	const issue = repository.issues.get(Number(parameters.issue_number));
	if (issue === undefined) return notFound();
	const edits = ["title", "body", "state"].flatMap((key) => (typeof body[key] === "string" ? [[key, body[key]]] : []));
	const changed = { ...issue, ...Object.fromEntries(edits) };
	repository.issues.set(issue.number, changed);
	return ok(changed);
}

function hasLabels(issue: Issue, wanted: string | null): boolean {
	const names = issue.labels.map((label) => (typeof label === "string" ? label : label.name));
	return wanted === null || wanted.split(",").every((name) => names.includes(name));
}

function makeComment({ repository, parameters, body, state }: AskedRepository): PlainAnswer {
	const id = Math.max(5_000, ...repository.comments.keys()) + 1;
	const number = Number(parameters.issue_number);
	const place = repository.pulls.has(number) ? "pull" : "issues";
	const html_url = `https://github.com/${repository.fullName}/${place}/${number}#issuecomment-${id}`;
	const made = repository.putComment(number, { id, body: String(body.body), user: us(state), html_url });
	return ok(withoutIssue(repository.comments.get(id) ?? { ...made, issue: 0 }), 201);
}

function changeComment({ repository, parameters, body }: AskedRepository): PlainAnswer {
	const comment = repository.comments.get(Number(parameters.comment_id));
	if (comment === undefined) return notFound();
	const changed = { ...comment, body: String(body.body), updated_at: new Date().toISOString() };
	repository.comments.set(Number(comment.id), changed);
	return ok(withoutIssue(changed));
}

/** A repeated reaction of the same user is one reaction: 201 the first time, 200 afterwards. */
function react({ repository, parameters, body, state }: AskedRepository): PlainAnswer {
	const id = Number(parameters.comment_id);
	if (!repository.comments.has(id)) return notFound();
	const all = repository.reactions.get(id) ?? [];
	const content = body.content as Reaction["content"];
	const known = all.find((one) => one.content === content && one.user?.login === us(state).login);
	if (known !== undefined) return ok(known, 200);
	const made = samples.reaction({ id: id * 10 + all.length, content, user: us(state) });
	repository.reactions.set(id, [...all, made]);
	return ok(made, 201);
}

function addLabels(asked: AskedRepository): PlainAnswer {
	const given: readonly unknown[] = Array.isArray(asked.body.labels) ? asked.body.labels : [];
	const known = labelsOf(asked);
	const fresh = given.map(String).filter((name) => !known.some((label) => label.name === name));
	const labels = [...known, ...fresh.map((name) => samples.label({ name }))];
	asked.repository.labels.set(Number(asked.parameters.issue_number), labels);
	return ok(labels);
}

function labelsOf({ repository, parameters }: AskedRepository) {
	return repository.labels.get(Number(parameters.issue_number)) ?? [];
}

function us(state: Asked["state"]): { readonly login: string; readonly type: string } {
	return { login: `${state.app.slug}[bot]`, type: "Bot" };
}

function withoutIssue({ issue: _, ...comment }: Comment & { readonly issue: number }): Comment {
	return comment;
}
