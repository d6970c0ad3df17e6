import * as z from "zod";
import { headRepositoryName, isSameRepository } from "../../pipeline/head-repository.ts";
import { fixBranch, type Incident } from "../../pipeline/index.ts";
import { HOUR_MS } from "../../wire/durations.ts";
import { headSchema } from "../context/github/pull-request.ts";
import { type Parsed, parseResponse, type RepoClient, repoClient } from "../context/github/repo-client.ts";
import type { Effects } from "../effects.ts";
import { pullRequestFound, scheduleMergeQuery } from "../journal/attempts.ts";
import { endedPullRequest } from "../journal/pull-requests.ts";
import type { Cost } from "../runtime/budget.ts";
import type { Remediation } from "./load-state.ts";

// One request, perhaps after one for the installation and one for its token, and what is stored.
const COST: Cost = { statements: 5, subrequests: 10 };
const LONGEST_MS = 10_000;

const SHORTEST_PAUSE_MS = HOUR_MS;
const LONGEST_PAUSE_MS = 6 * HOUR_MS;

/**
 * Asks GitHub what became of the pull request of a fix, or which one its branch has, and stores the answer as an event would
 * have. The next question follows as long after this one as the fix has waited until now, within one and six hours. `silent`:
 * there is no answer now.
 */
export async function askMerge(effects: Effects, found: Remediation): Promise<"answered" | "silent"> {
	const { journal, github, budget, log } = effects;
	const { incident, attempts, failure, state } = found;
	const last = attempts.at(-1);
	if (github === undefined || last === undefined) return "silent";
	const pause_ms = Math.min(LONGEST_PAUSE_MS, Math.max(SHORTEST_PAUSE_MS, effects.now() - incident.updated_at));
	const of = { id: incident.id, attempt: last.attempt };
	if (!budget.has(COST)) return "silent";

	const client = repoClient(github, failure);
	const number = state.merge?.pullRequest;
	const answer =
		number === undefined ? await ofFixBranch(client, failure, last.decided_at) : await byNumber(client, number);
	const now = effects.now();
	if (!answer.ok) {
		const { problem } = answer;
		log.warn("GitHub does not say whether the fix was merged", { incident_id: incident.id, reason: problem.reason });
		const until = problem.reason === "rate_limited" ? problem.until : 0;
		await scheduleMergeQuery(journal, of, { ask_at: Math.max(until, now + pause_ms) }).run();
		return "silent";
	}
	const pull = answer.value;
	await journal.batch([
		...(pull === undefined ? [] : [pullRequestFound(journal, of, { number: pull.number, url: pull.html_url ?? null })]),
		...(pull?.state === "closed" ? [endedPullRequest(journal, ended(pull, incident.repository, now))] : []),
		scheduleMergeQuery(journal, of, { ask_at: now + pause_ms, asked_at: now }),
	]);
	log.info("GitHub asked about the fix", { incident_id: incident.id, pull_request: pull?.number, state: pull?.state });
	return "answered";
}

const pullSchema = z.object({
	number: z.number(),
	state: z.enum(["open", "closed"]),
	html_url: z.string().nullish(),
	merged_at: z.string().nullish(),
	closed_at: z.string().nullish(),
	head: headSchema,
});
type Pull = z.infer<typeof pullSchema>;

async function byNumber({ get, repo }: RepoClient, pull_number: number): Promise<Parsed<Pull>> {
	const route = "GET /repos/{owner}/{repo}/pulls/{pull_number}";
	return parseResponse(pullSchema, await get(route, { ...repo, pull_number }, AbortSignal.timeout(LONGEST_MS)));
}

/** The open pull request of the fix's branch, else the newest that ended since the attempt was decided: an earlier one was another fix's. */
async function ofFixBranch(
	{ get, repo }: RepoClient,
	{ id, repository }: Incident,
	decided_at: number,
): Promise<Parsed<Pull | undefined>> {
	const branch = fixBranch(id);
	const parameters = { ...repo, state: "all", head: `${repo.owner}:${branch}`, per_page: 30 } as const;
	const answer = await get("GET /repos/{owner}/{repo}/pulls", parameters, AbortSignal.timeout(LONGEST_MS));
	const listed = parseResponse(z.array(pullSchema), answer);
	if (!listed.ok) return listed;
	const ours = listed.value
		.filter(({ head }) => head.ref === branch && isSameRepository(headRepositoryName(head.repo) ?? "", repository))
		.toSorted((one, other) => other.number - one.number);
	const isCurrent = (pull: Pull) => (timeOf(pull.closed_at) ?? 0) >= decided_at;
	return { ok: true, value: ours.find(({ state }) => state === "open") ?? ours.find(isCurrent) };
}

function ended({ number, head, merged_at, closed_at }: Pull, repository: string, now: number) {
	const isMerged = merged_at !== null && merged_at !== undefined;
	return {
		repository,
		number,
		branch: head.ref,
		head_repository: headRepositoryName(head.repo) ?? null,
		state: isMerged ? "merged" : "closed",
		closed_at: now,
		ended_at: timeOf(merged_at ?? closed_at) ?? null,
	} as const;
}

function timeOf(text: string | null | undefined): number | undefined {
	const at = Date.parse(text ?? "");
	return Number.isFinite(at) ? at : undefined;
}
