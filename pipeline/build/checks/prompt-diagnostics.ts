import { PROMPT_LAMBDAS, PROMPT_VARIABLES, type PromptVariable } from "../../prompt/prompt-variables.ts";
import { type Diagnostic, offending, promptFile } from "../yaml/diagnostic.ts";
import type { TextDiagnostic } from "../yaml/text-diagnostic.ts";
import { didYouMean } from "./did-you-mean.ts";
import { parseTemplate, type Tag } from "./template-tags.ts";

type Prompts = Readonly<Record<string, string>>;
type Variables = Readonly<Record<string, PromptVariable>>;

/** Where a tag stands: the names in scope, whether it is fenced, and the chain of including partials. */
interface Place {
	readonly file: string;
	readonly variables: Variables;
	readonly fenced: boolean;
	readonly parents: readonly string[];
}

/**
 * Templates and partials: syntax, names, and whether they are used. `used` holds the agents' templates, when known. Of
 * the prompts that are not the user's `own`, only those that agents use are checked.
 */
export function promptDiagnostics(
	prompts: Prompts,
	used: readonly string[] | undefined,
	own: readonly string[],
): readonly Diagnostic[] {
	const reached = new Set<string>();
	const isChecked = (name: string) => own.includes(name) || used?.includes(name) === true;
	const templates = Object.keys(prompts).filter((name) => !isPartial(name) && isChecked(name));
	const found = templates.flatMap((name) =>
		checkTemplate(prompts, name, { file: name, variables: PROMPT_VARIABLES, fenced: false, parents: [] }, reached),
	);
	const unused = own.filter((name) => !(isPartial(name) ? reached.has(name) : (used ?? templates).includes(name)));
	return [...found, ...unused.map((name) => unusedFile(name, prompts[name] ?? ""))];
}

/** The templates that agents use, and the partials that these include. Expects valid prompts. */
export function neededPrompts(prompts: Prompts, used: readonly string[]): Prompts {
	const needed = new Set<string>();
	const include = (name: string): void => {
		if (needed.has(name) || !Object.hasOwn(prompts, name)) return;
		needed.add(name);
		const parsed = parseTemplate(prompts[name] ?? "");
		if (parsed.ok) partialsIn(parsed.tags).forEach(include);
	};
	used.forEach(include);
	return Object.fromEntries(Object.entries(prompts).filter(([name]) => needed.has(name)));
}

function partialsIn(tags: readonly Tag[]): readonly string[] {
	return tags.flatMap((tag) =>
		tag.kind === "partial" ? [tag.name] : tag.kind === "section" ? partialsIn(tag.inner) : [],
	);
}

function checkTemplate(prompts: Prompts, name: string, place: Place, reached: Set<string>): readonly Diagnostic[] {
	reached.add(name);
	const text = prompts[name] ?? "";
	const parsed = parseTemplate(text);
	const located = (finding: TextDiagnostic) => locate(name, text, finding);
	return parsed.ok ? parsed.tags.flatMap((tag) => checkTag(tag, place)) : [located(parsed.finding)];

	function checkTag(tag: Tag, here: Place): readonly Diagnostic[] {
		switch (tag.kind) {
			case "variable":
				return variableDiagnosticsIn(tag, here).map(located);
			case "section":
				return [
					...sectionDiagnostics(tag, here).map(located),
					...tag.inner.flatMap((inner) => checkTag(inner, inside(tag, here))),
				];
			case "partial":
				return checkPartial(tag, here);
			case "delimiters": {
				const message = "Templates keep the delimiters {{ and }}: sections are rendered apart and would lose others.";
				return [located({ start: tag.start, text: tag.raw, message })];
			}
			default:
				return tag satisfies never;
		}
	}

	function checkPartial(tag: Tag & { kind: "partial" }, here: Place): readonly Diagnostic[] {
		const partials = Object.keys(prompts).filter(isPartial);
		if (!partials.includes(tag.name)) {
			const message = `There is no partial \`${promptFile(tag.name)}\`.${didYouMean(tag.name, partials) || " A partial's name begins with _."}`;
			return [located({ start: tag.start, text: tag.raw, message, allowed: partials })];
		}
		if (here.parents.includes(tag.name)) {
			return [located({ start: tag.start, text: tag.raw, message: `\`${tag.name}\` includes itself without end.` })];
		}
		const next = { ...here, file: tag.name, parents: [...here.parents, tag.name] };
		return checkTemplate(prompts, tag.name, next, reached);
	}
}

