import { copyString } from "../text/copy-string.ts";
import { isDigit } from "../text/is-digit.ts";
import { LONGEST_LINE } from "./finding.ts";
import type { FindingForm } from "./findings.ts";
import type { Below, FoundSoFar } from "./found-so-far.ts";
import { normalizePath } from "./normalize-text.ts";

/** A line by which a runner of tests says that one failed, that one passed, or where the next ones are. */
interface TestLine {
	/** How it begins, one of these. Most lines of a log are ruled out by that. */
	readonly begins: readonly string[];
	/** The same, where many lines begin so. */
	readonly mayBe?: (source: string, at: number, end: number) => boolean;
	/** Without anything found before it says nothing. */
	readonly once?: true;
	/** Of the line without the spaces around it. */
	readonly line: RegExp;
	readonly read: (found: FoundSoFar, match: RegExpExecArray, at: number) => void;
	/** It only says something about other lines, or takes a finding back: it is read on as any line. */
	readonly readOn?: true;
}

/** The test that the first group names has failed. */
function failed(form: FindingForm, below?: Below): TestLine["read"] {
	return (found, [, name = ""], at) => {
		found.add({ form, name }, at, below);
	};
}

const GO_TEST: readonly TestLine[] = [
	{
		begins: ["--- FAIL: "],
		line: /^--- FAIL: (\S+)/,
		read(found, [, name = ""], at) {
			found.add({ form: "go_test", name }, at, { details: 3, lines: 12 });
			found.takeAbove();
		},
	},
	{
		begins: ["=== RUN", "=== NAME"],
		once: true,
		line: /^=== (?:RUN|NAME)/,
		read: (found) => found.forgetAbove(),
		readOn: true,
	},
	{
		begins: ["=== FAIL: "],
		// As gotestsum prints it.
		line: /^=== FAIL: (\S+) (\S+)/,
		read(found, [, scope = "", name = ""], at) {
			found.add({ form: "go_test", scope, name }, at, { details: 3, lines: 12 });
		},
	},
	{
		begins: ["FAIL\t", "FAIL "],
		// It names the package of the tests above.
		line: /^FAIL\s+(\S+)\s+[\d.]+s(?:\s|$)/,
		read(found, [, scope = ""]) {
			found.drop((one) => one.form === "go_test" && one.scope === scope);
			for (const one of found.findings) if (one.form === "go_test" && one.scope === "") one.scope = scope;
			found.open = undefined;
		},
	},
	{
		begins: ["ok "],
		once: true,
		line: /^ok\s+(\S+)\s/,
		read: (found, [, scope]) =>
			found.drop((one) => one.form === "go_test" && (one.scope === scope || one.scope === "")),
		readOn: true,
	},
];

const PYTEST: readonly TestLine[] = [
	{
		begins: ["==="],
		once: true,
		line: /^=+ short test summary info =+$/,
		read: (found) => found.drop((one) => one.form === "pytest"),
		readOn: true,
	},
	{
		begins: ["E   "],
		line: /^E {3}[A-Z]\w+: .*/,
		read(found, [line]) {
			found.raised = copyString(line);
		},
		readOn: true,
	},
	{ begins: ["FAILED "], line: /^FAILED ([\w./-]+\.py::.+?)(?: - (.*))?$/, read: failedInPytest },
	{ begins: ["ERROR "], line: /^ERROR ([\w./-]+\.py(?:::\S+(?: [^-]\S*)*)?)(?: - (.*))?$/, read: failedInPytest },
];

function failedInPytest(found: FoundSoFar, [, name = "", message]: RegExpExecArray, at: number): void {
	const { details } = found.add({ form: "pytest", name }, at);
	const raised = message ?? found.raised;
	if (raised !== undefined) details.push(copyString(raised.replace(/\.\.\.$/, "")));
}

const UNITTEST: readonly TestLine[] = [
	{
		begins: ["FAIL: ", "ERROR: "],
		line: /^(?:FAIL|ERROR): (\w+) \(([\w.]+)\)/,
		read(found, [, name = "", scope = ""], at) {
			found.add({ form: "unittest", scope, name }, at, { details: 1, lines: 80 });
		},
	},
];

const CARGO_TEST: readonly TestLine[] = [
	{
		begins: ["Running "],
		line: /^Running (?:unittests )?\S* ?\((?:\S*[\\/])?([\w-]+?)-[\da-f]{8,}(?:\.exe)?\)/,
		read: (found, [, binary = ""]) => found.startScope("libtest", binary),
	},
	{
		begins: ["test "],
		mayBe: endsFailed,
		line: /^test (.+) \.\.\. FAILED$/,
		read(found, [, name = ""], at) {
			found.add({ form: "libtest", scope: found.scope, name }, at);
		},
	},
	{
		begins: ["test "],
		once: true,
		line: /^test (.+) \.\.\. ok$/,
		read: (found, [, name]) =>
			found.drop((one) => one.form === "libtest" && one.scope === found.scope && one.name === name),
	},
	{
		begins: ["---- "],
		line: /^---- (\S+) stdout ----$/,
		read: (found, [, name = ""]) => found.reopen("libtest", name, { details: 3, lines: 8 }),
	},
	{
		begins: ["FAIL ["],
		line: /^FAIL \[\s*[\d.]+s\] (?:\(\s*\d+\/\d+\) )?(\S+) (.+)$/,
		read(found, [, scope = "", name = ""], at) {
			found.add({ form: "nextest", scope, name }, at);
		},
	},
];

