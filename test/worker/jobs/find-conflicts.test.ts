import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { currentEngine } from "../../../worker/engine.ts";
import type { GitHub, GitHubAnswer, GitHubFailure, Route } from "../../../worker/github/github.ts";
import { acceptDelivery } from "../../../worker/ingest/accept-delivery.ts";
import { findConflicts } from "../../../worker/jobs/find-conflicts.ts";
import { shippedEngine } from "../support/shipped-engine.ts";
import { type Stub, stubEffects } from "../support/stub-effects.ts";

const MINUTE_MS = 60_000;
const SHA = "1111111111111111111111111111111111111111";
const BASE = { id: 1, full_name: "5dlabs/cto", default_branch: "main" };

interface Hub {
	readonly stub: Stub;
	/** Routes with their number, in the order they were asked. */
	readonly asked: string[];
	/** Of each open pull request. */
	readonly pulls: Map<number, { mergeable_state?: string | null; draft?: boolean; user?: object; state?: string }>;
	fails: GitHubFailure | undefined;
}

async function hub(pulls: Hub["pulls"] extends Map<number, infer P> ? Record<number, P> : never): Promise<Hub> {
	const at: Hub = {
		stub: stubEffects(),
		asked: [],
		pulls: new Map(Object.entries(pulls).map(([number, pull]) => [Number(number), pull])),
		fails: undefined,
	};
	const ask = async (_of: unknown, _route: Route, { pull_number }: { pull_number?: number }) => {
		at.asked.push(pull_number === undefined ? "list" : `#${pull_number}`);
		if (at.fails !== undefined) return { ok: false, failure: at.fails };
		const value =
			pull_number === undefined
				? [...at.pulls].map(([number, { draft }]) => ({ number, draft }))
				: pullOf(at, pull_number);
		const answer: GitHubAnswer<unknown> =
			value === undefined
				? { ok: false, failure: { reason: "not_found", detail: "Not Found" } }
				: { ok: true, value, status: 200, headers: {} };
		return answer;
	};
	Object.assign(at.stub, { github: { asInstallation: ask } as unknown as GitHub });
	at.stub.activeEngine = await currentEngine(env, 0, at.stub.log);
	return at;
}

function pullOf({ pulls }: Hub, number: number) {
	const pull = pulls.get(number);
	if (pull === undefined) return undefined;
	const head = { ref: `feat/${number}`, sha: SHA, repo: { full_name: "5dlabs/cto" } };
	const user = { login: "octocat", type: "User" };
	return { number, state: "open", draft: false, user, head, base: { ref: "main", repo: BASE }, ...pull };
}

async function push({ stub }: Hub, after: string, ref = "refs/heads/main") {
	const payload = { ref, after, deleted: false, repository: BASE, sender: { login: "octocat", type: "User" } };
	return await acceptDelivery(stub, { event: "push", delivery_id: `push-${after}`, payload }, "github", stub.log);
}

async function scan(at: Hub, afterMs = MINUTE_MS) {
	at.stub.clock += afterMs;
	at.stub.begin();
	at.asked.length = 0;
	await findConflicts(at.stub);
	return [...at.asked];
}

async function incidents({ stub }: Hub) {
	const { results } = await stub.journal
		.prepare(
			"SELECT event, branch, incident ->> 'pr_number' AS pr, incident ->> 'conclusion' AS conclusion FROM incidents ORDER BY branch",
		)
		.all();
	return results;
}

const left = async ({ stub }: Hub) => await stub.journal.prepare("SELECT count(*) AS n FROM conflict_scans").first("n");
const conflict = (pr: number) => ({ event: "base_conflict", branch: `feat/${pr}`, pr, conclusion: "merge_conflict" });

describe("a push to the default branch", () => {
	it("makes an incident of each open pull request that it brings into conflict, once", async () => {
		const at = await hub({
			1: { mergeable_state: "dirty" },
			2: { mergeable_state: "clean" },
			3: { mergeable_state: "dirty", draft: true },
			4: { mergeable_state: "dirty", user: { login: "dependabot[bot]", type: "Bot" } },
			5: { mergeable_state: "dirty", user: { login: "5DLabs-Rex[bot]", type: "Bot" } },
			6: { mergeable_state: "dirty", state: "closed" },
		});
		expect(await push(at, "a")).toMatchObject({ status: "ignored", kind: "tracked" });
		expect(await scan(at)).toEqual(["list", "#1", "#2", "#4", "#5", "#6"]);
		expect(await incidents(at)).toEqual([conflict(1), conflict(5)]);
		expect(await left(at)).toBe(0);
		expect(await scan(at)).toEqual([]);

		// The next push finds the same conflict: the same incident.
		await push(at, "b");
		await scan(at);
		expect(await incidents(at)).toEqual([conflict(1), conflict(5)]);
	});

	it("asks again while GitHub has not computed it, with growing delays, and then no more", async () => {
		const at = await hub({
			1: { mergeable_state: "unknown" },
			2: { mergeable_state: null },
			3: { mergeable_state: "clean" },
		});
		await push(at, "a");
		expect(await scan(at)).toEqual(["list", "#1", "#2", "#3"]);
		expect(await scan(at, MINUTE_MS - 1)).toEqual([]);
		at.pulls.set(2, { mergeable_state: "dirty" });
		expect(await scan(at, 1)).toEqual(["#1", "#2"]);
		expect(await incidents(at)).toEqual([conflict(2)]);
		let asked = 0;
		for (let minutes = 0; minutes < 24 * 60; minutes += 10) asked += (await scan(at, 10 * MINUTE_MS)).length;
		expect(asked).toBe(5);
		expect(await left(at)).toBe(0);
	});

	it("waits for GitHub's limit, and goes on where it stopped", async () => {
		const at = await hub({ 1: { mergeable_state: "dirty" } });
		await push(at, "a");
		at.fails = { reason: "rate_limited", until: at.stub.clock + 30 * MINUTE_MS };
		expect(await scan(at)).toEqual(["list"]);
		expect(await scan(at, 20 * MINUTE_MS)).toEqual([]);
		at.fails = undefined;
		expect(await scan(at, 10 * MINUTE_MS)).toEqual(["list", "#1"]);
		expect(await incidents(at)).toEqual([conflict(1)]);
	});

	it("continues in the next sweep when the budget is used up", async () => {
		const many = Object.fromEntries(Array.from({ length: 90 }, (_, n) => [n + 1, { mergeable_state: "clean" }]));
		const at = await hub(many);
		await push(at, "a");
		const asked: string[] = [];
		const spent = at.stub.budget;
		// Room for forty of them.
		Object.assign(at.stub, { budget: { ...spent, has: () => at.asked.length < 40 } });
		while ((await left(at)) === 1) asked.push(...(await scan(at)));
		expect(asked.filter((one) => one === "list")).toHaveLength(1);
		expect(new Set(asked).size).toBe(91);
	});
});

describe("no scan", () => {
	it.each([
		["to another branch", "refs/heads/feat/x", {}],
		["of a tag called main", "refs/tags/main", {}],
		["where the setting is off", "refs/heads/main", { conflicts: false }],
	])("follows a push %s", async (_what, ref, watch) => {
		const at = await hub({ 1: { mergeable_state: "dirty" } });
		at.stub.activeEngine = shippedEngine({ watch: { ...at.stub.activeEngine.settings.watch, ...watch } });
		await push(at, "a", ref);
		expect(await scan(at)).toEqual([]);
	});
});
