/** The part of GitHub's REST API in the mock: exactly what Healer uses. */
export const ROUTES = [
	"GET /app",
	"POST /app-manifests/{code}/conversions",
	"GET /app/installations",
	"GET /app/hook/deliveries",
	"GET /app/hook/deliveries/{delivery_id}",
	"POST /app/hook/deliveries/{delivery_id}/attempts",
	"POST /app/installations/{installation_id}/access_tokens",
	"GET /repos/{owner}/{repo}/installation",
	"GET /repos/{owner}/{repo}",
	"GET /repos/{owner}/{repo}/actions/runs",
	"GET /repos/{owner}/{repo}/actions/runs/{run_id}",
	"POST /repos/{owner}/{repo}/actions/runs/{run_id}/rerun-failed-jobs",
	"GET /repos/{owner}/{repo}/actions/runs/{run_id}/jobs",
	"GET /repos/{owner}/{repo}/actions/runs/{run_id}/attempts/{attempt_number}/jobs",
	"GET /repos/{owner}/{repo}/actions/jobs/{job_id}",
	"GET /repos/{owner}/{repo}/actions/jobs/{job_id}/logs",
	"GET /repos/{owner}/{repo}/actions/workflows/{workflow_id}/runs",
	"GET /repos/{owner}/{repo}/pulls",
	"GET /repos/{owner}/{repo}/pulls/{pull_number}",
	"GET /repos/{owner}/{repo}/pulls/{pull_number}/files",
	"GET /repos/{owner}/{repo}/pulls/{pull_number}/reviews",
	"GET /repos/{owner}/{repo}/pulls/{pull_number}/reviews/{review_id}/comments",
	"GET /repos/{owner}/{repo}/dependabot/alerts/{alert_number}",
	"GET /repos/{owner}/{repo}/code-scanning/alerts/{alert_number}",
	"GET /repos/{owner}/{repo}/commits/{ref}",
	"GET /repos/{owner}/{repo}/commits/{commit_sha}/pulls",
	"GET /repos/{owner}/{repo}/commits/{ref}/check-runs",
	"GET /repos/{owner}/{repo}/commits/{ref}/status",
	"GET /repos/{owner}/{repo}/check-runs/{check_run_id}",
	"POST /repos/{owner}/{repo}/check-runs",
	"PATCH /repos/{owner}/{repo}/check-runs/{check_run_id}",
	"GET /repos/{owner}/{repo}/compare/{basehead}",
	"GET /repos/{owner}/{repo}/branches/{branch}",
	"POST /repos/{owner}/{repo}/issues",
	"GET /repos/{owner}/{repo}/issues/{issue_number}",
	"PATCH /repos/{owner}/{repo}/issues/{issue_number}",
	"GET /repos/{owner}/{repo}/issues",
	"GET /repos/{owner}/{repo}/issues/{issue_number}/comments",
	"POST /repos/{owner}/{repo}/issues/{issue_number}/comments",
	"PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}",
	"GET /repos/{owner}/{repo}/issues/comments/{comment_id}/reactions",
	"POST /repos/{owner}/{repo}/issues/comments/{comment_id}/reactions",
	"GET /repos/{owner}/{repo}/issues/{issue_number}/labels",
	"POST /repos/{owner}/{repo}/issues/{issue_number}/labels",
	"DELETE /repos/{owner}/{repo}/issues/{issue_number}/labels/{name}",
	"GET /repos/{owner}/{repo}/collaborators/{username}/permission",
	"GET /repos/{owner}/{repo}/git/ref/{ref}",
	"GET /repos/{owner}/{repo}/contents/{path}",
] as const;
export type MockRoute = (typeof ROUTES)[number];

/** The route of a request; undefined for any other. `path` is percent-encoded. */
export function routeOf(method: string, path: string): MockRoute | undefined {
	const sent = path.split("/");
	return ROUTES.find((route) => {
		const [wanted, template = ""] = route.split(" ");
		const parts = template.split("/");
		const fits = parts.every((part, at) => part === sent[at] || (part.startsWith("{") && sent[at] !== ""));
		return wanted === method.toUpperCase() && parts.length === sent.length && fits;
	});
}

/** The path parameters by name, decoded. */
export function parametersOf(route: MockRoute, path: string): Readonly<Record<string, string>> {
	const sent = path.split("/").map(decodeURIComponent);
	const names = (route.split(" ")[1] ?? "").split("/").map((part) => /^\{(.+)\}$/.exec(part)?.[1]);
	return Object.fromEntries(names.flatMap((name, at) => (name === undefined ? [] : [[name, sent[at] ?? ""]])));
}
