import type { SyntaxMistake } from "../expression/ast.ts";
import type { Finding } from "./finding.ts";
import { functionMistakes } from "./function-mistakes.ts";
import { type Inspection, inspectExpression } from "./inspect-expression.ts";
import { logPatternMistakes } from "./log-pattern-mistakes.ts";
import type { Mistake } from "./mistake.ts";
import { pathMistakes } from "./path-mistakes.ts";
import { regexMistake } from "./regex-mistakes.ts";
import type { Remains } from "./remains.ts";
import { sightOf, type Visible } from "./scopes.ts";
import { valueMistakes } from "./value-mistakes.ts";
import { type WrittenExpression, writtenExpressions } from "./written-expressions.ts";
import type { YamlSource } from "./yaml-source.ts";

/** Syntax, names, impossible comparisons, regexes and log patterns of every expression of the file. */
export function expressionMistakes(source: YamlSource, file: Remains): readonly Mistake[] {
	const sight = sightOf(file);
	return writtenExpressions(file).flatMap((written) =>
		findings(written, sight(written)).map(({ start, text, message, allowed }) =>
			source.inText(written.path, { start, text }, message, allowed),
		),
	);
}

function findings({ text, scope }: WrittenExpression, visible: Visible): readonly Finding[] {
	const inspected = inspectExpression(text);
	if (!inspected.ok) {
		return [syntaxFinding(text, inspected.mistake)];
	}
	const { inspection } = inspected;
	const regexes = regexMistakes(inspection);
	const bad = new Set(regexes.map(({ start }) => start));
	const sound = inspection.logPatterns.filter(({ position }) => !bad.has(position));
	return [
		...functionMistakes(inspection, scope, visible),
		...pathMistakes(inspection, text, scope, visible),
		...valueMistakes(inspection, text, visible),
		...regexes,
		...logPatternMistakes({ ...inspection, logPatterns: sound }, text),
	];
}

function regexMistakes({ regexes }: Inspection): readonly Finding[] {
	return regexes.flatMap(({ source, flags, position }) => {
		const message = regexMistake(source);
		return message === undefined ? [] : [{ start: position, text: `/${source}/${flags}`, message }];
	});
}

function syntaxFinding(text: string, { message, position }: SyntaxMistake): Finding {
	const regex = /^Invalid regular expression: \/(.*)\/[a-z]*: (.*)$/s.exec(message);
	if (regex) {
		const [, source = "", reason = ""] = regex;
		const start = Math.max(0, text.indexOf(`/${source}/`));
		return { start, text: `/${source}/`, message: `This is no regular expression: ${reason}.` };
	}
	// What was expected is quoted first, what stands there last.
	const atEnd = /end of expression/.test(message);
	const token = atEnd ? "" : ([...message.matchAll(/"([^"]+)"/g)].at(-1)?.[1] ?? "");
	const end = Math.min(position ?? 0, text.length);
	const start = text.slice(end - token.length, end) === token ? end - token.length : end;
	const offending = text.slice(start).trim() === "" ? text.trim() : text.slice(start);
	return { start, text: offending, message: `This is not JSONata: ${message.replace(/\.$/, "")}.` };
}
