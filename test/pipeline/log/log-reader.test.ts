import { describe, expect, it } from "vitest";
import { createLogReader } from "../../../pipeline/log/log-reader.ts";
import { compileLogSearch } from "../../../pipeline/log/log-search.ts";
import { githubLog, readLog, regex, step, text } from "./github-log.ts";

const setup = [
	"Current runner version: '2.330.0'",
	"##[group]GITHUB_TOKEN Permissions",
	"Contents: read",
	"##[endgroup]",
	"##[group]Run actions/checkout@v5",
	"with:",
	"  repository: 5dlabs/cto",
	"##[endgroup]",
	"[command]/usr/bin/git version",
	"git version 2.51.0",
];

const cleanup = [
	"Post job cleanup.",
	"[command]/usr/bin/git version",
	"git version 2.51.0",
	"Cleaning up orphan processes",
];

const clippy = githubLog([
	...setup,
	...step("cargo clippy --all-targets -- -D warnings"),
	"\u001b[1m\u001b[32m    Checking\u001b[0m controller v0.1.0",
	"\u001b[1m\u001b[38;5;9merror\u001b[0m\u001b[1m: this returns early\u001b[0m",
	"  \u001b[38;5;12m-->\u001b[0m src/main.rs:7:5",
	"",
	"  = note: `-D clippy::needless-return` implied by `-D warnings`",
	"",
	'##[error]could not compile `controller` (bin "controller") due to 1 previous error',
	"##[error]Process completed with exit code 101.",
	...cleanup,
]);

const NOT_COMPILED = 'could not compile `controller` (bin "controller") due to 1 previous error';

