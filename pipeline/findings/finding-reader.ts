import { copyString } from "../text/copy-string.ts";
import type { FindingForm, Findings } from "./findings.ts";
import { isGeneric, isNoise } from "./generic-lines.ts";
import { normalizePath, normalizeText } from "./normalize-text.ts";

/** What the reader asks of a line of a log. */
export interface ReadLine {
	readonly text: string;
	readonly line: number;
	readonly kind: string;
}

interface Finding {
	readonly form: FindingForm;
	/** What it belongs to: a package, a test file, a binary. A new run of that replaces it. */
	scope: string;
	name: string;
	readonly details: string[];
	readonly line: number;
	last: number;
}

/** A finding whose next lines say more. */
interface Open {
	readonly finding: Finding;
	/** How many more of its lines are kept, and how many are still read. */
	details: number;
	lines: number;
	/** `rustc` prints a finding's file below it. */
	readonly needsFile?: true;
}

const MOST = 200;
/** Characters kept of a line: what tells findings apart stands at its start. */
const LONGEST = 400;
const MOST_IDS = 12;
const MOST_GO_LINES = 3;
const TESTS: ReadonlySet<FindingForm> = new Set<FindingForm>([
	"pytest",
	"unittest",
	"go_test",
	"libtest",
	"nextest",
	"jest",
	"vitest",
	"node_test",
	"surefire",
	"gradle",
	"gtest",
	"numbered",
]);

/** Whether its findings are failing tests. */
export function areTests(form: FindingForm): boolean {
	return TESTS.has(form);
}

const PLACE =
	/^(?:ERROR:? (?:in )?|\[ERROR\] |[×✘] )?((?:[A-Za-z]:)?[\w@./\\+~-]*(?:\.[A-Za-z]\w*|Dockerfile|Makefile))[:(]\[?(\d+)(?:[:,](\d+))?[\])]?:?\s+(?:-\s+)?(\S.*)$/;
