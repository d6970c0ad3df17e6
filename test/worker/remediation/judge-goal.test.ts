import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Context } from "../../../pipeline/context.ts";
import type { CheckRow } from "../../../worker/journal/checks.ts";
import { type Goal, goalOf, redAtDecision } from "../../../worker/remediation/goal.ts";
import { type GoalInput, judgeGoal, splitParts } from "../../../worker/remediation/judge-goal.ts";
import { sampleId, sampleIncident } from "../support/sample-incident.ts";

const DECIDED = 1_000_000;
const CI = { workflow: { name: "CI" }, job: "clippy" } as const;

/** A result on the branch, of a commit that was pushed while the agent worked, unless told otherwise. */
function row(changes: Partial<CheckRow> = {}): CheckRow {
	return {
		repository: "5dlabs/cto",
		head_repository: "5dlabs/cto",
		branch: "fix/parser",
		check_name: "workflow:CI",
		job: "",
		conclusion: "success",
		position: "run.000000000000000200.00001",
		head_sha: "new",
		run_id: "200",
		pr_number: null,
		actor_login: "5DLabs-Rex[bot]",
		actor_type: "Bot",
		failed_steps: null,
		workflow_name: null,
		url: null,
		started_at: DECIDED + 1000,
		received_at: DECIDED + 2000,
		...changes,
	};
}

function judge(goal: Goal, rows: readonly CheckRow[], changes: Partial<GoalInput> = {}) {
	return judgeGoal(goal, {
		failed: { jobs: [], branch: "fix/parser", began_at: 500_000, head_sha: "old" },
		failed_jobs: ["clippy"],
		...splitParts(
			{ checks: rows, uncounted: [] },
			goal.kind === "check" ? { kind: "workflow", name: "CI" } : undefined,
		),
		fixBranches: ["healer/0"],
		isOwnAgent: (login) => login === "5DLabs-Rex[bot]",
		incidentOf: () => undefined,
		since: DECIDED,
		from: DECIDED,
		...changes,
	});
}

/** The verdict in one word. */
function verdict(goal: Goal, rows: readonly CheckRow[], changes: Partial<GoalInput> = {}): string {
	const judged = judge(goal, rows, changes);
	if (judged.result === "passed") return `passed by ${judged.by}`;
	if (judged.result !== "none" || judged.hint === undefined) return judged.result;
	return `${judged.hint.isEnough ? "enough" : "part"}${judged.hint.isOurs ? "" : ", not known as ours"}`;
}

const PERSON = { actor_login: "octocat", actor_type: "User" } as const;
const failure = { conclusion: "failure" } as const;
const docs = { check_name: "workflow:Docs" } as const;
const check = { check_name: "app:linter", job: "lint", position: "time.000000001001000", run_id: null } as const;
const actions = {
	...check,
	check_name: "app:github-actions",
	job: "clippy",
	actor_login: null,
	actor_type: null,
} as const;

describe("what was red on the head", () => {
	const red: Goal = { kind: "head", red: [CI] };
	const both: Goal = { kind: "head", red: [CI, { app: "linter", job: "lint" }] };
	const dirty: Goal = { kind: "head", red: [{ app: "github/mergeable" }] };
	const mergeable = { check_name: "app:github/mergeable", job: "", actor_login: null, actor_type: null } as const;

	it.each<[string, Goal, readonly CheckRow[], string]>([
		["has to pass", red, [], "none"],
		["passes on the agent's commit", red, [row()], "passed by agent"],
		["passes on the fix's own branch", red, [row({ branch: "healer/0" })], "passed by agent"],
		["passes on a person's commit", red, [row(PERSON)], "passed by other"],
		["passes in a rerun of the same commit", red, [row({ head_sha: "old" })], "passed by rerun"],
		["passed before the agent was chosen", red, [row({ started_at: DECIDED - 1 })], "none"],
		["is not what passes", red, [row(docs)], "none"],
		["is not what fails", red, [row(), row({ ...docs, ...failure })], "passed by agent"],
		["fails on the agent's commit", red, [row(failure)], "failed"],
		["fails on a rerun of the commit that was red", red, [row({ ...failure, head_sha: "old" })], "none"],
		["fails on a person's commit", red, [row({ ...failure, ...PERSON })], "none"],
		["passes in one of two checks", both, [row()], "none"],
		["passes in both checks", both, [row(), row(check)], "passed by agent"],
		["fails in one of two checks", both, [row(), row({ ...check, ...failure })], "failed"],
		["passes in its job alone", red, [row({ job: "clippy" })], "enough"],
		["passes in a check run of GitHub Actions", red, [row(actions)], "enough"],
		[
			"passes in a check run of nobody's branch",
			red,
			[row({ ...actions, head_repository: "" })],
			"enough, not known as ours",
		],
		["passes in another job alone", red, [row({ job: "test" })], "part"],
		["is a conflict that is gone", dirty, [row(mergeable)], "passed by agent"],
		[
			"is a conflict that is gone, as the base moved",
			dirty,
			[row({ ...mergeable, head_sha: "old" })],
			"passed by other",
		],
		["is a conflict that a person resolved", dirty, [row(mergeable), row({ ...docs, ...PERSON })], "passed by other"],
		["is a conflict that stays", dirty, [row({ ...mergeable, ...failure })], "failed"],
		["is a conflict, whatever else passes", dirty, [row()], "none"],
	])("%s", (_what, goal, rows, expected) => {
		expect(verdict(goal, rows)).toBe(expected);
	});

	it("is another incident's when a person's push fails and is one", () => {
		const incidentOf = () => "b".repeat(32);
		expect(judge(red, [row({ ...failure, ...PERSON })], { incidentOf })).toMatchObject({
			result: "another_incident",
			incident_id: "b".repeat(32),
		});
	});
});

