import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
	type CheckIdentity,
	checkMatcher,
	checkName,
	checkOf,
	checkOfRow,
} from "../../../worker/journal/check-identity.ts";

const CI = ".github/workflows/ci.yml";
const OTHER = ".github/workflows/other.yml";
const workflow = (of: { path?: string; name?: string; run_id?: string }): CheckIdentity => ({
	kind: "workflow",
	...of,
});

describe("checkMatcher", () => {
	const cases: readonly [string, boolean, CheckIdentity, CheckIdentity, readonly CheckIdentity[]][] = [
		[
			"the same file under a run-name",
			true,
			workflow({ path: CI, name: "Deploy 1" }),
			workflow({ path: CI, name: "Deploy 2" }),
			[],
		],
		[
			"a file that could not be read, and that was mended",
			true,
			workflow({ path: CI, name: CI }),
			workflow({ path: CI, name: "CI" }),
			[],
		],
		["two files of one name", false, workflow({ path: CI, name: "CI" }), workflow({ path: OTHER, name: "CI" }), []],
		["a job, which names no file", true, workflow({ path: CI, name: "CI" }), workflow({ name: "CI" }), []],
		[
			"a job under the name that another run of the file had",
			true,
			workflow({ path: CI, name: "CI" }),
			workflow({ name: "New" }),
			[workflow({ path: CI, name: "New" })],
		],
		[
			"a job of the same run",
			true,
			workflow({ path: CI, name: "Deploy 1", run_id: "7" }),
			workflow({ name: "Deploy", run_id: "7" }),
			[],
		],
		[
			"a job whose run is known to be of another file",
			false,
			workflow({ path: CI, name: "CI" }),
			workflow({ name: "CI", run_id: "7" }),
			[workflow({ path: OTHER, name: "CI", run_id: "7" })],
		],
		[
			"a name that two files have",
			false,
			workflow({ path: CI, name: "CI" }),
			workflow({ name: "CI" }),
			[workflow({ path: CI, name: "CI" }), workflow({ path: OTHER, name: "CI" })],
		],
		[
			"two jobs of a name that two files have",
			true,
			workflow({ name: "CI" }),
			workflow({ name: "CI" }),
			[workflow({ path: CI, name: "CI" }), workflow({ path: OTHER, name: "CI" })],
		],
		[
			"a check of Actions that names its run",
			true,
			{ kind: "app", app: "github-actions", run_id: "7" },
			workflow({ path: CI, run_id: "7" }),
			[],
		],
		["two Apps", false, { kind: "app", app: "vercel" }, { kind: "app", app: "netlify" }, []],
		["an App and a workflow of its name", false, { kind: "app", app: "CI" }, workflow({ name: "CI" }), []],
		["two commit statuses", true, { kind: "status" }, { kind: "status" }, []],
		["a commit status and a workflow", false, { kind: "status" }, workflow({ name: "CI" }), []],
		["nothing known of two workflows", false, workflow({}), workflow({}), []],
	];
	it.each(cases)("%s: %s", (_what, expected, one, other, known) => {
		expect(checkMatcher([...known, one])(one, other)).toBe(expected);
		expect(checkMatcher([...known, one])(other, one)).toBe(expected);
	});

	const texts = fc.constantFrom("a", "b", "c");
	const some = fc.oneof(
		fc.record({ path: texts, name: texts, run_id: texts }, { requiredKeys: [] }).map(workflow),
		fc.record({ kind: fc.constant("app" as const), app: texts, run_id: texts }, { requiredKeys: ["kind", "app"] }),
		fc.constant({ kind: "status" } as const),
	);

	it("answers the same for both orders, of the two and of what is known", () => {
		fc.assert(
			fc.property(some, some, fc.array(some, { maxLength: 5 }), (one, other, known) => {
				const answer = checkMatcher(known)(one, other);
				expect(checkMatcher(known)(other, one)).toBe(answer);
			}),
		);
	});

	it("knows a workflow whose file is known by nothing but its file and its run", () => {
		fc.assert(
			fc.property(
				texts,
				texts,
				texts,
				texts,
				fc.array(some, { maxLength: 5 }),
				(path, otherPath, name, other, known) => {
					const same = checkMatcher(known)(workflow({ path, name }), workflow({ path: otherPath, name: other }));
					expect(same).toBe(path === otherPath);
				},
			),
		);
	});

	it("takes every check that says anything for itself", () => {
		fc.assert(
			fc.property(some, (one) => {
				const saysNothing = one.kind === "workflow" && Object.keys(one).length === 1;
				expect(checkMatcher([one])(one, one)).toBe(!saysNothing);
			}),
		);
	});
});

describe("checkOfRow", () => {
	const written: readonly [string, Parameters<typeof checkOf>[0]][] = [
		["workflow-file:.github/workflows/ci.yml", { workflow: { path: CI, name: "CI" }, run_id: "7" }],
		["workflow:CI", { workflow: { name: "CI" }, job: "lint", run_id: "7" }],
		["app:vercel", { app: "vercel", job: "Preview" }],
		["status", { job: "ci/jenkins" }],
	];
	it.each(written)("reads %s back as it was written", (check_name, fields) => {
		const check = checkOf(fields);
		if (check === undefined) throw new Error("no check");
		expect(checkName(check)).toBe(check_name);
		const workflow_name = fields.workflow?.name ?? null;
		expect(checkOfRow({ check_name, workflow_name, run_id: fields.run_id ?? null })).toEqual(check);
	});
});