const MESSAGE =
	/^(?:##\[error\]|::error|(?:fatal|panic|error|exception)\b|\[ERROR\]|ERROR\b|CMake Error|npm (?:ERR!|error)|E {3})|\b(?:Error|Exception|error|ERROR): |undefined reference|[Nn]o rule to make|CONFLICT \(/;

/** Collects the findings of the step that a log is in, line by line. Their number is bounded for any log. */
export class FindingReader {
	#found: Finding[] = [];
	#open: Open | undefined;
	/** Where the next tests belong to: a binary of cargo, a file of jest, one of eslint, one of node:test. */
	#scope = "";
	#path = "";
	#goLines: string[] = [];
	/** The last exception that pytest printed: its summary leaves out why a file cannot be imported. */
	#raised: string | undefined;

	/** A new step begins. */
	startStep(): void {
		this.#found = [];
		this.#open = undefined;
		this.#scope = this.#path = "";
		this.#goLines = [];
		this.#raised = undefined;
	}

	/** The line's first visible character is at `at` in `source`. Most lines neither begin a finding nor belong to one. */
	read(line: ReadLine, source: string, at: number): void {
		if (this.#open !== undefined || this.#mayBegin(source, at)) this.#readLine(line);
	}

	/** Whether tests, or errors with a code, may begin here. This is asked of every line of every log. */
	#mayBegin(source: string, at: number): boolean {
		const found = this.#found.length > 0;
		switch (source.charCodeAt(at)) {
			case 0x2d: // -
				return source.startsWith("--- FAIL", at) || source.startsWith("---- ", at);
			case 0x3d: // =
				return source.startsWith("=== FAIL", at) || (found && source.startsWith("===", at));
			case 0x46: // F
				return source.startsWith("FAIL", at);
			case 0x45: // E
				return source.startsWith("ERROR", at) || source.startsWith("E   ", at);
			case 0x52: // R
				return source.startsWith("Running", at);
			case 0x50: // P
				return found && source.startsWith("PASS ", at);
			case 0x74: // t
				return source.startsWith("test ", at) && (found || isFailedTest(source, at));
			case 0x6e: // n
				return source.startsWith("not ok ", at);
			case 0x6f: // o
				return found && source.startsWith("ok ", at);
			case 0x65: // e
				return source.startsWith("error", at);
			case 0x5b: // [
				return source.startsWith("[ERROR]", at) || source.startsWith("[  FAILED", at);
			case 0x25cf: // ●
			case 0x2716: // ✖
				return true;
			default:
				return isNumbered(source, at);
		}
	}

	#readLine({ text, line: at }: ReadLine): void {
		const short = text.slice(0, LONGEST);
		const line = short.trim();
		if (this.#beginTest(short, line, at)) return;
		if (text.endsWith(" FAILED") && this.#beginGradle(line, at)) return;
		if (this.#beginDiagnostic(short, line, at, namesPlace(short))) return;
		if (this.#open !== undefined) this.#addDetail(short, line, at);
	}

	/**
	 * What was found so far. `newest` are the last lines, the newest first: only among them are messages searched, and errors that begin
	 * with a file; and what is printed above a failing test.
	 */
	findings(newest: readonly ReadLine[]): readonly Findings[] {
		const near = new FindingReader();
		for (const line of newest.toReversed()) near.#readLine(line);
		const found = this.#with(near.#found).filter(({ form, scope }) => form !== "diagnostic" || scope !== "");
		const all = [...found, ...messagesOf(newest)];
		const forms = [...new Set(all.map(({ form }) => form))];
		return forms.map((form) => {
			const own = all.filter((finding) => finding.form === form);
			const ids = [...new Set(withoutParents(own).map(idOf))].filter((id) => id !== "");
			return {
				log: 0,
				form,
				first: Math.min(...own.map(({ line }) => line)),
				last: Math.max(...own.map(({ last }) => last)),
				count: ids.length,
				ids: form === "message" ? ids.slice(-MOST_IDS) : ids.sort().slice(0, MOST_IDS),
			};
		});
	}

	/** Tests that passed since are none of these; the newest lines say more of a test, and name more errors. */
	#with(near: readonly Finding[]): readonly Finding[] {
		const isOne = (one: Finding, other: Finding) =>
			one.form === other.form && one.name === other.name && one.scope === other.scope;
		const own = this.#found.map((one) => {
			const again = areTests(one.form) ? near.find((other) => isOne(one, other)) : undefined;
			return again !== undefined && again.details.length > one.details.length ? again : one;
		});
		return [...own, ...near.filter(({ form }) => !areTests(form) || form === "gradle")];
	}

	/** Whether the line begins a failing test, or says how tests went. */
	#beginTest(text: string, line: string, at: number): boolean {
		let found: RegExpExecArray | null;
		switch (line.charCodeAt(0)) {
			case 0x2d: // -
				found = /^--- FAIL: (\S+)/.exec(line);
				if (found) {
					const open = this.#add("go_test", "", found[1] as string, at, 3, 12);
					for (const detail of this.#goLines.slice(-3)) open.finding.details.push(detail);
					open.details -= this.#goLines.length;
					this.#goLines = [];
					return true;
				}
				found = /^---- (\S+) stdout ----$/.exec(line);
				if (!found) return false;
				this.#open = this.#reopen("libtest", found[1] as string);
				return true;
			case 0x3d: // =
				if (line.startsWith("=== RUN") || line.startsWith("=== NAME")) this.#goLines = [];
				if (/^=+ short test summary info =+$/.test(line)) this.#drop((one) => one.form === "pytest");
				found = /^=== FAIL: (\S+) (\S+)/.exec(line);
				if (!found) return false;
				this.#add("go_test", found[1] as string, found[2] as string, at, 3, 12);
				return true;
			case 0x46: // F
				return this.#beginFailed(text, line, at);
			case 0x45: // E
				if (/^E {3}[A-Z]\w+: /.test(line)) this.#raised = copyString(line);
				found = /^ERROR ([\w./-]+\.py(?:::\S+(?: [^-]\S*)*)?)(?: - (.*))?$/.exec(line);
				if (found) return this.#addTest("pytest", found[1] as string, found[2], at);
				found = /^ERROR: (\w+) \(([\w.]+)\)/.exec(line);
				if (!found) return false;
				this.#add("unittest", found[2] as string, found[1] as string, at, 1, 80);
				return true;
			case 0x52: // R
				found = /^Running (?:unittests )?\S* ?\((?:\S*[\\/])?([\w-]+?)-[\da-f]{8,}(?:\.exe)?\)/.exec(line);
				if (!found) return false;
				this.#startScope("libtest", found[1] as string);
				return true;
			case 0x50: // P
				found = /^PASS (?:\S+ )?(\S+)/.exec(line);
				if (found) this.#drop((one) => one.form === "jest" && one.scope === found?.[1]);
				return false;
			case 0x74: // t
				found = /^test (.+) \.\.\. (FAILED|ok)$/.exec(line);
				if (found) {
					const [, name, verdict] = found;
					if (verdict === "FAILED") this.#add("libtest", this.#scope, name as string, at, 0, 0);
					else this.#drop((one) => one.form === "libtest" && one.scope === this.#scope && one.name === name);
					return true;
				}
				found = /^test at (\S+?):\d+:\d+$/.exec(line);
				if (found) this.#path = normalizePath(found[1] as string);
				return found !== null;
			case 0x6e: // n
				found = /^not ok \d+ -? ?(.*)$/.exec(line);
				if (!found) return false;
				this.#add("node_test", "", found[1] as string, at, 3, 24);
				return true;
			case 0x6f: // o
				found = /^ok\s+(\S+)\s/.exec(line);
				if (found) this.#drop((one) => one.form === "go_test" && (one.scope === found?.[1] || one.scope === ""));
				return false;
			case 0x5b: // [
				return this.#beginBracket(line, at);
			case 0x25cf: // ●
				found = /^● (.+)$/.exec(line);
				if (!found || / › Console$|^Console$/.test(found[1] as string)) return false;
				this.#add("jest", this.#path, found[1] as string, at, 3, 12);
				return true;
			case 0x2716: // ✖
				if (line === "✖ failing tests:") this.#drop((one) => one.form === "node_test");
				found = /^✖ (.+?) \([\d.]+m?s\)$/.exec(line);
				if (!found) return false;
				this.#add("node_test", this.#path, found[1] as string, at, 3, 12);
				return true;
			default:
				break;
		}
		found = /^\d+\) (\S.*)$/.exec(line);
		if (found) {
			this.#add("numbered", "", found[1] as string, at, 3, 8);
			return true;
		}
		return false;
	}

	#beginGradle(line: string, at: number): boolean {
		const found = /^(\S[^>]* > .+) FAILED$/.exec(line);
		if (found) this.#add("gradle", "", found[1] as string, at, 1, 3);
		return found !== null;
	}

	#beginFailed(text: string, line: string, at: number): boolean {
		let found = /^FAILED ([\w./-]+\.py::.+?)(?: - (.*))?$/.exec(line);
		if (found) return this.#addTest("pytest", found[1] as string, found[2], at);
		found = /^FAIL: (\w+) \(([\w.]+)\)/.exec(line);
		if (found) {
			this.#add("unittest", found[2] as string, found[1] as string, at, 1, 80);
			return true;
		}
		found = /^FAIL\t(\S+)\t[\d.]+s/.exec(line) ?? /^FAIL\s+(\S+)\s+[\d.]+s$/.exec(line);
		if (found) {
			const name = found[1] as string;
			this.#drop((one) => one.form === "go_test" && one.scope === name);
			for (const one of this.#found) if (one.form === "go_test" && one.scope === "") one.scope = name;
			this.#open = undefined;
			return true;
		}
		found = /^FAIL +(\S+\.\w+) > (.+)$/.exec(line);
		if (found) {
			this.#add("vitest", normalizePath(found[1] as string), found[2] as string, at, 2, 6);
			return true;
		}
		found = /^FAIL \[\s*[\d.]+s\] (?:\(\s*\d+\/\d+\) )?(\S+) (.+)$/.exec(line);
		if (found) {
			this.#add("nextest", found[1] as string, found[2] as string, at, 0, 0);
			return true;
		}
		found = /^FAIL +(?:\S+ )?(\S+\.[cm]?[jt]sx?)(?: \([\d.]+ ?s\))?$/.exec(line);
		if (!found || text.includes("\t")) return false;
		const path = normalizePath(found[1] as string);
		this.#drop((one) => one.form === "jest" && one.scope === path);
		this.#path = path;
		return true;
	}

	#beginBracket(line: string, at: number): boolean {
		let found =
			/^\[ERROR\]\s+([\w.$]+\.\w+)(?:\([\w, ]*\))?(?:\[\d+\])? +(?:-- )?Time elapsed.*<<< (?:FAILURE|ERROR)!$/.exec(
				line,
			);
		if (found) {
			this.#add("surefire", "", found[1] as string, at, 1, 3);
			return true;
		}
		found = /^\[ {2}FAILED {2}\] (\S+)/.exec(line);
		if (!found || /^\d/.test(found[1] as string)) return false;
		const name = (found[1] as string).replace(/[,.]$/, "");
		this.#add("gtest", "", name, at, 0, 0);
		return true;
	}

	#beginDiagnostic(text: string, line: string, at: number, hasPlace: boolean): boolean {
		if (line.startsWith("error") && /^error(?:\[\w+\])?: ./.test(line) && !isGeneric(line)) {
			this.#add("diagnostic", "", line, at, 1, 5, true);
			return true;
		}
		if (this.#open?.needsFile && this.#addFile(line, at)) return true;
		if (line.startsWith("/") && /^\/\S+\.\w+$/.test(text)) {
			this.#path = normalizePath(text);
			return true;
		}
		const found = this.#path === "" ? null : /^\d+:(\d+)\s+error\s+(.*)$/.exec(line);
		if (found) {
			this.#add("diagnostic", this.#path, withColumn(found[2] as string, found[1]), at, 0, 0);
			return true;
		}
		return hasPlace && this.#beginPlace(text, line, at);
	}

	#beginPlace(text: string, line: string, at: number): boolean {
		const found = PLACE.exec(line);
		if (!found) return false;
		const [, path, , column, message] = found as unknown as [string, string, string, string | undefined, string];
		const isOpen = this.#open !== undefined && areTests(this.#open.finding.form);
		if (/^\s/.test(text) && path.endsWith(".go")) {
			if (isOpen) return false;
			if (this.#goLines.length === MOST_GO_LINES) this.#goLines.shift();
			this.#goLines.push(copyString(`${path}: ${message}`));
			return true;
		}
		if (isOpen || /^(?:warning|note|info|hint|remark|debug|In function|In member)/i.test(message)) return false;
		if (isGeneric(message)) return false;
		const isError = /\berror\b/i.test(line);
		const name = withColumn(message.replace(/^(?:fatal )?error:? /i, ""), column);
		this.#add(isError ? "diagnostic" : "place", normalizePath(path), name, at, isError ? 1 : 0, 3);
		return true;
	}

	/** `--> src/main.rs:7:2`, below what rustc says. */
	#addFile(line: string, at: number): boolean {
		const found = /^--> (\S+?):\d+:(\d+)$/.exec(line);
		if (!found || this.#open === undefined) return false;
		const { finding } = this.#open;
		finding.scope = normalizePath(found[1] as string);
		finding.name = withColumn(finding.name, found[2]);
		finding.last = at;
		return true;
	}

	#addTest(form: FindingForm, name: string, message: string | undefined, at: number): true {
		const { finding } = this.#add(form, "", name, at, 0, 0);
		const raised = message ?? this.#raised;
		if (raised !== undefined) finding.details.push(copyString(raised.replace(/\.\.\.$/, "")));
		return true;
	}

	/** The line belongs to the finding before it, or ends it. */
	#addDetail(text: string, line: string, at: number): void {
		const open = this.#open as Open;
		const { finding } = open;
		if (open.lines-- <= 0 || open.details <= 0 || (finding.form === "go_test" && !/^\s|^panic: /.test(text))) {
			this.#open = undefined;
			return;
		}
		if (finding.form === "diagnostic") {
			const found = /^\d+ +\|\s?(.*)$/.exec(line) ?? /^(?:\[ERROR\]\s+)?(symbol:.*)$/.exec(line);
			if (!found) return;
			finding.details.push(copyString(found[1] as string));
			open.details = 0;
			return;
		}
		if (finding.form === "unittest" && !/^[\w.]*(?:Error|Exception|Exit|Interrupt|Failure)\b/.test(line)) return;
		if (finding.form === "libtest" && /^thread '.*' (?:\(\d+\) )?panicked at [^']+:$/.test(line)) return;
		if (isNoise(line)) return;
		if (/failureType: 'subtestsFailed'/.test(line)) this.#drop((one) => one === finding);
		finding.details.push(copyString(line));
		finding.last = at;
		open.details--;
	}

	#add(
		form: FindingForm,
		scope: string,
		name: string,
		at: number,
		details: number,
		lines: number,
		needsFile?: true,
	): Open {
		const isTest = areTests(form);
		const known = isTest
			? this.#found.find((one) => one.name === name && one.form === form && one.scope === scope)
			: undefined;
		const isAgain = known !== undefined;
		const finding: Finding = known ?? { form, scope, name, details: [], line: at, last: at };
		finding.last = at;
		if (!isAgain && this.#found.length < MOST) {
			finding.scope = copyString(scope);
			finding.name = copyString(name);
			this.#found.push(finding);
		}
		const left = isAgain && finding.details.length > 0 ? 0 : details;
		const open = { finding, details: left, lines, ...(needsFile && { needsFile }) };
		this.#open = details > 0 ? open : undefined;
		return open;
	}

	#reopen(form: FindingForm, name: string): Open | undefined {
		const finding = this.#found.find((one) => one.form === form && one.name === name && one.scope === this.#scope);
		return finding === undefined || finding.details.length > 0 ? undefined : { finding, details: 3, lines: 8 };
	}

	#startScope(form: FindingForm, scope: string): void {
		this.#scope = scope;
		this.#open = undefined;
		this.#drop((one) => one.form === form && one.scope === scope);
	}

	#drop(isGone: (finding: Finding) => boolean): void {
		if (this.#found.length > 0) this.#found = this.#found.filter((one) => !isGone(one));
	}
}

