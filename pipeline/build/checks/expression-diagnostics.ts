import type { SyntaxDiagnostic } from "../../expression/ast.ts";
import { sightOf, type Visible } from "../scopes/scopes.ts";
import type { ValidPart } from "../scopes/valid-part.ts";
import { type WrittenExpression, writtenExpressions } from "../scopes/written-expressions.ts";
import type { Diagnostic } from "../yaml/diagnostic.ts";
import type { TextDiagnostic } from "../yaml/text-diagnostic.ts";
import type { YamlSource } from "../yaml/yaml-source.ts";
import { functionDiagnostics } from "./function-diagnostics.ts";
import { type Inspection, inspectExpression } from "./inspect-expression.ts";
import { logPatternDiagnostics } from "./log-pattern-diagnostics.ts";
import { operatorHint } from "./operator-hint.ts";
import { pathDiagnostics } from "./path-diagnostics.ts";
import { regexDiagnostic } from "./regex-diagnostics.ts";
import { valueDiagnostics } from "./value-diagnostics.ts";

/** Syntax, names, impossible comparisons, regexes and log patterns of every expression in the file. */
export function expressionDiagnostics(source: YamlSource, file: ValidPart): readonly Diagnostic[] {
	const sight = sightOf(file);
	return writtenExpressions(file).flatMap((written) =>
		findings(written, sight(written)).map(({ start, text, message, allowed }) =>
			source.inText(written.path, { start, text }, message, allowed),
		),
	);
}

function findings({ text, scope }: WrittenExpression, visible: Visible): readonly TextDiagnostic[] {
	const inspected = inspectExpression(text);
	if (!inspected.ok) {
		return [syntaxDiagnostic(text, inspected.diagnostic)];
	}
	const { inspection } = inspected;
	const regexes = regexDiagnostics(inspection);
	const bad = new Set(regexes.map(({ start }) => start));
	const sound = inspection.logPatterns.filter(({ position }) => !bad.has(position));
	return [
		...functionDiagnostics(inspection, scope, visible),
		...pathDiagnostics(inspection, text, scope, visible),
		...valueDiagnostics(inspection, text, visible),
		...regexes,
		...logPatternDiagnostics({ ...inspection, logPatterns: sound }, text),
	];
}

function regexDiagnostics({ regexes }: Inspection): readonly TextDiagnostic[] {
	return regexes.flatMap(({ source, flags, position }) => {
		const message = regexDiagnostic(source);
		return message === undefined ? [] : [{ start: position, text: `/${source}/${flags}`, message }];
	});
}

function syntaxDiagnostic(text: string, { message, position }: SyntaxDiagnostic): TextDiagnostic {
	const regex = /^Invalid regular expression: \/(.*)\/[a-z]*: (.*)$/s.exec(message);
	if (regex) {
		const [, source = "", reason = ""] = regex;
		const start = Math.max(0, text.indexOf(`/${source}/`));
		return { start, text: `/${source}/`, message: `This is not a regular expression: ${reason}.` };
	}
	// The message quotes what was expected first and what was found last.
	const atEnd = /end of expression/.test(message);
	const token = atEnd ? "" : ([...message.matchAll(/"([^"]+)"/g)].at(-1)?.[1] ?? "");
	const end = Math.min(position ?? 0, text.length);
	const start = text.slice(end - token.length, end) === token ? end - token.length : end;
	const offending = text.slice(start).trim() === "" ? text.trim() : text.slice(start);
	const hint = /^Unsupported escape sequence/.test(message) ? ESCAPE_HINT : operatorHint(text, start);
	return { start, text: offending, message: `This is not JSONata: ${message.replace(/\.$/, "")}.${hint}` };
}

const ESCAPE_HINT = " A regex is written between slashes, `/.../`; a backslash within a text is doubled.";
