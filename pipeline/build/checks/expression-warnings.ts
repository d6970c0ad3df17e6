import { type AstNode, calledName, parseExpression, walkAst } from "../../expression/ast.ts";
import { takesNoNumber } from "../../stages/incident-shape.ts";
import { sightOf, type Visible } from "../scopes/scopes.ts";
import { follow } from "../scopes/shape.ts";
import type { ValidPart } from "../scopes/valid-part.ts";
import { type WrittenExpression, writtenExpressions } from "../scopes/written-expressions.ts";
import type { Diagnostic } from "../yaml/diagnostic.ts";
import { nodeStart } from "../yaml/node-start.ts";
import type { YamlSource } from "../yaml/yaml-source.ts";

/** Within one expression: a number for a field of text, a regex written as a text, a comparison with `null`. */
export function expressionWarnings(source: YamlSource, file: ValidPart): readonly Diagnostic[] {
	const sight = sightOf(file);
	return writtenExpressions(file).flatMap((written) => {
		const parsed = parseExpression(written.text);
		if (!parsed.ok) return [];
		const { ast, text } = parsed.parsed;
		const found = [...numberAsText(ast, written, sight(written)), ...regexesInTexts(ast), ...nulls(ast, written)];
		const indent = written.text.length - written.text.trimStart().length;
		return found.map(({ node, shown, message }) => {
			const start = nodeStart(node, text);
			return source.inText(written.path, { start: start + indent, text: shown ?? text.slice(start) }, message);
		});
	});
}

interface Found {
	readonly node: AstNode;
	/** What is underlined; the rest of the line if absent. */
	readonly shown?: string;
	readonly message: string;
}

function numberAsText(ast: AstNode, { path, text }: WrittenExpression, visible: Visible): readonly Found[] {
	const [stage, , part, ...field] = path;
	const isMapping = (stage === "events" && part === "incident") || (stage === "lifecycle" && part === "about");
	if (!isMapping || !takesNoNumber(field) || !isNumber(ast, visible)) return [];
	const message = `This is a number, and \`${field.join(".")}\` is a text: it would be absent. Write \`$string(${text.trim()})\`.`;
	return [{ node: ast, message }];
}

const ARITHMETIC = new Set<unknown>(["+", "-", "*", "/", "%"]);
const NUMBER_FUNCTIONS = new Set<unknown>([
	"number",
	"count",
	"length",
	"sum",
	"max",
	"min",
	"average",
	"round",
	"floor",
	"ceil",
	"abs",
]);

/** Whether the value is certainly a number, if there is one. */
function isNumber(node: AstNode, visible: Visible): boolean {
	switch (node.type) {
		case "number":
			return true;
		case "path":
			return isNumberPath(node.steps ?? [], visible);
		case "binary":
			return ARITHMETIC.has(node.value);
		case "unary":
			return node.value === "-";
		case "function":
			return NUMBER_FUNCTIONS.has(calledName(node));
		case "condition":
			return [node.then, node.else].some((branch) => branch !== undefined && isNumber(branch, visible));
		default:
			return false;
	}
}

function isNumberPath(steps: readonly AstNode[], { roots }: Visible): boolean {
	if (roots === undefined || steps.some(({ type }) => type !== "name")) return false;
	const way = follow(
		steps.map(({ value }) => String(value)),
		roots,
	);
	return way.kind === "there" && way.shape === "number";
}

/** Functions whose texts are searched as they stand. */
const SEARCHING = new Set<unknown>(["log", "error", "step", "job", "contains"]);

/** An escape, any text, a range, a repeated or chosen group: nothing that a log or a name would contain. */
const REGEX_SIGNS = /\\[dwsbDWSB.[\](){}+*?|^$]|\.[*+]|\[\^|\[\w-\w|\]\+|\)[*+?]|\(\?|\([^()|]+\|[^()]+\)/;

function regexesInTexts(ast: AstNode): readonly Found[] {
	const found: Found[] = [];
	walkAst(ast, (node) => {
		if (!SEARCHING.has(calledName(node))) return;
		const given = calledName(node) === "contains" ? (node.arguments ?? []).slice(1) : (node.arguments ?? []);
		for (const text of given.flatMap(textsOf)) {
			const written = String(text.value);
			if (!REGEX_SIGNS.test(written)) continue;
			const message = `This text is searched as it stands, and it looks like a regex. A regex is written without quotes, between slashes: \`/${written.replaceAll("/", "\\/")}/\`.`;
			found.push({ node: text, message });
		}
	});
	return found;
}

function textsOf(node: AstNode): readonly AstNode[] {
	if (node.type === "string") return [node];
	return node.type === "unary" && node.value === "[" ? (node.expressions ?? []).flatMap(textsOf) : [];
}

/** Only payloads and gathered data may contain null: a field of an incident has a value or is absent. */
function nulls(ast: AstNode, { scope }: WrittenExpression): readonly Found[] {
	if (scope === "events" || scope === "lifecycle") return [];
	const found: Found[] = [];
	walkAst(ast, (node) => {
		const { type, value, lhs, rhs } = node;
		if (type !== "binary" || (value !== "=" && value !== "!=") || lhs === undefined || rhs === undefined) return;
		const [read] = isNull(rhs) ? [lhs] : isNull(lhs) ? [rhs] : [];
		const [first] = read?.type === "path" ? (read.steps ?? []) : [];
		if (first?.type !== "name" || first.value === "context") return;
		const instead = value === "=" ? "$not($exists(...))" : "$exists(...)";
		found.push({ node, message: `A field of an incident is never null: it is absent. Write \`${instead}\`.` });
	});
	return found;
}

function isNull({ type, value }: AstNode): boolean {
	return type === "value" && value === null;
}