describe("a head of which nothing was known to be red", () => {
	const any: Goal = { kind: "head", red: [] };
	it.each<[string, readonly CheckRow[], string]>([
		["has no result", [], "none"],
		["has a commit on which something passes", [row()], "enough"],
		["has a commit on which something fails", [row(), row({ ...docs, ...failure })], "failed"],
		[
			"has an older commit that failed",
			[row({ ...docs, ...failure, head_sha: "older", started_at: DECIDED + 1 }), row()],
			"enough",
		],
		["is still the commit that it was", [row({ head_sha: "old" })], "none"],
		["has a person's failing commit", [row({ ...failure, ...PERSON })], "none"],
		["has a check of an App that passes", [row(check)], "enough"],
		["has a fix's branch that fails", [row({ ...failure, branch: "healer/0" }), row()], "failed"],
	])("%s", (_what, rows, expected) => {
		expect(verdict(any, rows)).toBe(expected);
	});
});

describe("a check that failed", () => {
	const goal: Goal = { kind: "check" };
	const changes = {
		failed: {
			check: { kind: "workflow" as const, name: "CI" },
			jobs: [],
			branch: "fix/parser",
			began_at: 500_000,
			head_sha: "old",
		},
	};
	it.each<[string, readonly CheckRow[], string]>([
		["passes with its run", [row()], "passed by agent"],
		["passes in its jobs alone", [row({ job: "clippy" })], "enough"],
		["passes in a suite of GitHub Actions", [row({ ...actions, job: "" })], "part"],
		[
			"passes in a job of another commit than the newest",
			[row({ job: "clippy" }), row({ ...actions, job: "test", head_sha: "newer", started_at: DECIDED + 9000 })],
			"part",
		],
		["fails with its run, whatever its jobs say", [row(failure), row({ job: "clippy" })], "failed"],
	])("%s", (_what, rows, expected) => {
		expect(verdict(goal, rows, changes)).toBe(expected);
	});
});

describe("the fix of an alert", () => {
	const fix = { branch: "healer/0" } as const;
	it.each<[string, readonly CheckRow[], string]>([
		["passes with all that it has", [row(fix), row({ ...fix, ...docs })], "passed by agent"],
		[
			"fails with one of them, whichever is newer",
			[row({ ...fix, ...failure }), row({ ...fix, ...docs, started_at: DECIDED + 9 })],
			"failed",
		],
		["is not on the branch of others", [row()], "none"],
	])("%s", (_what, rows, expected) => {
		expect(verdict({ kind: "fix" }, rows)).toBe(expected);
	});
});

describe("the stage of a play", () => {
	const goal = goalOf({ kind: "play", workflow: { name: "7" }, job: "quality" }, []);
	const stage = {
		check_name: "app:play/7",
		head_sha: null,
		run_id: null,
		actor_login: null,
		actor_type: null,
	} as const;
	it.each<[string, readonly CheckRow[], string]>([
		["passes", [row({ ...stage, job: "quality" })], "passed by agent"],
		["is behind a later one that passes", [row({ ...stage, job: "security" })], "passed by agent"],
		["is behind a later one that fails", [row({ ...stage, job: "security", ...failure })], "passed by agent"],
		["fails again", [row({ ...stage, job: "quality", ...failure })], "failed"],
		["is not the other play's", [row({ ...stage, check_name: "app:play/8", job: "security" })], "none"],
		[
			"is not passed by an event from before the agent",
			[row({ ...stage, job: "security", started_at: DECIDED - 1 })],
			"none",
		],
	])("%s", (_what, rows, expected) => {
		expect(verdict(goal, rows)).toBe(expected);
	});
});

