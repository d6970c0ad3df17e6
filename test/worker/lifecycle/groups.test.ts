import { beforeEach, describe, expect, it } from "vitest";
import { statusCommentText } from "../../../worker/commands/write-status-comment.ts";
import { processIncident } from "../../../worker/dispatch/process-incident.ts";
import { listFlakes } from "../../../worker/journal/flakes.ts";
import { pullRequestRemediations } from "../../../worker/journal/pull-request-remediations.ts";
import { retryRemediation, stopRemediation } from "../../../worker/remediation/actions.ts";
import {
	agentEnds,
	agentsOn,
	clearJournal,
	DEFAULT,
	green,
	groupLife,
	merged,
	minutes,
	REX,
	red,
	standings,
	type World,
} from "../support/group-life.ts";
import { get, send } from "../support/worker.ts";

beforeEach(clearJournal);

/** A leader on the default branch whose agent works, and two pull requests with the same cause. */
async function threeOfOneCause(world: World) {
	const leader = await red(world, { run: 1, branch: DEFAULT, cause: "clamp" });
	await minutes(world, 2);
	const one = await red(world, { run: 2, branch: "one", cause: "clamp", pr: 1 });
	await minutes(world, 2);
	const two = await red(world, { run: 3, branch: "two", cause: "clamp", pr: 2 });
	await minutes(world, 2);
	return { leader, one, two };
}

/** A person's push makes the default branch green. */
async function mended(world: World, leader: string, fix: number): Promise<void> {
	await agentEnds(world, leader);
	await merged(world, leader, fix);
	await green(world, { run: 10, branch: DEFAULT });
	await minutes(world, 3);
}

async function comments(world: World) {
	const { results } = await world.journal
		.prepare("SELECT pr_number, revision, last_command FROM status_comments ORDER BY pr_number")
		.all();
	return results;
}

describe("who joins", () => {
	it("is one agent for one cause: on the default branch, on pull requests, in the merge queue", async () => {
		const world = await groupLife();
		const queued = `gh-readonly-queue/${DEFAULT}/pr-2-${"d".repeat(40)}`;
		await threeOfOneCause(world);
		await red(world, { run: 4, branch: queued, cause: "clamp" });
		await red(world, { run: 5, branch: "three", cause: "parse", pr: 3 });
		await minutes(world, 2);
		expect(await standings(world)).toEqual({
			"main 1": "running",
			"one 2": "grouped with main",
			"two 3": "grouped with main",
			[`${queued} 4`]: "grouped with main",
			"three 5": "waiting",
		});
		expect(await agentsOn(world)).toEqual([DEFAULT]);
	});

	it("is one leader, however many are decided at once and again", async () => {
		const world = await groupLife();
		const ids: string[] = [];
		for (let run = 1; run <= 6; run++) ids.push(await red(world, { run, branch: `b${run}`, cause: "clamp" }));
		world.clock += 60_000;
		await Promise.all([...ids, ...ids].map((id) => processIncident(world, id)));
		world.clock += 60_000;
		await Promise.all([...ids, ...ids].map((id) => processIncident(world, id)));
		const all = Object.values(await standings(world));
		expect(all.filter((standing) => standing.startsWith("grouped with b"))).toHaveLength(5);
		expect(all.filter((standing) => standing === "running")).toHaveLength(1);
		expect(world.cluster.made).toHaveLength(1);
	});

	it("is nobody where groups are off, and all of an organization where that is the scope", async () => {
		const off = await groupLife({ scope: "off", window_s: 3600 });
		await threeOfOneCause(off);
		expect(Object.values(await standings(off))).toEqual(["running", "waiting", "waiting"]);
		await clearJournal();
		const wide = await groupLife({ scope: "organization", window_s: 3600 });
		await threeOfOneCause(wide);
		await red(wide, { run: 4, branch: "three", cause: "clamp", repository: "5dlabs/other" });
		await minutes(wide, 2);
		expect(Object.values(await standings(wide)).filter((standing) => standing === "grouped with main")).toHaveLength(3);
		expect(wide.cluster.made).toHaveLength(1);
	});

	it("is nobody in a repository whose override says so", async () => {
		const world = await groupLife();
		const own = { repositories: ["5dlabs/cto"], group: { scope: "off" } } as const;
		world.activeEngine = { ...world.activeEngine, overrides: [own] };
		await threeOfOneCause(world);
		expect(Object.values(await standings(world))).toEqual(["running", "waiting", "waiting"]);
	});

	it("is nobody while the leader's jobs run again: what passes then makes no other check green", async () => {
		const world = await groupLife();
		const { leader } = await threeOfOneCause(world);
		const set = "UPDATE incidents SET status = 'rerunning', next_try_at = ?2 WHERE id = ?1";
		await world.journal
			.prepare(set)
			.bind(leader, world.clock + 24 * 3_600_000)
			.run();
		await red(world, { run: 4, branch: "three", cause: "clamp", pr: 3 });
		await minutes(world, 2);
		expect(await standings(world)).toEqual({
			"main 1": "rerunning",
			"one 2": "grouped with main",
			"two 3": "grouped with main",
			"three 4": "waiting",
		});
	});

	it("is no other repository's failure within a repository", async () => {
		const world = await groupLife();
		await threeOfOneCause(world);
		await red(world, { run: 4, branch: "one", cause: "clamp", repository: "5dlabs/cto-docs" });
		await minutes(world, 2);
		expect(await standings(world)).toMatchObject({ "one 4": "waiting" });
	});
});

