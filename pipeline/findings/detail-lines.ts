import { copyString } from "../text/copy-string.ts";
import type { Finding } from "./finding.ts";
import type { FoundSoFar } from "./found-so-far.ts";
import { isNoise } from "./generic-lines.ts";

/** A line below a finding says more of it, or ends it. `text` is the line with the spaces around it. */
export function readDetail(found: FoundSoFar, text: string, at: number): void {
	const { open } = found;
	if (open === undefined) return;
	const { finding } = open;
	if (open.lines-- <= 0 || open.details <= 0 || endsGoTest(finding, text)) {
		found.open = undefined;
		return;
	}
	const line = text.trim();
	if (finding.form === "diagnostic") {
		const source = sourceOf(line);
		if (source === undefined) return;
		finding.details.push(copyString(source));
		open.details = 0;
		return;
	}
	if (saysNothingOf(finding, line)) return;
	// The parent of subtests that failed: they are findings themselves.
	if (line.includes("failureType: 'subtestsFailed'")) found.drop((one) => one === finding);
	finding.details.push(copyString(line));
	finding.last = at;
	open.details--;
}

/** What Go's tests print is indented. */
function endsGoTest({ form }: Finding, text: string): boolean {
	return form === "go_test" && !/^\s|^panic: /.test(text);
}

/** `7 |     let x: u8 = "";` of rustc; javac names the symbol. */
function sourceOf(line: string): string | undefined {
	return (/^\d+ +\|\s?(.*)$/.exec(line) ?? /^(?:\[ERROR\]\s+)?(symbol:.*)$/.exec(line))?.[1];
}

function saysNothingOf({ form }: Finding, line: string): boolean {
	if (form === "unittest" && !/^[\w.]*(?:Error|Exception|Exit|Interrupt|Failure)\b/.test(line)) return true;
	if (form === "libtest" && /^thread '.*' (?:\(\d+\) )?panicked at [^']+:$/.test(line)) return true;
	return isNoise(line);
}
