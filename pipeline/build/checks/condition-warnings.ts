import { type AstNode, calledName, parseExpression } from "../../expression/ast.ts";
import type { ValidPart } from "../scopes/valid-part.ts";
import { byName, type WrittenExpression, writtenExpressions } from "../scopes/written-expressions.ts";
import type { Diagnostic } from "../yaml/diagnostic.ts";
import { shapeOfNode } from "../yaml/shape-of-node.ts";
import type { YamlSource } from "../yaml/yaml-source.ts";

/** Conditions that contradict themselves, and rules whose condition is part of what an earlier rule matches. */
export function conditionWarnings(source: YamlSource, file: ValidPart): readonly Diagnostic[] {
	const conditions = writtenExpressions(file).flatMap((written) => {
		const parsed = isCondition(written) ? parseExpression(written.text) : undefined;
		if (!parsed?.ok) return [];
		const { ast } = parsed.parsed;
		return [{ written, ast, clauses: new Set(clausesOf(ast).map(shapeOfNode)) }];
	});
	return conditions.flatMap(({ written, ast, clauses }, index) => {
		const why = contradiction(ast);
		if (why !== undefined) {
			return [source.at(written.path, `This condition can never be true: ${why}.`)];
		}
		const earlier = conditions.slice(0, index).filter((other) => isAlternative(other.written, written, file));
		// Every clause of the wider one is a clause of this one, which has more of them.
		const wider = earlier.find(
			(other) => other.clauses.size < clauses.size && [...other.clauses].every((one) => clauses.has(one)),
		);
		const name = wider && nameOf(file, wider.written);
		return name === undefined
			? []
			: [source.at(written.path, `This rule is never reached: whenever it holds, \`${name}\` above holds, too.`)];
	});
}

/** `[stage, entry, "when"]`. */
function isCondition({ path }: WrittenExpression): boolean {
	return path.length === 3 && (path[2] === "when" || path[2] === "keep");
}

/** Of these rules, only the first whose condition holds applies. */
function isAlternative(a: WrittenExpression, b: WrittenExpression, file: ValidPart): boolean {
	if (a.scope !== b.scope) return false;
	if (a.scope === "classify" || a.scope === "route") return true;
	if (a.scope !== "events" && a.scope !== "lifecycle") return false;
	const [one, other] = [a, b].map(({ scope, path }) => {
		const entry = byName(scope === "events" ? file.events : file.lifecycle).find(([name]) => name === path[1]);
		return entry?.[1].on ?? path[1];
	});
	return one === other;
}

function nameOf(file: ValidPart, { scope, path }: WrittenExpression): string | undefined {
	const [, entry] = path;
	if (typeof entry !== "number") return entry;
	return scope === "classify" ? file.classify?.[entry]?.type : file.route?.[entry]?.name;
}

/**
 * Why no value makes the condition true: its clauses demand different texts of one value, or a clause and its opposite;
 * undefined if that is not known.
 */
function contradiction(condition: AstNode): string | undefined {
	const clauses = clausesOf(condition);
	return ownContradiction(clauses) ?? firstOf(clauses.map(inEachAlternative));
}

function inEachAlternative(clause: AstNode): string | undefined {
	const alternatives = alternativesOf(clause);
	if (alternatives.length === 1) return undefined;
	const whys = alternatives.map(contradiction);
	return whys.every((why) => why !== undefined) ? whys[0] : undefined;
}

function ownContradiction(clauses: readonly AstNode[]): string | undefined {
	const shapes = new Set(clauses.map(shapeOfNode));
	const denied = clauses.find((clause) => {
		const [inner] = calledName(clause) === "not" ? (clause.arguments ?? []) : [];
		return inner !== undefined && shapes.has(shapeOfNode(inner));
	});
	if (denied !== undefined) return "it demands a clause and its opposite";
	const demands = Map.groupBy(clauses.flatMap(demandOf), ({ shape }) => shape);
	return firstOf([...demands.values()].map(impossible));
}

/** What a clause demands of one value. */
interface Demand {
	readonly shape: string;
	readonly name: string;
	readonly values: readonly string[];
	/** It is one of the values, or it is none of them. */
	readonly is: boolean;
}

function impossible(demands: readonly Demand[]): string | undefined {
	let left: readonly string[] | undefined;
	for (const { is, values, name } of demands.toSorted((a, b) => Number(b.is) - Number(a.is))) {
		if (!is && left === undefined) return undefined;
		const next: readonly string[] = left?.filter((value) => values.includes(value) === is) ?? values;
		if (next.length === 0)
			return `${name} cannot be ${is ? `${shown(left ?? [])} and ${shown(values)}` : `${shown(left ?? [])} and something else`} at once`;
		left = next;
	}
	return undefined;
}

function shown(values: readonly string[]): string {
	return values.map((value) => `\`${value}\``).join(" or ");
}

/** `x = 'a'`, `x != 'a'`, `x in ['a', 'b']`, or alternatives of these about one value. */
function demandOf(clause: AstNode): readonly Demand[] {
	const { type, value, lhs, rhs } = clause;
	if (type !== "binary" || lhs === undefined || rhs === undefined) return [];
	if (value === "or") {
		const demands = alternativesOf(clause).map(demandOf);
		const [first] = demands[0] ?? [];
		const isOneValue = demands.every(([one]) => one?.is === true && one.shape === first?.shape);
		return first && isOneValue ? [{ ...first, values: demands.flatMap(([one]) => one?.values ?? []) }] : [];
	}
	if (value !== "=" && value !== "!=" && value !== "in") return [];
	const [read, given] = literalsOf(rhs).length > 0 || value === "in" ? [lhs, rhs] : [rhs, lhs];
	const values = value === "in" && given.type === "unary" && given.value === "[" ? listOf(given) : literalsOf(given);
	if (values.length === 0 || literalsOf(read).length > 0) return [];
	return [{ shape: shapeOfNode(read), name: nameOfValue(read), values, is: value !== "!=" }];
}

/** The list's literals; none if one of its items is computed. */
function listOf(list: AstNode): readonly string[] {
	const items = (list.expressions ?? []).map(literalsOf);
	return items.every(({ length }) => length === 1) ? items.flat() : [];
}

function literalsOf({ type, value }: AstNode): readonly string[] {
	return type === "string" || type === "number" || type === "value" ? [JSON.stringify(value)] : [];
}

function nameOfValue({ type, steps = [] }: AstNode): string {
	const names = steps.map((step) => (step.type === "variable" ? `$${String(step.value)}` : String(step.value)));
	return type === "path" && steps.every((step) => step.type === "name" || step.type === "variable")
		? `\`${names.join(".")}\``
		: "one value";
}

function clausesOf(node: AstNode): readonly AstNode[] {
	return joinedBy("and", node);
}

function alternativesOf(node: AstNode): readonly AstNode[] {
	return joinedBy("or", node);
}

function joinedBy(word: "and" | "or", node: AstNode): readonly AstNode[] {
	const [inner, ...more] = node.type === "block" ? (node.expressions ?? []) : [];
	if (inner !== undefined && more.length === 0) return joinedBy(word, inner);
	const { type, value, lhs, rhs } = node;
	return type === "binary" && value === word && lhs && rhs ? [...joinedBy(word, lhs), ...joinedBy(word, rhs)] : [node];
}

function firstOf<T>(values: readonly (T | undefined)[]): T | undefined {
	return values.find((value) => value !== undefined);
}
