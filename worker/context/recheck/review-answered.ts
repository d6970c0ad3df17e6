import * as z from "zod";
import { checksOfRef } from "../github/commit-results.ts";
import { parseResponse } from "../github/repo-client.ts";
import { endOfPull } from "./pull-request-state.ts";
import type { Recheck } from "./recheck.ts";

const reviewsSchema = z.array(
	z.object({
		user: z.object({ login: z.string() }).nullish(),
		state: z.string(),
		submitted_at: z.string().nullish(),
	}),
);

/**
 * The findings of a review or of a check with a button: the pull request has ended, the reviewer approved it since or the
 * review was dismissed, or the check passes on the head. A green branch alone does not answer a finding.
 */
export async function reviewAnswered(about: Recheck): Promise<string | undefined> {
	const pull = await about.queries.pullRequest();
	if (!pull.ok || pull.value === undefined) return undefined;
	const { number, head } = pull.value;
	return (
		endOfPull(pull.value) ??
		(about.incident.app === undefined ? await approvedSince(about, number) : await passesOn(about, head.sha))
	);
}

async function passesOn({ client, incident: { app, job } }: Recheck, sha: string): Promise<string | undefined> {
	const answer = await checksOfRef(client, sha);
	const own = answer.ok ? answer.value.checks.filter((check) => check.app?.slug === app && check.name === job) : [];
	const isPassing = own.length > 0 && own.every(({ conclusion }) => conclusion === "success");
	return isPassing ? `${job} of ${app} passed on the pull request's head` : undefined;
}

// The newest reviews are last, and a pull request with more of them is asked for none.
const PER_PAGE = 100;

async function approvedSince({ client, incident }: Recheck, pull_number: number): Promise<string | undefined> {
	const { sender, occurred_at } = incident;
	const at = Date.parse(occurred_at ?? "");
	if (sender === undefined || Number.isNaN(at)) return undefined;
	const parameters = { ...client.repo, pull_number, per_page: PER_PAGE };
	const route = "GET /repos/{owner}/{repo}/pulls/{pull_number}/reviews";
	const answer = parseResponse(reviewsSchema, await client.get(route, parameters));
	if (!answer.ok || answer.value.length === PER_PAGE) return undefined;
	const own = answer.value.filter(({ user }) => user?.login.toLowerCase() === sender.login.toLowerCase());
	const timeOf = ({ submitted_at }: (typeof own)[number]) => Date.parse(submitted_at ?? "");
	if (own.some((review) => timeOf(review) === at && review.state === "DISMISSED")) return "the review was dismissed";
	// A comment after the approval takes nothing back, another request for changes does.
	const latest = own.findLast(({ state }) => state === "APPROVED" || state === "CHANGES_REQUESTED");
	const isApproved = latest?.state === "APPROVED" && timeOf(latest) > at;
	return isApproved ? `${sender.login} approved the pull request since` : undefined;
}