describe("createLogReader", () => {
	it("reads a job's log: facts, failing step and excerpt without timestamps and colours", () => {
		const patterns = [
			text("clippy::"),
			text("cargo clippy"),
			text("git version"),
			text("npm ERR!"),
			regex("^error: ", "", "error: "),
			regex("could not compile `[^`]+`", "i", "could not compile `"),
		];
		expect(readLog(clippy, patterns)).toStrictEqual({
			lines: 26,
			bytes: 1551,
			patterns: {
				"clippy::": {
					...{ count: 1, errors: 1, first: 19, last: 19 },
					error: {
						...{ log: 0, line: 19, text: "  = note: `-D clippy::needless-return` implied by `-D warnings`" },
						headline: "error: this returns early",
					},
				},
				"cargo clippy": { count: 2, errors: 0, first: 11, last: 12 },
				"git version": { count: 4, errors: 0, first: 9, last: 25 },
				"/^error: /": {
					...{ count: 1, errors: 1, first: 16, last: 16 },
					error: { log: 0, line: 16, text: "error: this returns early" },
				},
				"/could not compile `[^`]+`/i": {
					...{ count: 1, errors: 1, first: 21, last: 21 },
					error: { log: 0, line: 21, text: NOT_COMPILED },
				},
			},
			steps: [
				{ commands: ["cargo clippy --all-targets -- -D warnings"], failed: [], errors: [NOT_COMPILED], last: [] },
			],
			findings: [
				{
					...{ log: 0, form: "diagnostic", first: 16, last: 17, count: 1 },
					ids: ["src/main.rs: error: this returns early (column 5)"],
				},
				{ log: 0, form: "message", first: 16, last: 16, count: 1, ids: ["error: this returns early"] },
			],
			failed_step: "Run cargo clippy --all-targets -- -D warnings",
			gave_up: [],
			excerpt: [
				"[... 5 lines cut ...]",
				"  repository: 5dlabs/cto",
				"[command]/usr/bin/git version",
				"git version 2.51.0",
				"##[group]Run cargo clippy --all-targets -- -D warnings",
				"cargo clippy --all-targets -- -D warnings",
				"shell: /usr/bin/bash -e {0}",
				"    Checking controller v0.1.0",
				"error: this returns early",
				"  --> src/main.rs:7:5",
				"  = note: `-D clippy::needless-return` implied by `-D warnings`",
				'##[error]could not compile `controller` (bin "controller") due to 1 previous error',
				"##[error]Process completed with exit code 101.",
				"[... 4 lines cut ...]",
			].join("\n"),
		});
	});

	it("reads the columns of gh run view --log and names the step by them", () => {
		const log = [
			"lint\tSet up job\t\ufeff2026-03-01T10:00:00.1234567Z Current runner version: '2.330.0'",
			"lint\tRun ESLint\t2026-03-01T10:00:01.1234567Z ##[group]Run npx eslint .",
			"lint\tRun ESLint\t2026-03-01T10:00:01.1234567Z \u001b[36;1mnpx eslint .\u001b[0m",
			"lint\tRun ESLint\t2026-03-01T10:00:01.1234567Z ##[endgroup]",
			"lint\tRun ESLint\t2026-03-01T10:00:02.1234567Z   3:1  error  Unexpected var  no-var",
			"lint\tRun ESLint\t2026-03-01T10:00:02.1234567Z ##[error]Process completed with exit code 1.",
		].join("\n");
		const reading = readLog(log, [text("no-var"), text("Run ESLint")]);
		expect(reading.failed_step).toBe("Run ESLint");
		expect(reading.patterns).toMatchObject({ "no-var": { count: 1, errors: 1, first: 5, last: 5 } });
		expect(reading.steps).toStrictEqual([
			{ commands: ["npx eslint ."], failed: [], errors: [], last: ["  3:1  error  Unexpected var  no-var"] },
		]);
		expect(reading.excerpt.split("\n").slice(-2)).toStrictEqual([
			"  3:1  error  Unexpected var  no-var",
			"##[error]Process completed with exit code 1.",
		]);
	});

	it("treats a tab as a column separator only before a timestamp", () => {
		expect(readLog("ok\tpkg/a\t0.1s\nFAIL\tpkg/b\t0.2s\n").excerpt).toBe("ok\tpkg/a\t0.1s\nFAIL\tpkg/b\t0.2s");
	});

	it("accepts plain text: its last lines are the error zone, and there is no step", () => {
		const reading = readLog("starting\nnpm ERR! missing script: build\n\n", [text("npm err!")]);
		expect(reading).toStrictEqual({
			lines: 3,
			bytes: 41,
			patterns: {
				"npm err!": {
					...{ count: 1, errors: 1, first: 2, last: 2 },
					error: { log: 0, line: 2, text: "npm ERR! missing script: build" },
				},
			},
			findings: [{ log: 0, form: "message", first: 2, last: 2, count: 1, ids: ["npm ERR! missing script: build"] }],
			steps: [{ commands: [], failed: [], errors: [], last: ["starting", "npm ERR! missing script: build"] }],
			gave_up: [],
			excerpt: "starting\nnpm ERR! missing script: build",
		});
	});

	it("returns an empty reading for an empty log", () => {
		expect(readLog("", [text("a")])).toStrictEqual({
			...{ lines: 0, bytes: 0, patterns: {}, gave_up: [], excerpt: "" },
			steps: [{ commands: [], failed: [], errors: [], last: [] }],
		});
	});

	it.each([
		"\ufeffé \u2713 \ud83d\ude00\u001b[1mé\u001b[0m\n",
		"within a sequence \u001b]0;é \u2713\u0007 alone\n",
		"in one that does not end \u001b]0;é \u2713\n",
	])("counts bytes as UTF-8: %j", (log) => {
		expect(readLog(log).bytes).toBe(Buffer.byteLength(log));
	});

	it("throws after the end", () => {
		const reader = createLogReader(compileLogSearch([]));
		reader.end();
		expect(() => reader.write("a")).toThrow("This log has ended.");
		expect(() => reader.end()).toThrow("This log has ended.");
	});
});

