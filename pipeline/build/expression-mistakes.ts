import { parseExpression, type SyntaxMistake } from "../expression/ast.ts";
import { callMistakes, referenceMistake } from "./call-mistakes.ts";
import { type Named, type Use, usesOf } from "./expression-uses.ts";
import type { Finding } from "./finding.ts";
import type { Mistake } from "./mistake.ts";
import { didYouMean } from "./near-miss.ts";
import { regexMistake } from "./regex-mistakes.ts";
import type { Remains } from "./remains.ts";
import { type Fields, scopesOf, type Visible } from "./scopes.ts";
import { type WrittenExpression, writtenExpressions } from "./written-expressions.ts";
import type { YamlSource } from "./yaml-source.ts";

/** Syntax, names, regexes and log patterns of every expression of the file. */
export function expressionMistakes(source: YamlSource, file: Remains): readonly Mistake[] {
	const scopes = scopesOf(file);
	return writtenExpressions(file).flatMap((written) =>
		findings(written, scopes[written.scope]).map(({ start, text, message, allowed }) =>
			source.inText(written.path, { start, text }, message, allowed),
		),
	);
}

function findings({ text, scope }: WrittenExpression, visible: Visible): readonly Finding[] {
	const parsed = parseExpression(text);
	if (!parsed.ok) {
		return [syntaxFinding(text, parsed.mistake)];
	}
	return usesOf(parsed.parsed.ast, text).flatMap((use) => check(use, scope, visible));
}

function check(use: Use, scope: string, visible: Visible): readonly Finding[] {
	switch (use.kind) {
		case "path":
			return visible.roots ? stepsMistake(use.steps, visible.roots, scope) : [];
		case "variable":
			return Object.hasOwn(visible.variables, use.variable.name)
				? variableSteps(use.variable, use.steps, visible.variables)
				: referenceMistake(use.variable, scope, Object.keys(visible.variables));
		case "call":
			return callMistakes(use, scope, visible);
		case "regex": {
			const message = regexMistake(use.source);
			return message === undefined ? [] : [{ start: use.start, text: `/${use.source}/${use.flags}`, message }];
		}
		default:
			return use satisfies never;
	}
}

/** The first step that names nothing; what follows it cannot be judged. */
function stepsMistake(steps: readonly Named[], roots: Fields, scope: string): readonly Finding[] {
	const [first] = steps;
	if (first?.name === "context" && !Object.hasOwn(roots, "context")) {
		const message = "The context is not gathered yet here. Ask for the incident's own fields.";
		return [{ start: first.start, text: "context", message, allowed: Object.keys(roots) }];
	}
	return unknownStep(steps, roots, (step, before, allowed) =>
		before === undefined
			? `An incident has no field \`${step}\`.${didYouMean(step, allowed) || textHint(steps, scope)}`
			: `\`${before}\` has no field \`${step}\`.${didYouMean(step, allowed)}`,
	);
}

function variableSteps(variable: Named, steps: readonly Named[], variables: Fields): readonly Finding[] {
	const fields = variables[variable.name];
	if (fields === undefined || fields === "any") {
		return [];
	}
	return unknownStep(steps, fields, (step, before, allowed) => {
		const holder = [`$${variable.name}`, ...(before === undefined ? [] : [before])].join(".");
		return `\`${holder}\` has no field \`${step}\`.${didYouMean(step, allowed)}`;
	});
}

function unknownStep(
	steps: readonly Named[],
	fields: Fields,
	word: (step: string, before: string | undefined, allowed: readonly string[]) => string,
): readonly Finding[] {
	let known: Fields | "any" | undefined = fields;
	for (const [index, { name, start }] of steps.entries()) {
		if (known === "any" || known === undefined) {
			return [];
		}
		if (!Object.hasOwn(known, name)) {
			const allowed = Object.keys(known);
			const before =
				index === 0
					? undefined
					: steps
							.slice(0, index)
							.map((step) => step.name)
							.join(".");
			return [{ start, text: name, message: word(name, before, allowed), allowed }];
		}
		known = known[name];
	}
	return [];
}

/** A fixed text without quotes is the likeliest slip where a text is wanted. */
function textHint(steps: readonly Named[], scope: string): string {
	const wantsText = steps.length === 1 && (scope === "spawn" || scope === "context");
	return wantsText ? ` A fixed text is written in quotes of its own: "'${steps[0]?.name}'".` : "";
}

function syntaxFinding(text: string, { message, position }: SyntaxMistake): Finding {
	const regex = /^Invalid regular expression: \/(.*)\/[a-z]*: (.*)$/s.exec(message);
	if (regex) {
		const [, source = "", reason = ""] = regex;
		const start = Math.max(0, text.indexOf(`/${source}/`));
		return { start, text: `/${source}/`, message: `This is no regular expression: ${reason}.` };
	}
	const token = /"([^"]+)"$/.exec(message)?.[1] ?? "";
	const end = Math.min(position ?? 0, text.length);
	const start = text.slice(end - token.length, end) === token ? end - token.length : end;
	const offending = text.slice(start).trim() === "" ? text.trim() : text.slice(start);
	return { start, text: offending, message: `This is not JSONata: ${message.replace(/\.$/, "")}.` };
}
