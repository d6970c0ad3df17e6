import type { OwnAgent } from "../own-agents.ts";

/** What somebody told Healer in a comment: `/healer fix rex the lock file`. */
export interface CommentCommand {
	/** The first word, lower-cased: `fix`; `help` when there is none. */
	readonly name: string;
	/** All words after it, as written. */
	readonly args?: string;
	/** The first of those, when it is one of the agents' names. */
	readonly agent?: string;
}

/**
 * The first command of a comment: `/healer` at the beginning of a line that GitHub shows as the writer's own text, so
 * not in a quotation, a code block, inline code or an HTML comment (https://github.github.com/gfm/). Where that is
 * hard to tell it is none: a command is granted only when it surely is one.
 */
export function readCommentCommand(text: string, agents: readonly OwnAgent[]): CommentCommand | undefined {
	const lines = text.split(/\r\n|[\r\n]/);
	let looked = 0;
	for (const at of plainLines(lines)) {
		const found = COMMAND.exec(lines[at] ?? "");
		if (found === null) continue;
		// Looking for inline code goes through the paragraph, so a text made of commands alone is not read for ever.
		if (++looked > MOST_LOOKED_AT) return undefined;
		if (!isInInlineCode(lines, at)) return commandOf(found[1] ?? "", agents);
	}
	return undefined;
}

// Up to three spaces: four make a code block.
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

/** Indexes of the lines outside of quotations, code blocks, comments and raw HTML. */
function* plainLines(lines: readonly string[]): Generator<number> {
	let until: RegExp | undefined;
	let isQuoted = false;
	for (const [at, line] of lines.entries()) {
		if (until !== undefined) {
			if (until.test(line)) until = undefined;
			continue;
		}
		// A quotation goes on to the next empty line, with or without its mark.
		isQuoted = /^ {0,3}>/.test(line) || (isQuoted && line.trim() !== "");
		if (isQuoted) continue;
		until = fenceEnd(line) ?? htmlEnd(line);
		if (until === undefined) yield at;
	}
}

/** Of the line that opens a fenced code block, also within a list: what closes it. */
function fenceEnd(line: string): RegExp | undefined {
	const [, fence, info = ""] = /^(?:\s|[-*+]\s|\d{1,9}[.)]\s)*(`{3,}|~{3,})(.*)$/.exec(line) ?? [];
	if (fence === undefined || (fence.startsWith("`") && info.includes("`"))) return undefined;
	return new RegExp(`^\\s*${fence[0]}{${fence.length},}\\s*$`);
}

/** Of a line that opens a comment, or an element whose text is none of the writer's, without closing it: what does. */
function htmlEnd(line: string): RegExp | undefined {
	const rest = withoutComments(line.replaceAll(/`[^`]*`/g, ""));
	if (rest === undefined) return /-->/;
	const open = /<(pre|code|blockquote|script|style|textarea)\b/i.exec(rest)?.[1];
	if (open === undefined) return undefined;
	const end = new RegExp(`</${open}\\s*>`, "i");
	return end.test(rest) ? undefined : end;
}

/** Undefined when the last one is not closed. Not by a regex: many that nothing closes would make it look again and again. */
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

/** Inline code may go on over the lines of a paragraph: is this line between two equal runs of backticks? */
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
