import * as z from "zod";
import { backoffMs } from "../../wire/backoff.ts";
import { HOUR_MS, MINUTE_MS } from "../../wire/durations.ts";
import { isGone, parseResponse, repoClient, sourceFailure } from "../context/github/repo-client.ts";
import type { Effects } from "../effects.ts";
import { isTransient } from "../github/read-failure.ts";
import { findAttempt } from "../journal/attempts.ts";
import { type FixUpdate, type ObservationRow, recordFix } from "../journal/observations.ts";
import { requestBody } from "../journal/packed-decision.ts";
import type { Cost } from "../runtime/budget.ts";
import type { Remediation } from "./load-state.ts";
import { namedFiles } from "./named-files.ts";

// One request, perhaps after one for the installation and one for its token.
const COST: Cost = { statements: 4, subrequests: 8 };
const LONGEST_MS = 10_000;
const MOST_TRIES = 8;
// GitHub's own limit for one comparison.
const MOST_FILES = 300;
const MOST_AUTHORS = 5;

const author = z.object({ login: z.string(), type: z.string() });
const comparison = z.object({
	status: z.enum(["diverged", "ahead", "behind", "identical"]),
	commits: z.array(z.object({ author: author.nullish() })).default([]),
	files: z.array(z.object({ filename: z.string() })).default([]),
});

/**
 * Asks GitHub which commits made an observed failure go away, for which nothing was sent: whose they are, and whether they touch
 * the files that the prompt named. Commits of a branch that was rewritten say nothing: what they add to the failure is not known.
 * https://docs.github.com/en/rest/commits/commits#compare-two-commits
 */
export async function askCommits(effects: Effects, found: Remediation): Promise<void> {
	const { observation } = found.state;
	if (observation === undefined) return;
	const update = await ask(effects, found, observation);
	await recordFix(effects.journal, observation, update);
	effects.log.info("observed failure is gone", { incident_id: found.failure.id, commits: update.is });
}

async function ask(effects: Effects, { failure }: Remediation, observation: ObservationRow): Promise<FixUpdate> {
	const { github, budget } = effects;
	const { green_sha, tries } = observation;
	const { head_sha } = failure;
	if (github === undefined) return unknown("no GitHub App is configured");
	if (head_sha === undefined || green_sha === null) return unknown("nobody named its commit");
	if (!budget.has(COST)) return { is: "postponed", until: effects.now() + MINUTE_MS };
	const { get, repo } = repoClient(github, failure);
	const parameters = { ...repo, basehead: `${head_sha}...${green_sha}`, per_page: 100 };
	const signal = AbortSignal.timeout(LONGEST_MS);
	const answer = await get("GET /repos/{owner}/{repo}/compare/{basehead}", parameters, signal);
	const compared = parseResponse(comparison, answer);
	if (!compared.ok) {
		const { problem } = compared;
		if (!isTransient(problem) || tries >= MOST_TRIES)
			return unknown(isGone(problem) ? GONE : sourceFailure(problem).why);
		const wait = backoffMs(tries, { longestMs: HOUR_MS, random: effects.random() });
		const until = problem.reason === "rate_limited" ? problem.until : effects.now() + Math.max(MINUTE_MS, wait);
		return { is: "postponed", until };
	}
	const { status, commits, files } = compared.value;
	if (status === "diverged" || status === "behind") return unknown(REWRITTEN);
	if (files.length >= MOST_FILES) return unknown("its commits change more files than GitHub lists");
	const names = files.map(({ filename }) => filename);
	const authors = commits.flatMap((commit) => commit.author ?? []);
	const by = authors.some(({ type }) => type === "User")
		? "person"
		: authors.length > 0
			? "bot"
			: (observation.green_by ?? "unknown");
	const logins = [...new Set(authors.map(({ login }) => login))].slice(0, MOST_AUTHORS);
	return {
		is: "known",
		by,
		authors: logins,
		files: names,
		named: namedFiles(await promptOf(effects, observation), names),
	};
}

const GONE = "GitHub no longer has its commits";
const REWRITTEN = "its branch was rewritten";

function unknown(why: string): FixUpdate {
	return { is: "unknown", why };
}

const request = z.object({ coderun: z.object({ spec: z.unknown() }) });

/** What the agent would have read, whatever the fields of its CodeRun are called. */
async function promptOf(effects: Effects, { incident_id, attempt }: ObservationRow): Promise<string> {
	const row = await findAttempt(effects.journal, incident_id, attempt);
	const read = row === undefined ? undefined : request.safeParse(JSON.parse(await requestBody(effects.journal, row)));
	return read?.success === true ? textsIn(read.data.coderun.spec).join("\n") : "";
}

function textsIn(value: unknown): readonly string[] {
	if (typeof value === "string") return [value];
	return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsIn) : [];
}
