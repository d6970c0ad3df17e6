import { isDigit } from "../text/is-digit.ts";
import { withColumn } from "./finding.ts";
import { isTestForm } from "./findings.ts";
import type { FoundSoFar } from "./found-so-far.ts";
import { isGeneric } from "./generic-lines.ts";
import { normalizePath } from "./normalize-text.ts";

/** How errors begin that are searched in all of a step. Others are searched among its last lines. */
export const DIAGNOSTICS_BEGIN = ["error", "ERROR", "[ERROR]"] as const;
const LONGEST_PATH = 200;

/** `src/main.c:3:5: error: …`, `app.ts(3,5): …`, `Dockerfile:2 …`. */
const PLACE =
	/^(?:ERROR:? (?:in )?|\[ERROR\] |[×✘] )?((?:[A-Za-z]:)?[\w@./\\+~-]*(?:\.[A-Za-z]\w*|Dockerfile|Makefile))[:(]\[?(\d+)(?:[:,](\d+))?[\])]?:?\s+(?:-\s+)?(\S.*)$/;
/** What a compiler says with a place, and which is no error. */
const NO_ERROR = /^(?:warning|note|info|hint|remark|debug|In function|In member)/i;

/** Whether an error may begin at `at` of `source`. */
export function mayBeDiagnostic(source: string, at: number): boolean {
	return DIAGNOSTICS_BEGIN.some((beginning) => source.startsWith(beginning, at));
}

/** Reads an error of a compiler or linter. `text` is the line with the spaces around it. False if it is none. */
export function readDiagnostic(found: FoundSoFar, text: string, at: number): boolean {
	const line = text.trim();
	return (
		readCoded(found, line, at) ||
		(found.open?.needsFile === true && readFile(found, line, at)) ||
		readPath(found, text, line) ||
		readBelowPath(found, line, at) ||
		(namesPlace(text) && readPlace(found, text, at))
	);
}

/** `error[E0308]: mismatched types`. Its file stands below it. */
function readCoded(found: FoundSoFar, line: string, at: number): boolean {
	if (!/^error(?:\[\w+\])?: ./.test(line) || isGeneric(line)) return false;
	found.add({ form: "diagnostic", name: line }, at, { details: 1, lines: 5, needsFile: true });
	return true;
}

/** `--> src/main.rs:7:2` */
function readFile({ open }: FoundSoFar, line: string, at: number): boolean {
	const match = /^--> (\S+?):\d+:(\d+)$/.exec(line);
	if (match === null || open === undefined) return false;
	const { finding } = open;
	finding.scope = normalizePath(match[1] as string);
	finding.name = withColumn(finding.name, match[2]);
	finding.last = at;
	return true;
}

/** `/app/src/cart.ts`: ESLint's errors of this file follow. */
function readPath(found: FoundSoFar, text: string, line: string): boolean {
	if (!/^\/\S+\.\w+$/.test(text)) return false;
	found.path = normalizePath(line);
	return true;
}

/** `12:5  error  'x' is not defined  no-undef` */
function readBelowPath(found: FoundSoFar, line: string, at: number): boolean {
	const match = found.path === "" ? null : /^\d+:(\d+)\s+error\s+(.*)$/.exec(line);
	if (match === null) return false;
	found.add({ form: "diagnostic", scope: found.path, name: withColumn(match[2] as string, match[1]) }, at);
	return true;
}

function readPlace(found: FoundSoFar, text: string, at: number): boolean {
	const line = text.trim();
	const match = PLACE.exec(line);
	if (match === null) return false;
	const [, path = "", , column, message = ""] = match;
	const isBelowTest = found.open !== undefined && isTestForm(found.open.finding.form);
	if (/^\s/.test(text) && path.endsWith(".go")) {
		if (isBelowTest) return false;
		found.keepAbove(`${path}: ${message}`);
		return true;
	}
	if (isBelowTest || NO_ERROR.test(message) || isGeneric(message)) return false;
	const name = withColumn(message.replace(/^(?:fatal )?error:? /i, ""), column);
	const scope = normalizePath(path);
	if (/\berror\b/i.test(line)) found.add({ form: "diagnostic", scope, name }, at, { details: 1, lines: 3 });
	else found.add({ form: "place", scope, name }, at);
	return true;
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