const VITEST: readonly TestLine[] = [
	{
		begins: ["FAIL "],
		line: /^FAIL +(\S+\.\w+) > (.+)$/,
		read(found, [, path = "", name = ""], at) {
			found.add({ form: "vitest", scope: normalizePath(path), name }, at, { details: 2, lines: 6 });
		},
	},
];

const JEST: readonly TestLine[] = [
	{
		begins: ["FAIL "],
		line: /^FAIL +(?:\S+ )?(\S+\.[cm]?[jt]sx?)(?: \([\d.]+ ?s\))?$/,
		read(found, [, name = ""]) {
			const path = normalizePath(name);
			found.drop((one) => one.form === "jest" && one.scope === path);
			found.path = path;
		},
	},
	{
		begins: ["PASS "],
		once: true,
		line: /^PASS (?:\S+ )?(\S+)/,
		read: (found, [, path]) => found.drop((one) => one.form === "jest" && one.scope === path),
		readOn: true,
	},
	{
		begins: ["● "],
		line: /^● (?!Console$|.* › Console$)(.+)$/,
		read(found, [, name = ""], at) {
			found.add({ form: "jest", scope: found.path, name }, at, { details: 3, lines: 12 });
		},
	},
];

const NODE_TEST: readonly TestLine[] = [
	{
		begins: ["✖ "],
		line: /^✖ failing tests:$/,
		read: (found) => found.drop((one) => one.form === "node_test"),
		readOn: true,
	},
	{
		begins: ["test at "],
		once: true,
		line: /^test at (\S+?):\d+:\d+$/,
		read(found, [, path = ""]) {
			found.path = normalizePath(path);
		},
	},
	{
		begins: ["✖ "],
		line: /^✖ (.+?) \([\d.]+m?s\)$/,
		read(found, [, name = ""], at) {
			found.add({ form: "node_test", scope: found.path, name }, at, { details: 3, lines: 12 });
		},
	},
	{
		begins: ["not ok "],
		line: /^not ok \d+ -? ?(.*)$/,
		read: failed("node_test", { details: 3, lines: 24 }),
	},
];

const JVM_TEST: readonly TestLine[] = [
	{
		begins: ["[ERROR]"],
		line: /^\[ERROR\]\s+([\w.$]+\.\w+)(?:\([\w, ]*\))?(?:\[\d+\])? +(?:-- )?Time elapsed.*<<< (?:FAILURE|ERROR)!$/,
		read: failed("surefire", { details: 1, lines: 3 }),
	},
];

const GOOGLE_TEST: readonly TestLine[] = [
	{ begins: ["[  FAILED"], line: /^\[ {2}FAILED {2}\] (?!\d)(\S+?)[,.]?(?:\s|$)/, read: failed("gtest") },
];

const NUMBERED: readonly TestLine[] = [
	{
		begins: [..."0123456789"],
		mayBe: isNumbered,
		line: /^\d+\) (\S.*)$/,
		read: failed("numbered", { details: 3, lines: 8 }),
	},
];

/** By the code of their first character. Vitest's line for a failing file is one of Jest's, too: it is asked first. */
const BY_FIRST: ReadonlyMap<number, readonly TestLine[]> = byFirst(
	[GO_TEST, PYTEST, UNITTEST, CARGO_TEST, VITEST, JEST, NODE_TEST, JVM_TEST, GOOGLE_TEST, NUMBERED].flat(),
);

/** Gradle's begins with the name of a class. */
const GRADLE = /^(\S[^>]* > .+) FAILED$/;

/** How one begins. */
export const TEST_LINES_BEGIN: readonly string[] = [...BY_FIRST.values()].flat().flatMap(({ begins }) => begins);

/** Whether the line from `at` to `end` of `source` may be one. */
export function mayBeTestLine(source: string, at: number, end: number, hasFound: boolean): boolean {
	for (const { begins, once, mayBe } of BY_FIRST.get(source.charCodeAt(at)) ?? []) {
		if (once === true && !hasFound) continue;
		for (const beginning of begins) {
			if (source.startsWith(beginning, at) && (mayBe === undefined || mayBe(source, at, end))) return true;
		}
	}
	return false;
}

/** Reads a line of a runner of tests. False if it is none, or may be something else, too. */
export function readTestLine(found: FoundSoFar, line: string, at: number): boolean {
	for (const one of BY_FIRST.get(line.charCodeAt(0)) ?? []) {
		const match = one.line.exec(line);
		if (match === null) continue;
		one.read(found, match, at);
		if (one.readOn !== true) return true;
	}
	const gradle = line.endsWith(" FAILED") ? GRADLE.exec(line) : null;
	if (gradle === null) return false;
	failed("gradle", { details: 1, lines: 3 })(found, gradle, at);
	return true;
}

function byFirst(lines: readonly TestLine[]): ReadonlyMap<number, readonly TestLine[]> {
	const grouped = new Map<number, TestLine[]>();
	for (const line of lines) {
		for (const code of new Set(line.begins.map((beginning) => beginning.charCodeAt(0)))) {
			grouped.set(code, [...(grouped.get(code) ?? []), line]);
		}
	}
	return grouped;
}

/** Most lines of this form end with `... ok`: a look at the last letter is enough for them. */
function endsFailed(source: string, at: number, end: number): boolean {
	if (source.charCodeAt(end - 1) === 0x6b) return false;
	return source.slice(at, Math.min(end, at + LONGEST_LINE)).includes(" ... FAILED");
}

/** `1) `, as many runners number what failed. */
function isNumbered(source: string, from: number): boolean {
	let at = from;
	while (isDigit(source.charCodeAt(at)) && at < from + 4) at++;
	return at > from && source.charCodeAt(at) === 0x29;
}
