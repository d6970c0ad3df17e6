import { describe, expect, it } from "vitest";
import type { Field, Tool } from "../../../pipeline/artefact.ts";
import { collectLogPatterns } from "../../../pipeline/build/collect-log-patterns.ts";
import type { Facts } from "../../../pipeline/expression/facts.ts";
import { joinReadings } from "../../../pipeline/log/join-readings.ts";
import { readLogText } from "../../../pipeline/log/log-reader.ts";
import { compileLogSearch } from "../../../pipeline/log/log-search.ts";
import { compileToolTable, tablePatterns } from "../../../pipeline/tools/tool-table.ts";
import { weighEvidence } from "../../../pipeline/tools/weigh-evidence.ts";

const field = (more: Partial<Field> = {}): Field => ({
	title: "x",
	words: [],
	files: [],
	sources: [],
	fix: "Fix it.",
	...more,
});

const FIELDS: Readonly<Record<string, Field>> = {
	rust: field({ words: ["rust"], sources: ["*.rs"], files: ["*.rs"] }),
	frontend: field({ words: ["frontend"], sources: ["*.ts"], files: ["*.ts"] }),
	python: field({ words: ["python"] }),
	infrastructure: field({ words: ["docker"], files: ["Dockerfile*"] }),
	security: field({ words: ["security"] }),
	runner: field(),
	general: field(),
};

type Written = Pick<Tool, "tool" | "field"> &
	Partial<Tool> & { readonly prints: readonly string[]; readonly type: string };

function tool({ prints, type, ...written }: Written, more: Partial<Tool["failures"][number]> = {}): Tool {
	const failure = { type, prints, unless: [], over: [], fix: "Fix it.", samples: [], ...more };
	return { programs: [], kind: "finding", failures: [failure], ...written };
}

const TOOLS: readonly Tool[] = [
	tool({
		tool: "rustc",
		field: "rust",
		programs: ["cargo build", "cargo clippy"],
		type: "rust_build",
		prints: ["could not compile `"],
	}),
	tool(
		{
			tool: "clippy",
			field: "rust",
			programs: ["cargo clippy"],
			type: "rust_clippy",
			prints: ["rust-lang.github.io/rust-clippy"],
		},
		{ over: ["rust_build"] },
	),
	tool({
		tool: "cargo test",
		field: "rust",
		programs: ["cargo test"],
		type: "rust_test",
		prints: ["test result: FAILED"],
	}),
	tool({
		tool: "eslint",
		field: "frontend",
		programs: ["eslint"],
		type: "frontend_lint",
		prints: ["/\\d+ problems? \\(/"],
	}),
	tool({
		tool: "pytest",
		field: "python",
		programs: ["pytest"],
		type: "python_test",
		prints: ["short test summary info"],
	}),
	tool({
		tool: "gitleaks",
		field: "security",
		kind: "security",
		programs: ["gitleaks"],
		type: "security_secret",
		prints: ["leaks found: "],
	}),
	tool({ tool: "registry", field: "runner", kind: "network", type: "network", prints: ["/\\b50[234]\\b/"] }),
	tool({ tool: "time", field: "runner", kind: "runner", type: "runner_timeout", prints: ["has timed out after"] }),
	tool({
		tool: "docker build",
		field: "infrastructure",
		kind: "wrapper",
		programs: ["docker build"],
		type: "docker_build",
		prints: ["failed to solve"],
	}),
	tool({ tool: "npm", field: "frontend", kind: "wrapper", programs: ["npm"], type: "frontend_dependency", prints: [] }),
	tool({ tool: "jest", field: "frontend", programs: ["jest"], type: "frontend_test", prints: ["Test Suites: "] }),
	tool({
		tool: "make",
		field: "general",
		kind: "wrapper",
		programs: ["make"],
		names: [],
		type: "make",
		prints: ["make: ***"],
	}),
];

const table = compileToolTable(FIELDS, TOOLS);
const search = compileLogSearch(collectLogPatterns([], tablePatterns(FIELDS, TOOLS)));

const log = (command: string, ...lines: readonly string[]) =>
	readLogText(
		search,
		[
			`##[group]Run ${command}`,
			`\u001b[36;1m${command}\u001b[0m`,
			"shell: /usr/bin/bash -e {0}",
			"##[endgroup]",
			...lines,
			"##[error]Process completed with exit code 1.",
		].join("\n"),
	);

const strongest = (facts: Facts) => {
	const [first] = weighEvidence(table, facts);
	return first && `${first.type} by ${first.kind}`;
};

