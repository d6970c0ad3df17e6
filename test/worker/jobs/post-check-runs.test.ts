import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import type { GitHub, GitHubAnswer, GitHubFailure } from "../../../worker/github/github.ts";
import { postCheckRuns } from "../../../worker/jobs/post-check-runs.ts";
import {
	agentEnds,
	clearJournal,
	DEFAULT,
	green,
	groupLife,
	merged,
	minutes,
	red,
	type World,
} from "../support/group-life.ts";

const MINUTE_MS = 60_000;
const ON = { scope: "repository", window_s: 86_400, check_run: true } as const;

beforeEach(async () => {
	await clearJournal();
	await env.JOURNAL.prepare("DELETE FROM check_runs").run();
});

interface ShownRun {
	id: number;
	external_id: string;
	app: { slug: string };
	head_sha: string;
	conclusion: string;
	title: string;
}

interface Checks {
	readonly runs: ShownRun[];
	/** Methods, in the order they were asked. */
	readonly asked: string[];
	/** Happens to the next write: it is refused, or made and its answer is lost. */
	next: { readonly failure: GitHubFailure; readonly isMade: boolean } | undefined;
}

/** Gives the world's GitHub the checks API. */
function withChecks(world: World): Checks {
	const checks: Checks = { runs: [], asked: [], next: undefined };
	const ok = (value: unknown) => ({ ok: true, value, status: 200, headers: {} }) as GitHubAnswer<unknown>;
	const { github } = world;
	const asInstallation = async (of: never, route: never, parameters: Record<string, never>) => {
		const [method = "", path = ""] = String(route).split(" ");
		if (!path.includes("/check-runs")) return await github?.asInstallation(of, route, parameters as never);
		checks.asked.push(method);
		if (method === "GET") {
			return ok({ check_runs: checks.runs.filter(({ head_sha }) => head_sha === parameters.ref) });
		}
		const { next } = checks;
		checks.next = undefined;
		if (next !== undefined && !next.isMade) return { ok: false, failure: next.failure };
		const { output, check_run_id, ...rest } = parameters as unknown as ShownRun & {
			output: { title: string };
			check_run_id?: number;
		};
		const known = checks.runs.find(({ id }) => id === check_run_id);
		const run = known ?? { ...rest, id: checks.runs.length + 1, app: { slug: "healer" }, title: "" };
		Object.assign(run, { title: output.title, conclusion: rest.conclusion });
		if (known === undefined) checks.runs.push(run);
		return next === undefined ? ok({ id: run.id }) : { ok: false, failure: next.failure };
	};
	const asApp = async () => ok({ slug: "healer" });
	Object.assign(world, { github: { ...github, asInstallation, asApp } as unknown as GitHub });
	return checks;
}

/** A leader on the default branch, and a pull request that fails for the same cause. */
async function leftAlone(world: World): Promise<string> {
	const leader = await red(world, { run: 1, branch: DEFAULT, cause: "clamp" });
	await minutes(world, 2);
	await red(world, { run: 2, branch: "one", cause: "clamp", pr: 1 });
	await minutes(world, 2);
	return leader;
}

async function later(world: World, ms = 6 * MINUTE_MS): Promise<void> {
	world.clock += ms;
	world.begin();
	await postCheckRuns(world);
}

describe("postCheckRuns", () => {
	it("says on the pull request that it is left alone, then where it is fixed, then that it is", async () => {
		const world = await groupLife(ON);
		const checks = withChecks(world);
		const leader = await leftAlone(world);
		await later(world);
		const head_sha = "2".padStart(40, "0");
		const title = "Healer left this alone: broken on main, being fixed there";
		expect(checks.runs).toMatchObject([{ id: 1, head_sha, conclusion: "neutral", title }]);
		await later(world);
		expect(checks.asked).toEqual(["GET", "POST"]);

		await agentEnds(world, leader);
		await merged(world, leader, 812);
		await later(world);
		expect(checks.runs).toMatchObject([{ title: "Healer left this alone: broken on main, being fixed in #812" }]);
		await green(world, { run: 3, branch: DEFAULT });
		await green(world, { run: 4, branch: "one", pr: 1 });
		await minutes(world, 3);
		await later(world);
		await later(world);
		expect(checks.runs).toMatchObject([{ title: "Fixed: it was broken on main" }]);
		expect(checks.asked).toEqual(["GET", "POST", "PATCH", "PATCH"]);
	});

	it("posts one, whoever runs at once, and after an answer that was lost", async () => {
		const world = await groupLife(ON);
		const checks = withChecks(world);
		await leftAlone(world);
		checks.next = { failure: { reason: "unavailable", detail: "timeout" }, isMade: true };
		world.begin();
		await Promise.all([postCheckRuns(world), postCheckRuns(world), postCheckRuns(world)]);
		expect(checks.asked).toEqual(["GET", "POST"]);
		await later(world);
		expect(checks.asked).toEqual(["GET", "POST", "GET", "PATCH"]);
		expect(checks.runs).toHaveLength(1);
	});

	it("takes no other App's check run for its own", async () => {
		const world = await groupLife(ON);
		const checks = withChecks(world);
		await leftAlone(world);
		const { results } = await env.JOURNAL.prepare("SELECT id FROM incidents WHERE branch = 'one'").all();
		const of = { head_sha: "2".padStart(40, "0"), conclusion: "success", title: "mine" };
		checks.runs.push({ ...of, id: 1, external_id: `healer-${results[0]?.id}`, app: { slug: "github-actions" } });
		await later(world);
		expect(checks.asked).toEqual(["GET", "POST"]);
		expect(checks.runs[0]).toMatchObject(of);
	});

	it("says which permission it lacks, and asks no more", async () => {
		const world = await groupLife(ON);
		const checks = withChecks(world);
		await leftAlone(world);
		const detail = "403: Resource not accessible by integration";
		checks.next = { failure: { reason: "forbidden", detail }, isMade: false };
		await later(world);
		await later(world);
		expect(checks.asked).toEqual(["GET", "POST"]);
		const { results } = await env.JOURNAL.prepare("SELECT problem, next_try_at FROM check_runs").all();
		expect(results).toEqual([
			{
				problem: `the GitHub App needs the permission Checks: write (GitHub: forbidden: ${detail})`,
				next_try_at: null,
			},
		]);
	});

	it("is off unless the pipeline says otherwise", async () => {
		const world = await groupLife();
		const checks = withChecks(world);
		await leftAlone(world);
		await later(world);
		expect(checks.asked).toEqual([]);
	});
});