describe("the error zone", () => {
	const boom = [text("boom")];
	const errors = (lines: readonly string[]) => readLog(githubLog(lines), boom).patterns.boom?.errors;
	const many = (count: number) => Array.from({ length: count }, (_, n) => `line ${n}`);

	it("is the 80 lines before the end of the failing step", () => {
		const end = "##[error]Process completed with exit code 1.";
		expect(errors([...step("make"), "boom", ...many(79), end, ...many(200)])).toBe(1);
		expect(errors([...step("make"), "boom", ...many(80), end, ...many(200)])).toBe(0);
	});

	it("does not reach back into the step before", () => {
		expect(
			errors([...step("make"), "boom", ...step("make test"), "##[error]Process completed with exit code 1."]),
		).toBe(0);
	});

	it("includes every line marked as an error, anywhere", () => {
		const marked = ["##[error]boom", "::error file=a.c,line=1::boom", "::error::boom"];
		expect(errors([...marked, ...many(200), "##[error]Process completed with exit code 1."])).toBe(3);
	});

	it("is the 80 lines before an error when no step's end is marked", () => {
		expect(errors([...step("make"), "boom", ...many(79), "##[error]buildx failed with: ERROR", ...many(200)])).toBe(1);
		expect(errors([...step("make"), "boom", ...many(80), "##[error]buildx failed with: ERROR", ...many(20)])).toBe(0);
	});

	it("continues after an error when no step end is marked: only the first line of a message is marked", () => {
		const message = ["##[error]You have commit messages with errors", "", "✖   type may not be empty [type-empty]"];
		const later = [...step("echo done"), "type may not be empty: not said of a step after it"];
		const errorsOf = (lines: readonly string[]) =>
			readLog(githubLog(lines), [text("type may not be empty")]).patterns["type may not be empty"]?.errors;
		expect(errorsOf([...step("commitlint"), ...message])).toBe(1);
		expect(errorsOf([...step("commitlint"), ...message, ...cleanup])).toBe(1);
		expect(errorsOf([...step("commitlint"), "##[error]failed", ...later])).toBe(0);
	});

	it("is the last 80 non-blank lines when nothing is marked", () => {
		expect(errors(["boom", ...many(79), "", " ", ...cleanup])).toBe(1);
		expect(errors(["boom", ...many(80)])).toBe(0);
	});

	it("leaves out the clean-up after the job", () => {
		expect(errors(["Post job cleanup.", "boom"])).toBe(0);
	});

	it("leaves out echoed scripts, inputs and commands", () => {
		const lines = [
			...step("if ! make; then\n  echo '##[error]boom'\n  echo boom\nfi"),
			"[command]/usr/bin/boom",
			"##[debug]boom",
			"##[error]Process completed with exit code 1.",
		];
		expect(errors(lines)).toBe(0);
		expect(
			errors(["##[group]Run a/b@v1", "with:", "  script: boom", "boom();", "##[endgroup]", "##[error]It failed"]),
		).toBe(0);
	});

	it("recognises an echoed script without its colour", () => {
		const lines = [
			"##[group]Run make boom",
			"make boom",
			"shell: /usr/bin/bash -e {0}",
			"##[endgroup]",
			"##[error]It failed",
		];
		expect(readLog(githubLog(lines), boom)).toMatchObject({
			failed_step: "Run make boom",
			patterns: { boom: { count: 2, errors: 0 } },
		});
	});

	it("does not mistake a script's group for a step's header", () => {
		const lines = [
			...step("./ci.sh"),
			"##[group]Run unit tests",
			"boom in unit tests",
			"##[endgroup]",
			"##[error]Process completed with exit code 1.",
		];
		expect(readLog(githubLog(lines), boom)).toMatchObject({
			failed_step: "Run ./ci.sh",
			patterns: { boom: { count: 1, errors: 1 } },
		});
	});

	it("counts a repeated line once towards the 80, and each repeat as a match", () => {
		const lines = [
			...step("make"),
			"boom",
			...Array(300).fill("waiting for boom"),
			"##[error]Process completed with exit code 1.",
		];
		expect(readLog(githubLog(lines), boom).patterns.boom).toMatchObject({
			count: 301,
			errors: 301,
			first: 5,
			last: 305,
		});
	});
});