/** `1) `, as many runners number what failed. */
function isNumbered(source: string, from: number): boolean {
	let at = from;
	while (isDigit(source.charCodeAt(at)) && at < from + 4) at++;
	return at > from && source.charCodeAt(at) === 0x29;
}

/** Whether `... FAILED` ends the line: most lines of this form end with `... ok`. */
function isFailedTest(source: string, from: number): boolean {
	// Not in all of the source: a log without a match would be searched to its end for each of its lines.
	return source.slice(from, from + LONGEST).includes(" ... FAILED");
}

function isDigit(unit: number): boolean {
	return unit >= 0x30 && unit <= 0x39;
}

/** Errors with their file keep no numbers: those of tests are what was expected. */
function idOf({ form, scope, name, details }: Finding): string {
	const numbers = areTests(form) ? "small" : "none";
	const [said = "", column] = name.split(COLUMN);
	const at = column === undefined ? "" : ` (column ${column})`;
	const where = scope === "" ? "" : `${normalizeText(scope)}: `;
	const more = details.map((detail) => normalizeText(detail, numbers)).filter((detail) => detail !== "");
	return `${where}${normalizeText(said, numbers)}${at}${more.map((detail) => ` | ${detail}`).join("")}`;
}

/** Stands between a message and its column, which stays when lines are added above. */
const COLUMN = "\u0000";

