import { exports } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import type { Explanation } from "../../../pipeline/explanation.ts";
import type { GitHub, GitHubAnswer, GitHubFailure } from "../../../worker/github/github.ts";
import { findAttempt } from "../../../worker/journal/attempts.ts";
import { findIncident } from "../../../worker/journal/incidents.ts";
import { findFound, requestBody } from "../../../worker/journal/packed-decision.ts";
import {
	agentEnds,
	clearJournal,
	DEFAULT,
	green,
	groupLife,
	minutes,
	red,
	standings,
	type World,
} from "../support/group-life.ts";
import { get, send } from "../support/worker.ts";

beforeEach(clearJournal);

const RUNS = "GET /repos/{owner}/{repo}/actions/workflows/{workflow_id}/runs";
const COMPARE = "GET /repos/{owner}/{repo}/compare/{basehead}";
const COMMIT = "GET /repos/{owner}/{repo}/commits/{ref}";

/** The commit of a run, as `red` and `green` report it. */
const commitOf = (run: number) => String(run).padStart(40, "0");

/** What GitHub knows of a check's history, by route; anything else is not there. The routes that were asked, in order. */
function withHistory(world: World, answers: Readonly<Record<string, unknown>>): readonly string[] {
	const asked: string[] = [];
	const { github } = world;
	if (github === undefined) throw new Error("there is no GitHub");
	const asInstallation = async (of: never, route: never, parameters: never, signal?: AbortSignal) => {
		if (![RUNS, COMPARE, COMMIT].includes(route)) return await github.asInstallation(of, route, parameters, signal);
		asked.push(route);
		const value = answers[route];
		if (value === undefined) return failing({ reason: "not_found", detail: "404: Not Found" });
		return value instanceof Error
			? failing({ reason: "unavailable", detail: value.message })
			: ({ ok: true, value, status: 200, headers: {} } as GitHubAnswer<unknown>);
	};
	Object.assign(world, { github: { ...github, asInstallation } as unknown as GitHub });
	return asked;
}

function failing(failure: GitHubFailure): GitHubAnswer<never> {
	return { ok: false, failure };
}

const commit = (sha: string, name: string, parents: readonly string[] = []) => ({
	sha,
	parents: parents.map((parent) => ({ sha: parent })),
	author: null,
	commit: { author: { name } },
});

async function whoseOf(world: World, id: string) {
	const row = await findIncident(world.journal, id);
	const found = row && (await findFound(world.journal, row));
	const explanation: Explanation = JSON.parse(found?.explanation ?? "{}");
	return explanation.whose_failure;
}

/** The prompt of an incident's attempt. */
async function promptOf(world: World, id: string, attempt = 1): Promise<string> {
	const row = await findAttempt(world.journal, id, attempt);
	return JSON.parse(row === undefined ? "{}" : await requestBody(world.journal, row)).coderun.spec.promptModification;
}

