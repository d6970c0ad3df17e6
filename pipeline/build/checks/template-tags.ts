import Mustache from "mustache";
import { boundedMessage } from "../../expression/bounded-message.ts";
import type { TextDiagnostic } from "../yaml/text-diagnostic.ts";

/** A tag of a mustache template, without text and comments. `start` is a character offset from 0. */
export type Tag = { readonly start: number; readonly raw: string } & (
	| { readonly kind: "variable"; readonly name: string }
	| { readonly kind: "section"; readonly name: string; readonly inverted: boolean; readonly inner: readonly Tag[] }
	| { readonly kind: "partial"; readonly name: string }
	| { readonly kind: "delimiters" }
);

/** Uses the parser that also renders. Syntax: https://mustache.github.io/mustache.5.html */
export function parseTemplate(
	text: string,
): { readonly ok: true; readonly tags: readonly Tag[] } | { readonly ok: false; readonly finding: TextDiagnostic } {
	try {
		return { ok: true, tags: tagsOf(Mustache.parse(text), text) };
	} catch (thrown) {
		return { ok: false, finding: syntaxDiagnostic(text, boundedMessage(thrown)) };
	}
}

function tagsOf(tokens: readonly unknown[], text: string): readonly Tag[] {
	return tokens.flatMap((token) => (Array.isArray(token) ? tagOf(token, text) : []));
}

/** A token of mustache.js is `[type, value, start, end]`; sections also carry their content. */
function tagOf([type, name, start, end, inner]: readonly unknown[], text: string): readonly Tag[] {
	if (typeof name !== "string" || typeof start !== "number" || typeof end !== "number") {
		return [];
	}
	const at = { start, raw: text.slice(start, end) };
	switch (type) {
		case "name":
		case "&":
			return [{ ...at, kind: "variable", name }];
		case "#":
		case "^":
			return [
				{
					...at,
					kind: "section",
					name,
					inverted: type === "^",
					inner: tagsOf(Array.isArray(inner) ? inner : [], text),
				},
			];
		case ">":
			return [{ ...at, kind: "partial", name }];
		case "=":
			return [{ ...at, kind: "delimiters" }];
		default:
			return [];
	}
}

function syntaxDiagnostic(text: string, message: string): TextDiagnostic {
	const [, problem = message, section, position = "0"] = /^(.*?)(?: "(.*)")? at (\d+)$/.exec(message) ?? [];
	const opened = problem === "Unclosed section" ? lastOpening(text, section ?? "") : lastTag(text, problem);
	const start = opened ?? Math.min(Number(position), text.length);
	const what = section === undefined ? problem : `${problem} \`${section}\``;
	return { start, text: text.slice(start), message: `This is not a mustache template: ${what}. ${remedyFor(problem)}` };
}

function remedyFor(problem: string): string {
	switch (problem) {
		case "Unclosed section":
			return "Sections end with {{/name}}, inner ones first.";
		case "Unopened section":
			return "Remove it, or open the section with {{#name}}.";
		default:
			return "Tags are {{name}}, {{#name}}...{{/name}}, {{^name}}...{{/name}} and {{> _partial}}.";
	}
}

/** The parser's message gives the offset where it expected the closing tag. */
function lastTag(text: string, problem: string): number | undefined {
	const start = problem === "Unclosed tag" ? text.lastIndexOf("{{") : -1;
	return start === -1 ? undefined : start;
}

function lastOpening(text: string, name: string): number | undefined {
	const openings = [...text.matchAll(/\{\{\s*[#^]\s*([^}]*?)\s*\}\}/g)].filter(([, opened]) => opened === name);
	return openings.at(-1)?.index;
}