function variableDiagnosticsIn(
	tag: Tag & { kind: "variable" },
	{ variables, fenced }: Place,
): readonly TextDiagnostic[] {
	const at = { start: tag.start, text: tag.raw };
	const variable = own(variables, tag.name);
	if (Object.hasOwn(PROMPT_LAMBDAS, tag.name)) {
		return [{ ...at, message: `\`${tag.name}\` is a section: {{#${tag.name}}}...{{/${tag.name}}}.` }];
	}
	if (variable === undefined) {
		return [unknownName(at, tag.name, texts(variables))];
	}
	if (variable.kind !== "text") {
		return [{ ...at, message: `\`${tag.name}\` is a section, not a text: {{#${tag.name}}}...{{/${tag.name}}}.` }];
	}
	if (variable.untrusted && !fenced) {
		const message = `\`${tag.name}\` comes from outside: put it in {{#fenced}}...{{/fenced}}, or in one line in {{#inline}}...{{/inline}}.`;
		return [{ ...at, message }];
	}
	return [];
}

function sectionDiagnostics(tag: Tag & { kind: "section" }, { variables }: Place): readonly TextDiagnostic[] {
	const at = { start: tag.start, text: tag.raw };
	if (Object.hasOwn(PROMPT_LAMBDAS, tag.name)) {
		return tag.inverted ? [{ ...at, message: `\`${tag.name}\` has no opposite. Write {{#${tag.name}}}.` }] : [];
	}
	return own(variables, tag.name) === undefined
		? [unknownName(at, tag.name, [...Object.keys(PROMPT_LAMBDAS), ...Object.keys(variables)])]
		: [];
}

function unknownName(at: { start: number; text: string }, name: string, allowed: readonly string[]): TextDiagnostic {
	return { ...at, message: `Nothing provides \`${name}\`.${didYouMean(name, allowed)}`, allowed };
}

/** A list's section also sees the item's fields; a fence allows untrusted text. */
function inside({ name, inverted }: Tag & { kind: "section" }, place: Place): Place {
	if (inverted) {
		return place;
	}
	const fields = own(place.variables, name)?.fields ?? {};
	return {
		...place,
		variables: { ...place.variables, ...fields },
		fenced: place.fenced || Object.hasOwn(PROMPT_LAMBDAS, name),
	};
}

function unusedFile(name: string, text: string): Diagnostic {
	const by = isPartial(name) ? "No template that an agent uses includes it" : "No agent uses this prompt";
	return locate(name, text, { start: 0, text, message: `${by}. Use it or remove it.` });
}

function locate(name: string, text: string, { start, text: stretch, message, allowed }: TextDiagnostic): Diagnostic {
	const before = text.slice(0, start).split("\n");
	return {
		file: promptFile(name),
		line: before.length,
		column: (before.at(-1)?.length ?? 0) + 1,
		text: offending(stretch),
		message,
		...(allowed && { allowed }),
	};
}

function own(variables: Variables, name: string): PromptVariable | undefined {
	return Object.hasOwn(variables, name) ? variables[name] : undefined;
}

function texts(variables: Variables): readonly string[] {
	return Object.keys(variables).filter((name) => variables[name]?.kind === "text");
}

function isPartial(name: string): boolean {
	return name.startsWith("_");
}
