import type { GitHub, GitHubFailure } from "../../../worker/github/github.ts";
import { type CommentGitHub, commentGitHub } from "./comment-github.ts";

/** A pull request as GitHub's `GET /repos/{owner}/{repo}/pulls/{pull_number}` shows it, as far as Healer reads it. */
export interface PullShown {
	readonly number: number;
	readonly branch: string;
	readonly state: "open" | "closed";
	readonly merged_at?: string;
	readonly closed_at?: string;
	/** `5dlabs/cto` unless a test says otherwise. */
	readonly head_repository?: string;
}

export interface MergeGitHub {
	readonly github: GitHub;
	readonly comments: CommentGitHub["comments"];
	/** `GET pulls` and `GET pulls/12`, in the order they were asked. */
	readonly asked: string[];
	pulls: readonly PullShown[];
	/** Why GitHub does not answer about pull requests now. */
	silent?: GitHubFailure | undefined;
}

/** GitHub with pull requests, and their comments. */
export function mergeGitHub(pulls: readonly PullShown[]): MergeGitHub {
	const comments = commentGitHub();
	const ask: GitHub["asInstallation"] = async (of, route, parameters, signal) => {
		const { pull_number, head } = parameters as { readonly pull_number?: number; readonly head?: string };
		const isOne = route === "GET /repos/{owner}/{repo}/pulls/{pull_number}";
		if (!isOne && route !== "GET /repos/{owner}/{repo}/pulls") {
			return await comments.asInstallation(of, route, parameters, signal);
		}
		hub.asked.push(isOne ? `GET pulls/${pull_number}` : "GET pulls");
		if (hub.silent !== undefined) return { ok: false, failure: hub.silent };
		const found = hub.pulls
			.filter((pull) => pull.number === pull_number || `5dlabs:${pull.branch}` === head)
			.map(shown);
		const value = isOne ? found[0] : found;
		if (value === undefined) return { ok: false, failure: { reason: "not_found", detail: "Not Found" } };
		return { ok: true, value: value as never, status: 200, headers: {} };
	};
	const hub: MergeGitHub = {
		github: { ...comments, asInstallation: ask },
		comments: comments.comments,
		asked: [],
		pulls,
	};
	return hub;
}

function shown({ number, branch, state, merged_at, closed_at, head_repository = "5dlabs/cto" }: PullShown) {
	return {
		number,
		state,
		html_url: `https://github.com/5dlabs/cto/pull/${number}`,
		merged_at: merged_at ?? null,
		closed_at: closed_at ?? merged_at ?? null,
		head: { ref: branch, sha: "f".repeat(40), repo: { full_name: head_repository } },
	};
}