describe("who leads", () => {
	it("is the default branch as soon as it shows the cause, if no agent was sent yet", async () => {
		const world = await groupLife();
		const other = await red(world, { run: 1, branch: "zero", cause: "parse" });
		await minutes(world, 2);
		await red(world, { run: 2, branch: "one", cause: "clamp", pr: 1 });
		await minutes(world, 2);
		await red(world, { run: 3, branch: "two", cause: "clamp", pr: 2 });
		await minutes(world, 2);
		expect(await standings(world)).toMatchObject({ "one 2": "waiting", "two 3": "grouped with one" });
		await red(world, { run: 4, branch: DEFAULT, cause: "clamp" });
		await minutes(world, 3);
		expect(await standings(world)).toEqual({
			"zero 1": "running",
			"one 2": "grouped with main",
			"two 3": "grouped with main",
			"main 4": "waiting",
		});
		await agentEnds(world, other);
		await minutes(world, 15);
		expect(await agentsOn(world)).toEqual(["zero", DEFAULT]);
	});

	it("stays who has an agent: that fix is kept, and the default branch leads once it did not help", async () => {
		const world = await groupLife();
		const one = await red(world, { run: 2, branch: "one", cause: "clamp", pr: 1 });
		await minutes(world, 2);
		await red(world, { run: 3, branch: "two", cause: "clamp", pr: 2 });
		await red(world, { run: 4, branch: DEFAULT, cause: "clamp" });
		await minutes(world, 2);
		expect(await standings(world)).toEqual({
			"one 2": "running",
			"two 3": "grouped with one",
			"main 4": "grouped with one",
		});
		await agentEnds(world, one);
		await green(world, { run: 5, branch: "one", by: REX, pr: 1 });
		await minutes(world, 3);
		expect(await standings(world)).toEqual({
			"one 2": "fixed",
			"two 3": "grouped with main",
			"main 4": "running",
		});
		expect(await agentsOn(world)).toEqual(["one", DEFAULT]);
	});

	it("is not thrown away for a newer push with the same cause, but for one with another", async () => {
		const world = await groupLife();
		const one = await red(world, { run: 2, branch: "one", cause: "clamp", pr: 1 });
		await minutes(world, 2);
		await red(world, { run: 3, branch: "one", cause: "clamp", pr: 1 });
		await minutes(world, 2);
		expect(await standings(world)).toEqual({ "one 2": "running", "one 3": "grouped with one" });
		await agentEnds(world, one);
		await minutes(world, 2);
		expect(await standings(world)).toMatchObject({ "one 2": "awaiting_ci" });
		await red(world, { run: 4, branch: "one", cause: "parse", pr: 1 });
		await minutes(world, 15);
		expect(await standings(world)).toEqual({
			"one 2": "superseded",
			"one 3": "superseded with one",
			"one 4": "running",
		});
	});
});

