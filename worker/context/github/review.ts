import * as z from "zod";
import type { ReviewFinding, ReviewFindings } from "../../../pipeline/context.ts";
import type { Incident } from "../../../pipeline/index.ts";
import { cleanText } from "../../../pipeline/stages/clean-text.ts";
import type { SourceResult } from "../source.ts";
import type { CachedQueries } from "./cached-queries.ts";
import { compact, type Parsed, parseResponse, type RepoClient, sourceFailure } from "./repo-client.ts";

const PAGE = 100;
// A reviewer seldom reviews one commit more often.
const MOST_REVIEWS = 3;
const LONGEST_COMMENT = 4096;

const commentsSchema = z.array(
	z.object({
		path: z.string(),
		line: z.number().nullish(),
		original_line: z.number().nullish(),
		body: z.string(),
		html_url: z.string().nullish(),
		in_reply_to_id: z.number().nullish(),
	}),
);

const reviewsSchema = z.array(
	z.object({
		id: z.number(),
		commit_id: z.string().nullish(),
		user: z.object({ login: z.string() }).nullish(),
	}),
);

/**
 * `github.review`: what a review found, line by line. The review is the event's own, or for a pressed button the reviews of
 * its App on that commit. Replies to earlier comments are no findings.
 */
export async function askReview(
	client: RepoClient,
	queries: Pick<CachedQueries, "pullRequest">,
	incident: Incident,
	signal: AbortSignal,
): Promise<SourceResult> {
	const number = await pullRequestNumber(queries, incident);
	if (!number.ok) return sourceFailure(number.problem);
	if (number.value === undefined) return { status: "empty" };
	const reviews = await reviewIds(client, number.value, incident, signal);
	if (!reviews.ok) return sourceFailure(reviews.problem);

	const findings: ReviewFinding[] = [];
	let hasMore = false;
	for (const review_id of reviews.value) {
		const comments = await commentsOf(client, number.value, review_id, signal);
		if (!comments.ok) return sourceFailure(comments.problem);
		hasMore ||= comments.value.length === PAGE;
		findings.push(...comments.value.filter(({ in_reply_to_id }) => in_reply_to_id == null).map(findingOf));
	}
	if (findings.length === 0) return { status: "empty" };
	const data: ReviewFindings = { findings };
	return { status: "ok", data, ...(hasMore && { incomplete: `only the first ${PAGE} comments of a review are here` }) };
}

async function pullRequestNumber(
	{ pullRequest }: Pick<CachedQueries, "pullRequest">,
	{ pr_number }: Incident,
): Promise<Parsed<number | undefined>> {
	if (pr_number !== undefined) return { ok: true, value: pr_number };
	const found = await pullRequest();
	return found.ok ? { ok: true, value: found.value?.number } : found;
}

async function reviewIds(
	{ get, repo }: RepoClient,
	pull_number: number,
	{ review_id, app, head_sha }: Incident,
	signal: AbortSignal,
): Promise<Parsed<readonly number[]>> {
	if (review_id !== undefined) return { ok: true, value: [review_id] };
	if (app === undefined || head_sha === undefined) return { ok: true, value: [] };
	const route = "GET /repos/{owner}/{repo}/pulls/{pull_number}/reviews";
	const listed = parseResponse(reviewsSchema, await get(route, { ...repo, pull_number, per_page: PAGE }, signal));
	if (!listed.ok) return listed;
	const own = listed.value.filter(({ commit_id, user }) => commit_id === head_sha && user?.login === `${app}[bot]`);
	return { ok: true, value: own.slice(-MOST_REVIEWS).map(({ id }) => id) };
}

async function commentsOf({ get, repo }: RepoClient, pull_number: number, review_id: number, signal: AbortSignal) {
	const route = "GET /repos/{owner}/{repo}/pulls/{pull_number}/reviews/{review_id}/comments";
	return parseResponse(commentsSchema, await get(route, { ...repo, pull_number, review_id, per_page: PAGE }, signal));
}

function findingOf({
	path,
	line,
	original_line,
	body,
	html_url,
}: z.infer<typeof commentsSchema>[number]): ReviewFinding {
	const { text, suggestion } = splitSuggestion(body);
	return {
		path: cleanText(path, 1024),
		text: cleanText(text, LONGEST_COMMENT),
		...compact({
			line: line ?? original_line,
			suggestion: suggestion && cleanText(suggestion, LONGEST_COMMENT),
			url: html_url,
		}),
	};
}

/**
 * GitHub's suggestions are fenced blocks of the language `suggestion`.
 * https://docs.github.com/en/pull-requests/collaborating-with-pull-requests/reviewing-changes-in-pull-requests/commenting-on-a-pull-request#adding-line-comments-to-a-pull-request
 */
function splitSuggestion(body: string): { readonly text: string; readonly suggestion: string | undefined } {
	const lines = body.split(/\r?\n/);
	const start = lines.findIndex((line) => /^\s*(`{3,}|~{3,})\s*suggestion\b/.test(line));
	if (start === -1) return { text: body, suggestion: undefined };
	const fence = /^\s*(`{3,}|~{3,})/.exec(lines[start] ?? "")?.[1] ?? "```";
	const length = lines.slice(start + 1).findIndex((line) => line.trim().startsWith(fence));
	const end = length === -1 ? lines.length : start + 1 + length;
	return {
		text: [...lines.slice(0, start), ...lines.slice(end + 1)].join("\n").trim(),
		suggestion: lines.slice(start + 1, end).join("\n"),
	};
}
