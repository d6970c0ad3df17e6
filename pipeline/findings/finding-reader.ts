import type { FindingForm, Findings } from "./findings.ts";
import { isGeneric, isNoise } from "./generic-lines.ts";
import { normalizePath, normalizeText } from "./normalize-text.ts";

/** What the reader asks of a line of a log. */
export interface ReadLine {
	readonly text: string;
	readonly line: number;
	/** Whether a pattern of the pipeline has a literal in it. */
	readonly hitCount: number;
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
const MOST_MESSAGES = 24;
const MOST_IDS = 12;
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

/** 1 for the first visible characters of lines that may begin a finding, whatever the pipeline searches for. */
const MAY_BEGIN = new Uint8Array(128);
for (const first of "-=FEeRtPnf[1234567890/") MAY_BEGIN[first.charCodeAt(0)] = 1;

const PLACE =
	/^(?:ERROR:? (?:in )?|\[ERROR\] |[×✘] )?((?:[A-Za-z]:)?[\w@./\\+~-]*(?:\.[A-Za-z]\w*|Dockerfile|Makefile))[:(]\[?(\d+)(?:[:,](\d+))?[\])]?:?\s+(?:-\s+)?(\S.*)$/;
const MESSAGE =
	/^(?:##\[error\]|::error|(?:fatal|panic|error|exception)\b|\[ERROR\]|ERROR\b|CMake Error|npm (?:ERR!|error)|E {3})|\b(?:Error|Exception|error|ERROR): |undefined reference|[Nn]o rule to make|CONFLICT \(/;

/** Collects the findings of the step that a log is in, line by line. Their number is bounded for any log. */
export class FindingReader {
	#found: Finding[] = [];
	#messages: Finding[] = [];
	#open: Open | undefined;
	/** Where the next tests belong to: a binary of cargo, a file of jest, one of eslint, one of node:test. */
	#scope = "";
	#path = "";
	#goLines: string[] = [];

	/** A new step begins. */
	startStep(): void {
		this.#found = [];
		this.#messages = [];
		this.#open = undefined;
		this.#scope = this.#path = "";
		this.#goLines = [];
	}

	/** `first` is the line's first visible character. Most lines neither begin a finding nor belong to one. */
	read(line: ReadLine, first: number): void {
		if (this.#open === undefined && line.hitCount === 0 && (first >= 128 ? !isMark(first) : MAY_BEGIN[first] !== 1))
			return;
		const { text } = line;
		const trimmed = text.trim();
		if (this.#begin(text, trimmed, line.line)) return;
		if (this.#open !== undefined && this.#addDetail(text, trimmed, line.line)) return;
		if (MESSAGE.test(trimmed) && !isGeneric(trimmed)) this.#addMessage(trimmed, line.line);
	}

	/** What was found so far. */
	findings(): readonly Findings[] {
		const all = [...this.#found.filter(({ form, scope }) => form !== "diagnostic" || scope !== ""), ...this.#messages];
		const forms = [...new Set(all.map(({ form }) => form))];
		return forms.map((form) => {
			const own = all.filter((finding) => finding.form === form);
			const ids = [...new Set(withoutParents(own).map(idOf))];
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

	/** Whether the line begins a finding, or says how tests went. */
	#begin(text: string, line: string, at: number): boolean {
		return this.#beginTest(text, line, at) || this.#beginDiagnostic(text, line, at);
	}

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
		found = /^(\S.* > .+) FAILED$/.exec(line);
		if (!found) return false;
		this.#add("gradle", "", found[1] as string, at, 1, 3);
		return true;
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

	#beginDiagnostic(text: string, line: string, at: number): boolean {
		let found = /^error(\[\w+\])?: (.+)$/.exec(line);
		if (found && !isGeneric(line)) {
			this.#add("diagnostic", "", line, at, 1, 5, true);
			return true;
		}
		if (this.#open?.needsFile && this.#addFile(line, at)) return true;
		found = /^(\d+):(\d+)\s+error\s+(.*)$/.exec(line);
		if (found && this.#path !== "") {
			this.#add("diagnostic", this.#path, `${normalizeText(found[3] as string)} (column ${found[2]})`, at, 0, 0);
			return true;
		}
		if (/^(?:[A-Za-z]:\\|\/)\S+\.\w+$/.test(text)) {
			this.#path = normalizePath(text);
			return true;
		}
		found = PLACE.exec(line);
		if (!found) return false;
		const [, path, , column, message] = found as unknown as [string, string, string, string | undefined, string];
		const isOpen = this.#open !== undefined && areTests(this.#open.finding.form);
		if (/^\s/.test(text) && path.endsWith(".go")) {
			const said = normalizeText(`${normalizePath(path)}: ${message}`, "small");
			if (!isOpen) this.#goLines.push(said);
			return !isOpen;
		}
		if (isOpen || /^(?:warning|note|info|hint|remark|debug|In function|In member)/i.test(message)) return false;
		if (isGeneric(message)) return false;
		const isError = /\berror\b/i.test(line);
		const where = column === undefined ? "" : ` (column ${column})`;
		const name = normalizeText(message.replace(/^(?:fatal )?error:? /i, ""));
		this.#add(isError ? "diagnostic" : "place", normalizePath(path), `${name}${where}`, at, isError ? 1 : 0, 3);
		return true;
	}

	/** `--> src/main.rs:7:2`, below what rustc says. */
	#addFile(line: string, at: number): boolean {
		const found = /^--> (\S+?):\d+:(\d+)$/.exec(line);
		if (!found || this.#open === undefined) return false;
		const { finding } = this.#open;
		finding.scope = normalizePath(found[1] as string);
		finding.name = `${normalizeText(finding.name)} (column ${found[2]})`;
		finding.last = at;
		return true;
	}

	#addTest(form: FindingForm, name: string, message: string | undefined, at: number): true {
		const { finding } = this.#add(form, "", name, at, 0, 0);
		if (message === undefined) {
			const raised = this.#messages.findLast((one) => /^E [A-Z]/.test(one.name));
			if (raised !== undefined) finding.details.push(raised.name);
		} else finding.details.push(normalizeText(message.replace(/\.\.\.$/, ""), "small"));
		return true;
	}

	/** The line belongs to the finding before it, or ends it. */
	#addDetail(text: string, line: string, at: number): boolean {
		const open = this.#open as Open;
		const { finding } = open;
		if (open.lines-- <= 0 || open.details <= 0 || (finding.form === "go_test" && !/^\s|^panic: /.test(text))) {
			this.#open = undefined;
			return false;
		}
		if (finding.form === "diagnostic") {
			const found = /^\d+ +\|\s?(.*)$/.exec(line) ?? /^(?:\[ERROR\]\s+)?(symbol:.*)$/.exec(line);
			if (!found) return false;
			finding.details.push(normalizeText(found[1] as string));
			open.details = 0;
			return true;
		}
		if (finding.form === "unittest" && !/^[\w.]*(?:Error|Exception|Exit|Interrupt|Failure)\b/.test(line)) return true;
		if (finding.form === "libtest" && /^thread '.*' (?:\(\d+\) )?panicked at [^']+:$/.test(line)) return true;
		if (isNoise(line)) return true;
		if (/failureType: 'subtestsFailed'/.test(line)) this.#drop((one) => one === finding);
		finding.details.push(normalizeText(line, "small"));
		finding.last = at;
		open.details--;
		return true;
	}

	#addMessage(line: string, at: number): void {
		const name = normalizeText(line.replace(/^(?:##\[error\]|::error[^:]*::)/, ""));
		if (name === "") return;
		this.#messages.push({ form: "message", scope: "", name, details: [], line: at, last: at });
		if (this.#messages.length > MOST_MESSAGES) this.#messages.shift();
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
		const known = this.#found.find((one) => one.form === form && one.scope === scope && one.name === name);
		const isAgain = known !== undefined && areTests(form);
		const finding: Finding = isAgain ? known : { form, scope, name, details: [], line: at, last: at };
		finding.last = at;
		if (!isAgain && this.#found.length < MOST) this.#found.push(finding);
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

/** `●`, `✖`: characters that runners of tests put before a failure. */
function isMark(first: number): boolean {
	return first === 0x25cf || first === 0x2716;
}

function idOf({ form, scope, name, details }: Finding): string {
	const where = scope === "" ? "" : `${scope}: `;
	const isNormal = form === "message" || form === "diagnostic" || form === "place";
	const said = details.filter((detail) => detail !== "");
	return `${where}${isNormal ? name : normalizeText(name, "small")}${said.map((detail) => ` | ${detail}`).join("")}`;
}

/** A failing subtest fails its parent: `TestCart` of `TestCart/empty`. */
function withoutParents(found: readonly Finding[]): readonly Finding[] {
	return found.filter(
		({ form, name, scope }) =>
			form !== "go_test" || !found.some((other) => other.scope === scope && other.name.startsWith(`${name}/`)),
	);
}