describe("evidence", () => {
	const cases: readonly (readonly [about: string, facts: Facts, expected: string | undefined])[] = [
		["nothing", {}, undefined],
		[
			"a lint beats the compiler's summary of it",
			{ log: log("cargo clippy", "see https://rust-lang.github.io/rust-clippy/x", "error: could not compile `a`") },
			"rust_clippy by own_finding",
		],
		[
			"the finding of the program that ran beats another tool's that is printed later",
			{ log: log("pytest -q", "= short test summary info =", "captured: test result: FAILED") },
			"python_test by own_finding",
		],
		[
			"among unknown programs, what is printed last is what failed",
			{ log: log("./ci.sh", "3 problems (1 error)", "test result: FAILED. 1 failed") },
			"rust_test by finding",
		],
		[
			"a scanner's finding in a job of another language",
			{ log: log("./gate.sh", "3 problems (", "leaks found: 2") },
			"security_secret by security_finding",
		],
		[
			"a test of a scanner is a test",
			{ log: log("pytest", "printed: leaks found: 2", "= short test summary info =") },
			"python_test by own_finding",
		],
		[
			"a time limit below a finding",
			{ log: log("cargo test", "test result: FAILED.", "the step has timed out after 30 minutes") },
			"rust_test by own_finding",
		],
		[
			"a registry's outage",
			{ log: log("npm ci", "failed to get successful HTTP response, got 503") },
			"network by network",
		],
		[
			"a test inside a docker build",
			{ log: log("docker build .", "#9 1.250 test result: FAILED. 1 failed", "ERROR: failed to solve: x") },
			"rust_test by finding",
		],
		[
			"a command inside a docker build that printed nothing known",
			{
				log: log(
					"docker build .",
					'ERROR: failed to solve: process "/bin/sh -c cargo test --locked" did not complete successfully: exit code: 1',
				),
			},
			"rust_test by named_program",
		],
		[
			"the same as Docker 20 says it",
			{ log: log("docker build .", "executor failed running [/bin/sh -c cargo test --locked]: exit code: 1") },
			"rust_test by named_program",
		],
		["a docker build alone", { log: log("docker build .", "ERROR: failed to solve: x") }, "docker_build by wrapper"],
		["a word among a command's arguments", { log: log("whichtool cargo test", "bad") }, undefined],
		["a program that printed nothing known", { log: log("npx eslint .", "bad") }, "frontend_lint by program"],
		[
			"a program that printed nothing known, by what its command does",
			{ log: log("npm test:unit", "bad") },
			"frontend_test by wrapping_program",
		],
		[
			"a program of the field at what only another one does",
			{ log: log("cargo build test", "bad") },
			"rust_test by program",
		],
		["what npm ran", { log: log("npm run lint", "> app@1.0.0 lint", "> eslint .", "bad") }, "frontend_lint by program"],
		["a source file", { log: log("./x.sh", "bad thing at src/main.rs:12") }, "rust_source by file"],
		[
			"a gate's name beats a source file",
			{ log: log("./x.sh", "bad thing at src/a.ts:1"), jobs: ["Security gate"] },
			"general by security_name",
		],
		["a target of make", { log: log("make rust", "make: *** [Makefile:3: rust] Error 1") }, "general by step_name"],
		[
			"a step without a log, named after its command",
			{ failed_steps: ["Run cargo clippy -- -D warnings"] },
			"rust_clippy by program",
		],
		["a step's name", { failed_steps: ["ESLint (web)"], jobs: ["rust"] }, "frontend_lint by step_name"],
		["a job's name", { jobs: ["rust / linux"] }, "general by job_name"],
		["the workflow's name", { workflow: { name: "Frontend" }, changed_files: ["a.rs"] }, "general by workflow_name"],
		["changed files", { changed_files: ["a.rs", "b.rs", "c.ts"] }, "general by changed_files"],
		[
			"an installation in a job of another field is about what was changed",
			{ failed_steps: ["Unit tests"], jobs: ["docker"], changed_files: ["a.rs"] },
			"general by changed_files",
		],
		[
			"the same with changed files that nobody tests",
			{ failed_steps: ["Unit tests"], jobs: ["docker"], changed_files: ["Dockerfile"] },
			"general by job_name",
		],
		[
			"a gate around a step that tests",
			{ failed_steps: ["Unit tests"], jobs: ["Security"], changed_files: ["a.rs"] },
			"general by security_name",
		],
		["make, beside any other name", { failed_steps: ["Run make all"], jobs: ["rust"] }, "general by job_name"],
		["make alone", { failed_steps: ["Run make all"] }, "make by wrapping_program"],
		["a target of make without a log", { failed_steps: ["Run make rust"] }, "general by step_name"],
		["a warning", { log: log("./x.sh", "##[warning]3 problems (0 errors)") }, undefined],
		["another case", { log: log("./x.sh", "Test Result: failed") }, undefined],
	];
	for (const [about, facts, expected] of cases) {
		it(`of ${about} is ${expected ?? "none"}`, () => expect(strongest(facts)).toBe(expected));
	}

	it("names the failing command, the decisive line and the place near it", () => {
		const facts = {
			log: log(
				"cargo clippy",
				"error: too many",
				"  --> src/a.rs:7:1",
				"  = help: https://rust-lang.github.io/rust-clippy/x",
			),
		};
		expect(weighEvidence(table, facts)[0]).toMatchObject({
			command: "cargo clippy",
			place: "src/a.rs:7",
			line: { log: 0, line: 7, text: "  = help: https://rust-lang.github.io/rust-clippy/x" },
		});
	});

	it("is of the first of several failed jobs, and each log's commands are its own", () => {
		const readings = [log("pytest", "= short test summary info ="), log("npx eslint .", "3 problems (1 error)")];
		const joined = joinReadings(readings.map((reading, at) => ({ reading, title: `job ${at}` })));
		expect(
			weighEvidence(table, { log: joined })
				.map(({ type, kind }) => `${type} by ${kind}`)
				.slice(0, 2),
		).toEqual(["python_test by own_finding", "frontend_lint by own_finding"]);
	});
});