describe("judgeGoal", () => {
	it("lets a failure decide between two checks of one moment, whichever comes first", () => {
		const red = row({ ...docs, ...failure, branch: "healer/0", run_id: "201", position: "time.1" });
		const green = row({ branch: "healer/0", position: "time.1" });
		const goal = { kind: "check" } as const;
		expect([verdict(goal, [red, green]), verdict(goal, [green, red])]).toEqual(["failed", "failed"]);
	});

	it("names the same pusher for a resolved conflict, whichever of a commit's results comes first", () => {
		const conflict = { check_name: "app:github/mergeable", run_id: null, actor_login: null, actor_type: null };
		const agents = row({ head_sha: "new" });
		const persons = row({ ...docs, run_id: "201", actor_login: "octocat", actor_type: "User" });
		const goal = { kind: "head", red: [{ app: "github/mergeable" }] } as const;
		const mergeable = row({ ...conflict, job: "" });
		const verdicts = [
			[mergeable, agents, persons],
			[persons, agents, mergeable],
		].map((rows) => verdict(goal, rows));
		expect(verdicts).toEqual(["passed by agent", "passed by agent"]);
	});

	it("does not depend on the order of the results", () => {
		const anyRow = fc.record({
			check_name: fc.constantFrom(
				"workflow:CI",
				"workflow:Docs",
				"app:github-actions",
				"app:play/7",
				"app:github/mergeable",
			),
			job: fc.constantFrom("", "clippy", "quality"),
			conclusion: fc.constantFrom("success" as const, "failure" as const),
			branch: fc.constantFrom("fix/parser", "healer/0"),
			head_sha: fc.constantFrom("old", "new", "newer"),
			started_at: fc.integer({ min: DECIDED - 2, max: DECIDED + 2 }),
		});
		// As in the journal: one row a branch, check and job.
		const rows = fc.uniqueArray(anyRow, {
			selector: (one) => `${one.branch} ${one.check_name} ${one.job}`,
			maxLength: 8,
		});
		const goals = fc.constantFrom<Goal>(
			{ kind: "check" },
			{ kind: "fix" },
			{ kind: "head", red: [] },
			{ kind: "head", red: [CI, { app: "github/mergeable" }] },
			{ kind: "stage", play: { app: "play/7", job: "quality" } },
		);
		fc.assert(
			fc.property(goals, rows, (goal, given) => {
				const all = given.map((changes) => row({ ...changes, position: `time.${changes.started_at}` }));
				expect(verdict(goal, all.toReversed())).toBe(verdict(goal, all));
			}),
		);
	});
});

describe("redAtDecision", () => {
	const part = (from: string, data: unknown) => ({ from, took_ms: 1, status: "ok", data }) as const;
	const incident = (kind: "manual" | "change" | "review" | "ci", conclusion?: string) =>
		sampleIncident({ id: sampleId(1), kind, ...(conclusion !== undefined && { conclusion }) });
	const context: Context = {
		job_logs: part("github.job_logs", {
			jobs: [
				{ name: "clippy", failed_steps: [], run_id: "9" },
				{ name: "lint", failed_steps: [], app: "linter" },
				{ name: "ci/circleci", failed_steps: [], app: "status" },
			],
			runs: [
				{ id: "9", workflow: { name: "CI", path: ".github/workflows/ci.yml" } },
				{ id: "8", workflow: { name: "Docs" } },
			],
		}),
		pull_request: part("github.pull_request", { mergeable_state: "dirty" }),
	};

	it("names runs with their jobs, checks of Apps, statuses and a conflict", () => {
		expect(redAtDecision(incident("manual"), context)).toEqual([
			{ app: "github/mergeable" },
			{ workflow: { name: "CI", path: ".github/workflows/ci.yml" }, job: "clippy" },
			{ workflow: { name: "Docs" } },
			{ app: "linter", job: "lint" },
			{ job: "ci/circleci" },
		]);
	});

	it("knows a conflict from the event alone", () => {
		expect(redAtDecision(incident("change", "merge_conflict"), {})).toEqual([{ app: "github/mergeable" }]);
	});

	it("is nothing for a failed check, which has its own", () => {
		expect(redAtDecision(incident("ci"), context)).toBeUndefined();
	});
});
