import type { OwnAgent } from "../own-agents.ts";

/** A command in a comment: `/healer fix rex the lock file`. */
export interface CommentCommand {
	/** The first word in lower case: `fix`; `help` when there is none. */
	readonly name: string;
	/** Everything after it, as written. */
	readonly args?: string;
	/** The first of those words, if it is an agent's name. */
	readonly agent?: string;
}

/**
 * Finds the first command of a comment: `/healer` at the start of a line that GitHub renders as the author's own text,
 * so not in a quotation, a code block, inline code or an HTML comment (https://github.github.com/gfm/). Ambiguous
 * places do not count: a command must be certain.
 */
export function readCommentCommand(text: string, agents: readonly OwnAgent[]): CommentCommand | undefined {
	const lines = text.split(/\r\n|[\r\n]/);
	let looked = 0;
	for (const at of plainLines(lines)) {
		const found = COMMAND.exec(lines[at] ?? "");
		if (found === null) continue;
		// Checking for inline code scans the paragraph, so a bound keeps a text full of commands from taking quadratic
		// time.
		if (++looked > MOST_LOOKED_AT) return undefined;
		if (!isInInlineCode(lines, at)) return commandOf(found[1] ?? "", agents);
	}
	return undefined;
}

// At most three spaces: four make a code block.
const COMMAND = /^ {0,3}\/healer(?:[ \t]+(.*))?$/i;
const MOST_LOOKED_AT = 20;

function commandOf(rest: string, agents: readonly OwnAgent[]): CommentCommand {
	const [name = "", args = ""] = firstWord(rest);
	const [agent = ""] = firstWord(args).map((word) => word.toLowerCase());
	return {
		name: name === "" ? "help" : name.toLowerCase(),
		...(args !== "" && { args }),
		...(agents.some((known) => known.name === agent) && { agent }),
	};
}

function firstWord(text: string): [string, string] {
	const trimmed = text.trim();
	const end = trimmed.search(/\s/);
	return end === -1 ? [trimmed, ""] : [trimmed.slice(0, end), trimmed.slice(end).trim()];
}

/** Indexes of the lines outside quotations, code blocks, comments and raw HTML. */
function* plainLines(lines: readonly string[]): Generator<number> {
	let until: RegExp | undefined;
	let isQuoted = false;
	for (const [at, line] of lines.entries()) {
		if (until !== undefined) {
			if (until.test(line)) until = undefined;
			continue;
		}
		// A quotation continues to the next empty line, with or without its mark.
		isQuoted = /^ {0,3}>/.test(line) || (isQuoted && line.trim() !== "");
		if (isQuoted) continue;
		until = fenceEnd(line) ?? htmlEnd(line);
		if (until === undefined) yield at;
	}
}

/** For a line that opens a fenced code block, also within a list: the pattern of its end. */
function fenceEnd(line: string): RegExp | undefined {
	const [, fence, info = ""] = /^(?:\s|[-*+]\s|\d{1,9}[.)]\s)*(`{3,}|~{3,})(.*)$/.exec(line) ?? [];
	if (fence === undefined || (fence.startsWith("`") && info.includes("`"))) return undefined;
	return new RegExp(`^\\s*${fence[0]}{${fence.length},}\\s*$`);
}

/** For a line that opens, but does not close, a comment or an element with foreign text: the pattern of its end. */
function htmlEnd(line: string): RegExp | undefined {
	const rest = withoutComments(line.replaceAll(/`[^`]*`/g, ""));
	if (rest === undefined) return /-->/;
	const open = /<(pre|code|blockquote|script|style|textarea)\b/i.exec(rest)?.[1];
	if (open === undefined) return undefined;
	const end = new RegExp(`</${open}\\s*>`, "i");
	return end.test(rest) ? undefined : end;
}

/** Undefined when the last comment is not closed. Not a regex: many unclosed comments would take quadratic time. */
function withoutComments(line: string): string | undefined {
	let kept = "";
	let at = 0;
	for (let start = line.indexOf("<!--"); start !== -1; start = line.indexOf("<!--", at)) {
		const end = line.indexOf("-->", start);
		if (end === -1) return undefined;
		kept += line.slice(at, start);
		at = end + "-->".length;
	}
	return kept + line.slice(at);
}

/** Whether the line lies between two equal runs of backticks: inline code may span the lines of a paragraph. */
function isInInlineCode(lines: readonly string[], at: number): boolean {
	let start = at;
	while (start > 0 && lines[start - 1]?.trim() !== "") start--;
	let end = at;
	while (end + 1 < lines.length && lines[end + 1]?.trim() !== "") end++;
	const before = backtickRuns(lines.slice(start, at));
	const after = backtickRuns(lines.slice(at, end + 1));
	for (let run = before.shift(); run !== undefined; run = before.shift()) {
		const closing = before.indexOf(run);
		if (closing === -1 && after.includes(run)) return true;
		before.splice(0, closing + 1);
	}
	return false;
}

function backtickRuns(lines: readonly string[]): number[] {
	return lines.flatMap((line) => line.match(/`+/g) ?? []).map((run) => run.length);
}