describe("the failing step", () => {
	it("is the first one that ended in an error", () => {
		const lines = [
			...step("make build"),
			...step("make test", "##[error]Process completed with exit code 2."),
			...step("make report", "##[error]Process completed with exit code 1."),
		];
		expect(readLog(githubLog(lines)).failed_step).toBe("Run make test");
	});

	it("is unknown when the log begins within it", () => {
		expect(readLog(githubLog(["some output", "##[error]Process completed with exit code 1."]))).not.toHaveProperty(
			"failed_step",
		);
	});

	it("is not the last step when clean-up fails", () => {
		expect(readLog(githubLog([...step("make"), ...cleanup, "##[error]Could not save the cache"]))).not.toHaveProperty(
			"failed_step",
		);
	});
});

describe("patterns", () => {
	it("are found across colours and ignoring case", () => {
		const log = "\u001b[31mERR\u001b[0mor: it broke\n";
		expect(
			Object.keys(readLog(log, [text("error: it"), regex("^error:.*broke$", "i", "error:")]).patterns),
		).toStrictEqual(["error: it", "/^error:.*broke$/i"]);
	});

	it("are not found in timestamps, columns, or across lines", () => {
		const log = "job\tstep\t2026-03-01T10:00:00.1234567Z one\ntwo\n";
		expect(readLog(log, [text("2026"), text("Z one"), text("step"), text("one\ntwo")]).patterns).toStrictEqual({});
	});

	it("are found in overwritten lines", () => {
		expect(readLog("10%\rfatal: early EOF\rdone\n", [text("fatal:")]).patterns).toMatchObject({
			"fatal:": { count: 1, errors: 1, first: 2, last: 2 },
		});
	});

	it("are found at both ends of a long line, not across its cut", () => {
		const line = `first ${"x".repeat(10_000)} last`;
		const reading = readLog(line, [text("first"), text("last"), regex("first.*last", "", "first")]);
		expect(Object.keys(reading.patterns)).toStrictEqual(["first", "last"]);
	});

	it("may have any name", () => {
		const { patterns } = readLog("__proto__ 404\n", [text("__proto__"), text("404")]);
		expect(Object.getOwnPropertyNames(patterns).sort()).toStrictEqual(["404", "__proto__"]);
	});

	it("are counted up to the limit, and in the error zone beyond it", () => {
		const log = githubLog([
			...Array.from({ length: 50 }, (_, n) => `warning ${n}`),
			...step("make"),
			"warning 98",
			"warning 99",
			"##[error]Process completed with exit code 1.",
		]);
		expect(
			readLog(log, [text("warning"), regex("warning \\d+", "", "warning ")], { count: 10 }).patterns,
		).toMatchObject({
			warning: { count: 10, errors: 2, first: 1, last: 56 },
			"/warning \\d+/": { count: 10, errors: 2, first: 1, last: 56 },
		});
	});

	it("that only $error uses are counted only among errors", () => {
		const pattern = { ...regex("boom \\d", "", "boom "), onlyErrors: true };
		const lines = [
			"boom 1",
			...step("make"),
			"boom 2",
			"boom 2",
			"boom x",
			"##[error]boom 3",
			"##[error]boom 3",
			"boom 4",
		];
		const end = "##[error]Process completed with exit code 1.";
		expect(readLog(githubLog([...lines, end, "boom 5"]), [pattern])).toMatchObject({
			patterns: { "/boom \\d/": { count: 5, errors: 5, first: 6, last: 11 } },
			gave_up: [],
		});
		expect(readLog(githubLog(["boom 1", ...step("make"), "boom x", end]), [pattern])).toMatchObject({
			patterns: {},
			gave_up: [],
		});
	});

	it("need no literal", () => {
		expect(readLog("a1\nb\n", [regex("\\d", "")]).patterns).toMatchObject({
			"/\\d/": { count: 1, errors: 1, first: 1, last: 1 },
		});
	});
});
