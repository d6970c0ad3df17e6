import { compileLinear } from "../../expression/linear-regex.ts";

/** A table of tools as plain data: what each prints when it fails. A print is a text, or a `/regex/` with flags. */
export interface ToolTable {
	readonly tools: readonly ToolEntry[];
}

interface ToolEntry {
	readonly tool: string;
	readonly field: string;
	readonly failures: readonly {
		readonly type: string;
		readonly prints?: readonly string[] | undefined;
		/** Not this failure if one of these is printed, too. */
		readonly unless?: readonly string[] | undefined;
		/** The types that it beats when both are found. */
		readonly over?: readonly string[] | undefined;
	}[];
}

/** Two entries of a table between which nothing decides, at the path of one of them. */
export interface ToolOverlap {
	readonly path: readonly (string | number)[];
	readonly message: string;
}

interface Print {
	readonly path: readonly (string | number)[];
	readonly tool: string;
	readonly type: string;
	readonly text: string;
	readonly regex: { readonly source: string; readonly flags: string } | undefined;
	readonly unless: readonly string[];
	readonly over: readonly string[];
}

/**
 * The same pattern twice, a text in which another failure's pattern is always found, and a failure type in two fields.
 * Where `over` or `unless` decides between two types, nothing is left to tell apart.
 */
export function toolOverlaps({ tools }: ToolTable): readonly ToolOverlap[] {
	const prints = tools.flatMap(printsOf);
	return [...samePatterns(prints), ...containedTexts(prints), ...typesInTwoFields(tools)];
}

function printsOf({ tool, failures }: ToolEntry, index: number): readonly Print[] {
	return failures.flatMap(({ type, prints = [], unless = [], over = [] }, failure) =>
		prints.map((text, at) => {
			const path = ["tools", index, "failures", failure, "prints", at];
			return { path, tool, type, text, regex: regexOf(text), unless, over };
		}),
	);
}

function regexOf(print: string): Print["regex"] {
	const [, source, flags = ""] = /^\/(.+)\/([a-z]*)$/s.exec(print) ?? [];
	return source === undefined ? undefined : { source, flags };
}

function samePatterns(prints: readonly Print[]): readonly ToolOverlap[] {
	const first = new Map<string, Print>();
	return prints.flatMap((print) => {
		const { path, tool, text } = print;
		const earlier = first.get(text);
		if (earlier === undefined) {
			first.set(text, print);
			return [];
		}
		if (earlier.tool !== tool) {
			return [
				{
					path,
					message: `\`${earlier.tool}\` above has the same pattern: nothing tells the two apart. Keep it at one.`,
				},
			];
		}
		return isDecided(earlier, print)
			? []
			: [{ path, message: `\`${tool}\` has this pattern already, for \`${earlier.type}\`. Keep it at one.` }];
	});
}

/** A line with the longer text always has the shorter one: whichever is meant, both are found. */
function containedTexts(prints: readonly Print[]): readonly ToolOverlap[] {
	return prints
		.filter(({ regex }) => regex === undefined)
		.flatMap((longer) => {
			const within = prints.find(
				(other) =>
					other.type !== longer.type &&
					other.text !== longer.text &&
					!isDecided(other, longer) &&
					isFoundIn(other, longer.text),
			);
			if (within === undefined) return [];
			const message = `Every line with this text also matches \`${within.text}\` of \`${within.tool}\` (\`${within.type}\`). Make that pattern say more, or decide with \`over\` or \`unless\`.`;
			return [{ path: longer.path, message }];
		});
}

function isFoundIn({ text, regex }: Print, longer: string): boolean {
	if (regex === undefined) return longer.includes(text);
	// What is anchored to a line's ends or to the edge of a word depends on what stands around the text.
	return !/(^|[^\\])(\^|\$)|\\[bB]/.test(regex.source) && canCompile(regex)?.test(longer) === true;
}

/** An invalid regex is reported elsewhere. */
function canCompile({ source, flags }: NonNullable<Print["regex"]>): ReturnType<typeof compileLinear> | undefined {
	try {
		return compileLinear(source, flags);
	} catch {
		return undefined;
	}
}

/** One type beats the other, or is excluded where the other's pattern is printed. */
function isDecided(a: Print, b: Print): boolean {
	return a.over.includes(b.type) || b.over.includes(a.type) || a.unless.includes(b.text) || b.unless.includes(a.text);
}

function typesInTwoFields(tools: readonly ToolEntry[]): readonly ToolOverlap[] {
	const fields = new Map<string, string>();
	return tools.flatMap(({ field, failures }, index) =>
		failures.flatMap(({ type }, failure) => {
			const known = fields.get(type) ?? field;
			fields.set(type, known);
			const path = ["tools", index, "failures", failure, "type"];
			return known === field
				? []
				: [
						{
							path,
							message: `\`${type}\` is in the field \`${known}\` above, and here in \`${field}\`. A failure type has one field.`,
						},
					];
		}),
	);
}