describe("when the leader is fixed", () => {
	it("counts a green member as fixed, and tells the pull request of a red one once to update", async () => {
		const world = await groupLife();
		const { leader, two } = await threeOfOneCause(world);
		await green(world, { run: 9, branch: "one", pr: 1 });
		await minutes(world, 2);
		expect(await standings(world)).toMatchObject({ "one 2": "fixed with main", "two 3": "grouped with main" });
		await mended(world, leader, 812);
		await minutes(world, 5);
		expect(await standings(world)).toEqual({
			"main 1": "fixed",
			"one 2": "fixed with main",
			"two 3": "grouped with main",
		});
		expect(await comments(world)).toEqual([{ pr_number: 2, revision: 1, last_command: "null" }]);
		expect((await send(get(`/api/incidents/${two}`))).body).toMatchObject({
			explanation: { fingerprint: { text: expect.stringContaining("src/clamp.rs") } },
			leader: { id: leader, status: "fixed", branch: DEFAULT, fix: 812 },
		});
		const remediations = await pullRequestRemediations(world.journal, { repository: "5dlabs/cto", pr_number: 2 }, 10);
		const shown = { remediations, hasMore: false, web: "https://github.com" };
		const text = statusCommentText({ last_command: null, pr_number: 2 }, shown);
		expect(text).toContain("**Fixed on ` main ` by #812: update your branch.**");
		expect(text).not.toContain(" ran ");
		await green(world, { run: 11, branch: "two", pr: 2 });
		await minutes(world, 2);
		expect(await standings(world)).toMatchObject({ "two 3": "fixed with main" });
		expect(await agentsOn(world)).toEqual([DEFAULT]);
		const events = await world.journal.prepare("SELECT event FROM notification_events ORDER BY at").all();
		expect(events.results).toEqual([{ event: "fixed" }]);
	});

	it("takes no member for a flake whose run passes again once its base is fixed", async () => {
		const world = await groupLife();
		const { leader } = await threeOfOneCause(world);
		await mended(world, leader, 812);
		await green(world, { run: 3, branch: "two", pr: 2, attempt: 2 });
		await minutes(world, 2);
		expect(await standings(world)).toMatchObject({ "two 3": "fixed with main" });
		expect(await listFlakes(world.journal, { now: world.clock, limit: 10 })).toEqual([]);
	});

	it("takes a member for a flake whose run passes again while nobody has fixed anything", async () => {
		const world = await groupLife();
		await threeOfOneCause(world);
		await green(world, { run: 3, branch: "two", pr: 2, attempt: 2 });
		await minutes(world, 2);
		expect(await listFlakes(world.journal, { now: world.clock, limit: 10 })).toMatchObject([{ seen: 1 }]);
	});

	it("sends an agent to a member that is red with the fix", async () => {
		const world = await groupLife();
		const { leader } = await threeOfOneCause(world);
		await agentEnds(world, leader);
		await merged(world, leader, 812);
		// A commit of a later run than the merge, one with the fix and one without.
		await red(world, { run: 50, branch: "four", cause: "clamp", pr: 4 });
		await red(world, { run: 51, branch: "five", cause: "clamp", pr: 5 });
		const sha = (run: number) => run.toString(16).padStart(40, "0");
		world.compared.set(`${"f".repeat(40)}...${sha(50)}`, "ahead");
		world.compared.set(`${"f".repeat(40)}...${sha(51)}`, "diverged");
		await minutes(world, 2);
		expect(await standings(world)).toMatchObject({
			"four 50": "grouped with main",
			"five 51": "grouped with main",
		});
		await green(world, { run: 60, branch: DEFAULT });
		await minutes(world, 3);
		expect(await standings(world)).toMatchObject({ "four 50": "running", "five 51": "grouped with main" });
		expect((await comments(world)).map(({ pr_number }) => pr_number)).toEqual([1, 2, 5]);
	});
});

