import * as z from "zod";
import { sha256Hex } from "../../pipeline/expression/sha256-hex.ts";
import type { Delivery } from "../../pipeline/index.ts";
import { DAY_MS, MINUTE_MS } from "../../wire/durations.ts";
import { isGone, type Parsed, parseResponse, type RepoClient, repoClient } from "../context/github/repo-client.ts";
import type { Effects } from "../effects.ts";
import type { GitHub } from "../github/github.ts";
import { acceptDelivery } from "../ingest/accept-delivery.ts";
import { BASE_CONFLICT } from "../ingest/base-conflict.ts";
import {
	continueConflictScan,
	dueConflictScans,
	endConflictScan,
	type LockedConflictScan,
	lockConflictScan,
} from "../journal/conflict-scans.ts";
import type { Cost } from "../runtime/budget.ts";

const BRANCHES = 10;
// The most recently updated ones: the rest waits for a person anyway.
const MOST_PULL_REQUESTS = 100;
// Sequential, as GitHub asks for; the limit keeps a slow GitHub from delaying the rest of the sweep.
const LONGEST_MS = 20_000;
const LOCK_MS = 2 * MINUTE_MS;
// GitHub computes whether a pull request can be merged after it is asked for the first time.
// https://docs.github.com/en/rest/pulls/pulls#get-a-pull-request
const MOST_TRIES = 6;
/** Of one pull request: the question, its token, and the incident. */
const COST: Cost = { statements: 15, subrequests: 15 };

/**
 * Asks the open pull requests of base branches that moved whether they can still be merged: a conflict that arises this way
 * sends no event. Each conflict is accepted like a delivery, once for each commit of the pull request.
 */
export async function findConflicts(effects: Effects): Promise<void> {
	const { github, journal, budget, now } = effects;
	if (github === undefined) return;
	const until = now() + LONGEST_MS;
	const hasTime = () => now() < until && budget.has(COST);
	for (const key of await dueConflictScans(journal, now(), BRANCHES)) {
		if (!hasTime()) return;
		const at = { now: now(), lock: effects.newId(), locked_until: now() + LOCK_MS };
		const locked = await lockConflictScan(journal, key, at);
		if (locked !== undefined) await scanBranch(effects, github, locked, hasTime);
	}
}

async function scanBranch(
	effects: Effects,
	github: GitHub,
	locked: LockedConflictScan,
	hasTime: () => boolean,
): Promise<void> {
	const client = repoClient(github, { repository: locked.repository });
	const listed: Parsed<readonly number[]> =
		locked.numbers === undefined ? await openNumbers(client, locked.branch) : { ok: true, value: locked.numbers };
	if (!listed.ok) return await waitFor(effects, locked, undefined, listed.problem);

	const unknown: number[] = [];
	for (const [index, number] of listed.value.entries()) {
		const rest = [...unknown, ...listed.value.slice(index)];
		if (!hasTime()) {
			return await continueConflictScan(effects.journal, locked, {
				numbers: rest,
				next_try_at: effects.now(),
				tries: locked.tries,
			});
		}
		const asked = await askMergeable(client, number);
		if (!asked.ok && isGone(asked.problem)) continue;
		if (!asked.ok) return await waitFor(effects, locked, rest, asked.problem);
		if (asked.value.state === "unknown") unknown.push(number);
		if (asked.value.state === "dirty") await report(effects, locked.repository, asked.value.pull);
	}
	if (unknown.length === 0) return await endConflictScan(effects.journal, locked);
	await waitFor(effects, locked, unknown, { reason: "unknown", detail: `of ${unknown.length} pull requests` });
}

type Problem = { readonly reason: string; readonly detail?: string; readonly until?: number };

/** Continues at the time that a rate limit names, else with growing delays; gives up after a few tries. */
async function waitFor(
	effects: Effects,
	locked: LockedConflictScan,
	numbers: readonly number[] | undefined,
	{ reason, detail, until }: Problem,
): Promise<void> {
	const { repository, branch, tries } = locked;
	if (until === undefined && tries >= MOST_TRIES) {
		effects.log.warn("pull requests not asked for conflicts", { repository, branch, reason, detail });
		return await endConflictScan(effects.journal, locked);
	}
	const next_try_at = until ?? effects.now() + MINUTE_MS * 2 ** tries;
	await continueConflictScan(effects.journal, locked, {
		numbers,
		next_try_at: Math.min(next_try_at, effects.now() + DAY_MS),
		tries: until === undefined ? tries + 1 : tries,
	});
}

const numbersSchema = z.array(z.object({ number: z.number(), draft: z.boolean().nullish() }));

async function openNumbers({ get, repo }: RepoClient, base: string): Promise<Parsed<readonly number[]>> {
	const parameters = { ...repo, base, state: "open", sort: "updated", direction: "desc" } as const;
	const route = "GET /repos/{owner}/{repo}/pulls";
	const listed = parseResponse(numbersSchema, await get(route, { ...parameters, per_page: MOST_PULL_REQUESTS }));
	if (!listed.ok) return listed;
	return { ok: true, value: listed.value.filter(({ draft }) => draft !== true).map(({ number }) => number) };
}

const pullSchema = z.object({
	number: z.number(),
	state: z.string(),
	mergeable_state: z.string().nullish(),
	draft: z.boolean().nullish(),
	html_url: z.string().nullish(),
	updated_at: z.string().nullish(),
	user: z.object({ login: z.string(), type: z.string().nullish() }).nullish(),
	head: z.object({ ref: z.string(), sha: z.string(), repo: z.object({ full_name: z.string() }).nullish() }),
	base: z.object({
		ref: z.string(),
		repo: z.object({ id: z.number().nullish(), full_name: z.string(), default_branch: z.string().nullish() }),
	}),
});
type PullRequest = z.infer<typeof pullSchema>;

type Mergeable =
	| { readonly state: "dirty"; readonly pull: PullRequest }
	| { readonly state: "unknown" }
	| { readonly state: "other" };

async function askMergeable({ get, repo }: RepoClient, pull_number: number): Promise<Parsed<Mergeable>> {
	const route = "GET /repos/{owner}/{repo}/pulls/{pull_number}";
	const asked = parseResponse(pullSchema, await get(route, { ...repo, pull_number }));
	if (!asked.ok) return asked;
	const pull = asked.value;
	if (pull.state !== "open") return { ok: true, value: { state: "other" } };
	const { mergeable_state = null } = pull;
	if (mergeable_state === "dirty") return { ok: true, value: { state: "dirty", pull } };
	return {
		ok: true,
		value: { state: mergeable_state === null || mergeable_state === "unknown" ? "unknown" : "other" },
	};
}

async function report(effects: Effects, repository: string, pull: PullRequest): Promise<void> {
	const about = `${repository}#${pull.number}@${pull.head.sha}`;
	const delivery: Delivery = {
		event: BASE_CONFLICT,
		delivery_id: `conflict-${sha256Hex(about).slice(0, 32)}`,
		payload: { pull_request: pull, repository: pull.base.repo },
	};
	const receipt = await acceptDelivery(effects, delivery, "github", effects.log);
	effects.log.info("pull request in conflict", { repository, pr_number: pull.number, status: receipt.status });
	if (receipt.status === "accepted") await effects.wake(receipt.incident_id, receipt.dueInMs);
}
