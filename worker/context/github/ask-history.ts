import * as z from "zod";
import { isSameRepository } from "../../../pipeline/head-repository.ts";
import {
	type CheckHistory,
	type CheckResult,
	type Incident,
	judgeHistory,
	type KnownCommit,
	type WhoseVerdict,
} from "../../../pipeline/index.ts";
import { redactText } from "../../../pipeline/redaction/redact-text.ts";
import { cleanText } from "../../../pipeline/stages/clean-text.ts";
import { isConclusive } from "./commit-results.ts";
import { type Parsed, parseResponse, type RepoClient, sourceFailure } from "./repo-client.ts";
import { type RunAnswer, runsSchema } from "./run-answer.ts";

const LONGEST_NAME = 100;

/** How long all of it takes at most. */
export const ASKING_HISTORY_MS = 10_000;

type Found = Parameters<typeof judgeHistory>[1];

/** What is to be known, and what the journal knows already. */
export interface HistoryQuestion {
	readonly incident: Pick<Incident, "repository" | "workflow" | "run_id">;
	readonly history: CheckHistory;
	readonly found: Found;
}

/**
 * Adds what GitHub knows of a check's history: at most three requests, each only while the verdict depends on it. The first one
 * that fails is the last, and is named in place of an answer. The client has a deadline.
 */
export async function askHistory(
	client: RepoClient,
	{ incident, history, found }: HistoryQuestion,
): Promise<CheckHistory> {
	let known = history;
	for (const ask of [runsOfBase, commitsSinceBase, authorOfSuspect]) {
		const answer = await ask(client, { incident, history: known, verdict: judgeHistory(known, found) });
		if (answer === undefined) continue;
		if (!answer.ok) return { ...known, unanswered: `GitHub was asked: ${sourceFailure(answer.problem).why}` };
		known = answer.value;
	}
	return known;
}

interface Asked {
	readonly incident: HistoryQuestion["incident"];
	readonly history: CheckHistory;
	readonly verdict: WhoseVerdict;
}

/** Undefined: there is nothing to ask. */
type More = Parsed<CheckHistory> | undefined;

/**
 * The results of the workflow on the base branch, if the journal has none.
 * https://docs.github.com/en/rest/actions/workflow-runs#list-workflow-runs-for-a-workflow
 */
async function runsOfBase({ get, repo }: RepoClient, asked: Asked): Promise<More> {
	const { history, verdict, incident } = asked;
	const { base } = history;
	// The API takes the file's name in place of the workflow's number.
	const workflow_id = /^\.github\/workflows\/([^/@]+)/.exec(incident.workflow?.path ?? "")?.[1];
	if (verdict.verdict !== "unknown" || base === undefined || workflow_id === undefined) return undefined;
	if (history.results.some(({ branch }) => branch === base)) return undefined;
	const route = "GET /repos/{owner}/{repo}/actions/workflows/{workflow_id}/runs";
	const parameters = { ...repo, workflow_id, branch: base, status: "completed" as const, per_page: 50 };
	const runs = parseResponse(runsSchema, await get(route, parameters));
	if (!runs.ok) return runs;
	const results = runs.value.workflow_runs.flatMap((run) => resultOf(run, asked));
	return { ok: true, value: { ...history, results: [...history.results, ...results] } };
}

/** A fork may have a branch of that name; the cause of a failure is in its log, which nobody reads for this. */
function resultOf(run: RunAnswer, { history: { base, red }, incident }: Asked): readonly CheckResult[] {
	const began_at = Date.parse(run.run_started_at ?? "");
	const isOwn = isSameRepository(run.head_repository?.full_name ?? "", incident.repository);
	if (base === undefined || !isOwn || run.head_branch !== base || !isConclusive(run) || !Number.isFinite(began_at)) {
		return [];
	}
	const is_green = run.conclusion === "success";
	return [{ branch: base, check: red.check, sha: run.head_sha, is_green, fingerprint: null, began_at }];
}

const commitSchema = z.object({
	sha: z.string(),
	parents: z.array(z.object({ sha: z.string() })),
	author: z.object({ login: z.string().nullish() }).nullish(),
	commit: z.object({ author: z.object({ name: z.string().nullish() }).nullish() }),
});
const compareSchema = z.object({ merge_base_commit: commitSchema, commits: z.array(commitSchema) });

/**
 * Which commits of the base the failing commit has.
 * https://docs.github.com/en/rest/commits/commits#compare-two-commits
 */
async function commitsSinceBase({ get, repo }: RepoClient, { history, verdict }: Asked): Promise<More> {
	const { base, red, results, commits } = history;
	const isKnown = commits.get(red.sha)?.parents !== undefined;
	if (verdict.verdict !== "unknown" || base === undefined || isKnown) return undefined;
	// Without a result of the base there is nothing to compare it with.
	if (!results.some(({ branch }) => branch === base)) return undefined;
	const route = "GET /repos/{owner}/{repo}/compare/{basehead}";
	const basehead = `${base}...${red.sha}`;
	const compared = parseResponse(compareSchema, await get(route, { ...repo, basehead, per_page: 100 }));
	if (!compared.ok) return compared;
	const found = [compared.value.merge_base_commit, ...compared.value.commits].map((commit) => [
		commit.sha,
		knownCommit(commit),
	]) satisfies [string, KnownCommit][];
	return { ok: true, value: { ...history, commits: new Map([...commits, ...found]) } };
}

/** Who made the first red commit. https://docs.github.com/en/rest/commits/commits#get-a-commit */
async function authorOfSuspect({ get, repo }: RepoClient, { history, verdict: { suspect } }: Asked): Promise<More> {
	if (suspect === undefined || suspect.author !== undefined) return undefined;
	const route = "GET /repos/{owner}/{repo}/commits/{ref}";
	const commit = parseResponse(commitSchema, await get(route, { ...repo, ref: suspect.sha }));
	if (!commit.ok) return commit;
	return {
		ok: true,
		value: { ...history, commits: new Map([...history.commits, [suspect.sha, knownCommit(commit.value)]]) },
	};
}

function knownCommit({ parents, author, commit }: z.infer<typeof commitSchema>): KnownCommit {
	// Anybody may write anything into a commit.
	const name = author?.login ?? redactText(cleanText(commit.author?.name ?? "", LONGEST_NAME));
	return { parents: parents.map(({ sha }) => sha), ...(name !== "" && { author: name }) };
}