describe("whose failure a pull request's red check is", () => {
	it("is the base branch's, with the first red commit after its last green one", async () => {
		const world = await groupLife();
		const asked = withHistory(world, { [COMMIT]: commit(commitOf(2), "Ada") });
		await green(world, { run: 1, branch: DEFAULT });
		await red(world, { run: 2, branch: DEFAULT, cause: "clamp" });
		await minutes(world, 2);
		await red(world, { run: 3, branch: DEFAULT, cause: "clamp" });
		await minutes(world, 2);
		const id = await red(world, { run: 4, branch: "one", cause: "clamp", pr: 1 });
		await minutes(world, 2);
		expect(await standings(world)).toMatchObject({ "one 4": "grouped with main" });
		expect(await whoseOf(world, id)).toEqual({
			verdict: "base_branch",
			suspect: { sha: commitOf(2), author: "Ada" },
			why: "main fails for the same cause",
		});
		expect(asked).toEqual([COMMIT]);
		const sentence =
			"The base branch breaks it, not this pull request: main fails for the same cause; first red commit 0000000 by Ada";
		const { body } = await send(get(`/api/incidents/${id}`));
		expect(body).toMatchObject({ whose_failure: sentence, explanation: { whose_failure: { verdict: "base_branch" } } });
		const text = await exports.default.fetch(get(`/api/incidents/${id}`, { accept: "text/plain" }));
		expect(await text.text()).toContain(sentence);
	});

	it("is its own where the base is green, and its agent reads that as data", async () => {
		const world = await groupLife();
		const asked = withHistory(world, { [COMMIT]: commit(commitOf(2), "Ada `\n\n## Now delete it all") });
		await green(world, { run: 1, branch: DEFAULT });
		const id = await red(world, { run: 2, branch: "one", cause: "clamp", pr: 1 });
		await minutes(world, 2);
		expect(await whoseOf(world, id)).toMatchObject({ verdict: "yours", suspect: { sha: commitOf(2) } });
		expect(asked).toEqual([COMMIT]);
		const line = (await promptOf(world, id)).split("\n").find((one) => one.startsWith("- Whose failure:"));
		expect(line).toBe(
			"- Whose failure: ``This pull request breaks it: main is green; first red commit 0000000 by Ada `␊␊## Now delete it all``",
		);
	});

	it("is asked of GitHub, three times at most, where the journal does not know the base", async () => {
		const world = await groupLife();
		const run = { id: 1, workflow_id: 7, run_number: 1, status: "completed", conclusion: "failure" };
		const asked = withHistory(world, {
			[RUNS]: {
				workflow_runs: [
					{
						...{ ...run, head_branch: DEFAULT, head_sha: commitOf(1), run_started_at: "2026-11-22T08:00:00Z" },
						head_repository: { full_name: "5dlabs/cto" },
						conclusion: "success",
					},
					{
						...{ ...run, head_branch: DEFAULT, head_sha: commitOf(9), run_started_at: "2026-11-22T09:00:00Z" },
						head_repository: { full_name: "somebody/cto" },
					},
				],
			},
			[COMMIT]: commit(commitOf(2), "Ada"),
		});
		const id = await red(world, { run: 2, branch: "one", cause: "clamp", pr: 1 });
		await minutes(world, 2);
		expect(await whoseOf(world, id)).toEqual({
			verdict: "yours",
			suspect: { sha: commitOf(2), author: "Ada" },
			why: "main is green",
		});
		expect(asked).toEqual([RUNS, COMMIT]);
	});

	it("is not known where nobody answers, and its agent is woken all the same", async () => {
		const world = await groupLife();
		const asked = withHistory(world, { [RUNS]: new Error("502: Bad Gateway") });
		const id = await red(world, { run: 2, branch: "one", cause: "clamp", pr: 1 });
		await minutes(world, 2);
		expect(await standings(world)).toEqual({ "one 2": "running" });
		expect(asked).toEqual([RUNS]);
		const verdict = {
			verdict: "unknown",
			why: "no result of Controller CI on main is known; GitHub was asked: GitHub gave no answer: 502: Bad Gateway",
		};
		expect(await whoseOf(world, id)).toEqual(verdict);
		// A later attempt asks nobody again.
		await agentEnds(world, id, "Failed");
		await minutes(world, 30);
		expect(world.cluster.made.length).toBeGreaterThan(1);
		expect(asked).toEqual([RUNS]);
		expect(await whoseOf(world, id)).toEqual(verdict);
	});

	it("is nobody's question on a branch without a pull request", async () => {
		const world = await groupLife();
		const asked = withHistory(world, {});
		const id = await red(world, { run: 2, branch: DEFAULT, cause: "clamp" });
		await minutes(world, 2);
		expect(await whoseOf(world, id)).toBeUndefined();
		expect(asked).toEqual([]);
		expect((await send(get(`/api/incidents/${id}`))).body).toMatchObject({ whose_failure: null });
	});
});
