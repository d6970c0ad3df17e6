/** A Markdown text, split by CommonMark's rules for fenced code blocks and code spans. */
export interface DataMarks {
	/** The content of the fenced blocks, in order. */
	readonly blocks: readonly string[];
	/** The content of the code spans outside of them. */
	readonly spans: readonly string[];
	/** The text without the content of blocks and spans: all that an agent can mistake for the template's own words. */
	readonly skeleton: string;
}

/** https://spec.commonmark.org/0.31.2/#fenced-code-blocks and #code-spans; an unclosed block extends to the end. */
export function readDataMarks(text: string): DataMarks {
	const blocks: string[] = [];
	const spans: string[] = [];
	const skeleton: string[] = [];
	let open: { readonly fence: string; readonly lines: string[] } | undefined;
	for (const line of text.split("\n")) {
		if (open !== undefined) {
			const closing = /^ {0,3}(`+|~+)[ \t]*$/.exec(line)?.[1];
			if (closing?.startsWith(open.fence)) {
				blocks.push(open.lines.join("\n"));
				open = undefined;
				skeleton.push("END");
			} else open.lines.push(line);
			continue;
		}
		const opening = /^ {0,3}(?:(`{3,})([^`]*)|(~{3,})(.*))$/.exec(line);
		if (opening === null) skeleton.push(withoutSpans(line, spans));
		else {
			open = { fence: opening[1] ?? opening[3] ?? "", lines: [] };
			skeleton.push(`BEGIN ${opening[2] ?? opening[4]}`);
		}
	}
	if (open !== undefined) blocks.push(open.lines.join("\n"));
	return { blocks, spans, skeleton: skeleton.join("\n") };
}

function withoutSpans(line: string, spans: string[]): string {
	let kept = "";
	let at = 0;
	for (const run of line.matchAll(/`+/g)) {
		if (run.index < at) continue;
		const start = run.index + run[0].length;
		const close = Array.from(line.slice(start).matchAll(/`+/g)).find(([ticks]) => ticks === run[0]);
		if (close === undefined) continue;
		const inner = line.slice(start, start + close.index);
		const padded = inner.startsWith(" ") && inner.endsWith(" ") && inner.trim() !== "";
		spans.push(padded ? inner.slice(1, -1) : inner);
		kept += `${line.slice(at, run.index)}SPAN`;
		at = start + close.index + run[0].length;
	}
	return kept + line.slice(at);
}