function withColumn(message: string, column: string | undefined): string {
	return column === undefined ? message : `${message}${COLUMN}${column}`;
}

/** Whether one of the first characters is followed by a line's number: `main.c:3`, `a.ts(3`. */
function namesPlace(text: string): boolean {
	const end = Math.min(text.length - 1, LONGEST_PATH);
	for (let at = 1; at < end; at++) {
		const unit = text.charCodeAt(at);
		if (unit !== 0x3a && unit !== 0x28) continue;
		const next = text.charCodeAt(at + 1) === 0x5b ? text.charCodeAt(at + 2) : text.charCodeAt(at + 1);
		if (isDigit(next)) return true;
	}
	return false;
}

const LONGEST_PATH = 200;

function messagesOf(newest: Iterable<ReadLine>): readonly Finding[] {
	const found: Finding[] = [];
	for (const { text, line } of newest) {
		const said = text.slice(0, LONGEST).trim();
		if (!MESSAGE.test(said) || isGeneric(said)) continue;
		const name = copyString(said.replace(/^(?:##\[error\]|::error[^:]*::)/, ""));
		found.unshift({ form: "message", scope: "", name, details: [], line, last: line });
		if (found.length === MOST_IDS) break;
	}
	return found;
}

/** A failing subtest fails its parent: `TestCart` of `TestCart/empty`. */
function withoutParents(found: readonly Finding[]): readonly Finding[] {
	return found.filter(
		({ form, name, scope }) =>
			form !== "go_test" || !found.some((other) => other.scope === scope && other.name.startsWith(`${name}/`)),
	);
}