describe("when the leader has no fix", () => {
	it("asks a person once if it escalates; its members and those that come wait with it", async () => {
		const world = await groupLife(undefined, { max_attempts: 1, escalate: ["human"] });
		const { leader } = await threeOfOneCause(world);
		await agentEnds(world, leader, "Failed");
		await minutes(world, 3);
		await red(world, { run: 7, branch: "three", cause: "clamp", pr: 3 });
		await minutes(world, 3);
		expect(await standings(world)).toEqual({
			"main 1": "escalated",
			"one 2": "grouped with main",
			"two 3": "grouped with main",
			"three 7": "grouped with main",
		});
		expect(world.cluster.made).toHaveLength(1);
		await green(world, { run: 10, branch: DEFAULT });
		await minutes(world, 3);
		expect(await standings(world)).toMatchObject({ "main 1": "fixed", "one 2": "grouped with main" });
		expect((await comments(world)).map(({ pr_number }) => pr_number)).toEqual([1, 2, 3]);
	});

	it("waits as long again for a leader that a person retries", async () => {
		const world = await groupLife(undefined, { max_attempts: 1, escalate: ["human"] });
		const { leader } = await threeOfOneCause(world);
		await agentEnds(world, leader, "Failed");
		await minutes(world, 3);
		world.clock += 25 * 3_600_000;
		await retryRemediation(world, leader, "octocat");
		await minutes(world, 3);
		await red(world, { run: 7, branch: "three", cause: "clamp", pr: 3 });
		world.clock += 120_000;
		await minutes(world, 2);
		expect(await standings(world)).toMatchObject({
			"main 1": "running",
			"one 2": "grouped with main",
			"three 7": "grouped with main",
		});
	});

	it("sends nobody else if its attempts are used up and there is no person, but a person may", async () => {
		const world = await groupLife(undefined, { max_attempts: 1, escalate: [] });
		const { leader, two } = await threeOfOneCause(world);
		await agentEnds(world, leader, "Failed");
		await minutes(world, 3);
		expect(await standings(world)).toMatchObject({ "main 1": "failed", "two 3": "grouped with main" });
		expect(await retryRemediation(world, two, "octocat")).toMatchObject({ ok: true, status: "waiting" });
		await minutes(world, 15);
		expect(await standings(world)).toMatchObject({ "one 2": "grouped with main", "two 3": "running" });
		expect(await agentsOn(world)).toEqual([DEFAULT, "two"]);
	});

	it("lets the next member lead if a person stops it", async () => {
		const world = await groupLife();
		const { leader } = await threeOfOneCause(world);
		await stopRemediation(world, leader, "octocat");
		await agentEnds(world, leader);
		await minutes(world, 15);
		expect(await standings(world)).toEqual({
			"main 1": "cancelled",
			"one 2": "running",
			"two 3": "grouped with one",
		});
	});

	it("lets the next member lead if it is superseded before any attempt", async () => {
		const world = await groupLife();
		await red(world, { run: 30, branch: "zero", cause: "parse" });
		await minutes(world, 2);
		await threeOfOneCause(world);
		expect(await standings(world)).toMatchObject({ "main 1": "waiting" });
		await green(world, { run: 1, branch: DEFAULT, attempt: 2 });
		await minutes(world, 12);
		expect(await standings(world)).toEqual({
			"zero 30": "running",
			"main 1": "superseded",
			"one 2": "waiting",
			"two 3": "grouped with one",
		});
	});

	it("lets the next member lead if the relay never makes its CodeRun", async () => {
		const world = await groupLife();
		const { relay } = world;
		world.relay = (id, body) =>
			JSON.parse(body).attempt === 1 && world.sent.length === 1
				? { ok: true, result: { result: "refused", reason: "name_taken", detail: "by another" } }
				: relay(id, body);
		await red(world, { run: 30, branch: "zero", cause: "parse" });
		await threeOfOneCause(world);
		await minutes(world, 3);
		expect((await standings(world))["zero 30"]).toBe("failed");
		expect(await agentsOn(world)).toEqual([DEFAULT]);
	});

	it("lets the next member lead once the window ends, and takes newcomers there", async () => {
		const world = await groupLife({ scope: "repository", window_s: 1800 });
		await threeOfOneCause(world);
		await minutes(world, 20);
		expect(await standings(world)).toMatchObject({ "one 2": "grouped with main" });
		await minutes(world, 15);
		await red(world, { run: 7, branch: "three", cause: "clamp", pr: 3 });
		await minutes(world, 5);
		expect(await standings(world)).toEqual({
			"main 1": "running",
			"one 2": "waiting",
			"two 3": "grouped with one",
			"three 7": "grouped with one",
		});
	});

	it("lets the next member lead once its window ends that began late: its jobs were run again first", async () => {
		const world = await groupLife({ scope: "repository", window_s: 1800 });
		const { leader } = await threeOfOneCause(world);
		const set = "UPDATE incidents SET status = 'rerunning', led_at = NULL, next_try_at = ?2 WHERE id = ?1";
		await world.journal.batch([
			world.journal.prepare(set).bind(leader, world.clock + 24 * 3_600_000),
			world.journal.prepare("UPDATE incidents SET next_try_at = ?1 WHERE leader_id IS NOT NULL").bind(world.clock),
		]);
		await minutes(world, 45);
		expect(await standings(world)).toMatchObject({ "main 1": "rerunning", "one 2": "grouped with main" });
		await world.journal
			.prepare("UPDATE incidents SET status = 'running', led_at = ?2 WHERE id = ?1")
			.bind(leader, world.clock)
			.run();
		await minutes(world, 45);
		expect(await standings(world)).toMatchObject({ "one 2": "waiting" });
	});

	it("lets the next member lead if it was decided again, on another cause", async () => {
		const world = await groupLife();
		const { leader, one, two } = await threeOfOneCause(world);
		await world.journal.batch([
			world.journal.prepare("UPDATE incidents SET fingerprint = 'another' WHERE id = ?1").bind(leader),
			world.journal.prepare("UPDATE incidents SET next_try_at = 0 WHERE id IN (?1, ?2)").bind(one, two),
		]);
		await minutes(world, 5);
		expect(await standings(world)).toEqual({
			"main 1": "running",
			"one 2": "waiting",
			"two 3": "grouped with one",
		});
	});
});
