import { dataFrom } from "../../pipeline/context-data.ts";
import type { Explanation } from "../../pipeline/explanation.ts";
import type { CheckHistory, DecideInput, Decision } from "../../pipeline/index.ts";
import { queueEntryOf } from "../../pipeline/merge-queue.ts";
import { ASKING_HISTORY_MS, askHistory } from "../context/github/ask-history.ts";
import { boundedClient } from "../context/github/repo-client.ts";
import type { Effects } from "../effects.ts";
import { branchInHistory, findCheckHistory, historyName } from "../journal/check-history.ts";
import { beganAt } from "../journal/checks.ts";
import { extendLock } from "../journal/incident-locks.ts";
import type { LockedIncident } from "../journal/incidents.ts";
import { findFound } from "../journal/packed-decision.ts";
import type { Cost } from "../runtime/budget.ts";
import { decideByEvidence, type EvidenceDecision } from "./decide-by-evidence.ts";
import type { EarlierAttempts } from "./earlier-attempts.ts";
import { LOCK_MS } from "./waiting.ts";

// Three requests, each perhaps tried again, and one for a token.
const COST: Cost = { statements: 1, subrequests: 15 };

/**
 * Decides, and says whose failure a red check of a pull request is: from the journal, and from GitHub where that leaves it open.
 * Nothing that GitHub answers, or does not, changes anything else.
 */
export async function decideWithHistory(
	effects: Effects,
	locked: LockedIncident,
	input: DecideInput,
	earlier: EarlierAttempts,
): Promise<EvidenceDecision> {
	const engine = await effects.engine();
	const known = await readHistory(effects, locked, input);
	const first = await decideByEvidence(engine, { ...input, ...known }, earlier);
	const { history } = known;
	if (history === undefined || !isOpen(locked, first.decision)) return first;
	const asked = await askMore(effects, locked, input, history, first.decision);
	return asked === history ? first : await decideByEvidence(engine, { ...input, history: asked }, earlier);
}

type SpawnDecision = Decision & { readonly outcome: "spawn" };

/** Three requests an incident: not before a rerun, which decides it again, nor for a later attempt. */
function isOpen({ attempt }: LockedIncident, decision: Decision): decision is SpawnDecision {
	return decision.outcome === "spawn" && decision.rerun === undefined && attempt === 1;
}

/** The first attempt's verdict is about the failure itself, and stays. */
async function readHistory(
	{ journal, now }: Effects,
	locked: LockedIncident,
	{ incident, context, evidence }: DecideInput,
): Promise<Pick<DecideInput, "history" | "whose_failure">> {
	const { attempt } = locked;
	const { kind, id, repository, branch, head_sha, head_repository, pr_number } = incident;
	const queued = queueEntryOf(incident);
	const isOfPullRequest = pr_number !== undefined || queued !== undefined;
	if (kind !== "ci" || !isOfPullRequest || branch === undefined || head_sha === undefined) return {};
	if (attempt > 1) {
		const { whose_failure }: Explanation = JSON.parse((await findFound(journal, locked)).explanation);
		if (whose_failure !== undefined) return { whose_failure };
		if (evidence !== undefined) return {};
	}
	const pull = dataFrom(context, "github.pull_request");
	const base = queued?.base ?? (pull?.number === pr_number ? pull?.base_branch : undefined);
	const known = await findCheckHistory(journal, { ...incident, id, repository, branch, base });
	const commits = new Map(known?.commits);
	const author = incident.author?.login;
	if (author !== undefined) commits.set(head_sha, { author });
	const red = {
		branch: branchInHistory(repository, branch, head_repository) ?? `unknown:${branch}`,
		check: historyName(incident),
		sha: head_sha,
		began_at: beganAt(incident) ?? now(),
	};
	const unanswered = known === undefined ? "nobody names its workflow's file" : undefined;
	return {
		history: {
			...{ red, commits, results: known?.results ?? [] },
			...(base !== undefined && { base }),
			...(unanswered !== undefined && { unanswered }),
		},
	};
}

async function askMore(
	{ github, budget, journal, now }: Effects,
	locked: LockedIncident,
	{ incident, reruns = { flakes: [], earlier: [] } }: DecideInput,
	history: CheckHistory,
	{ failure_category: category, fingerprint }: SpawnDecision,
): Promise<CheckHistory> {
	if (github === undefined) return { ...history, unanswered: "no GitHub App is configured, so nobody can be asked" };
	if (!budget.has(COST))
		return { ...history, unanswered: "GitHub was not asked: this invocation has used up its limits" };
	const until = now() + LOCK_MS + ASKING_HISTORY_MS;
	if (until > locked.locked_until && !(await extendLock(journal, locked, until))) return history;
	const client = boundedClient(github, incident, AbortSignal.timeout(ASKING_HISTORY_MS));
	return await askHistory(client, { incident, history, found: { category, fingerprint, reruns } });
}
