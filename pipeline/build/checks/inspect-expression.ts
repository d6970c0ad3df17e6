import {
	type AstNode,
	behindOf,
	calledName,
	operandsOf,
	parseExpression,
	refusal,
	type SyntaxDiagnostic,
	walkAst,
} from "../../expression/ast.ts";
import { FUNCTIONS } from "../../expression/functions.ts";
import { PatternLiteral } from "../../expression/pattern-literal.ts";
import type { LogPattern } from "../../log/log-pattern.ts";
import { nodeStart } from "../yaml/node-start.ts";

/**
 * A path from the root (`variable` absent) or from a variable: its names, up to the first step that is not a plain
 * name.
 */
export interface ReadPath {
	readonly names: readonly string[];
	readonly variable?: string;
	readonly position: number;
}

/** What is known about an expression without running it. Positions are character offsets in the text, from 0. */
export interface Inspection {
	readonly functions: readonly { readonly name: string; readonly position: number; readonly arguments: number }[];
	/** Variables read by name that the expression does not bind itself. Called functions are not included. */
	readonly variables: readonly { readonly name: string; readonly position: number }[];
	readonly paths: readonly ReadPath[];
	/** Paths inside `$exists`. */
	readonly guarded: readonly ReadPath[];
	/** Paths compared with text literals by `=`, `!=` or `in`. */
	readonly comparisons: readonly {
		readonly path: ReadPath;
		readonly texts: readonly { readonly text: string; readonly position: number }[];
	}[];
	/** Literal patterns of `$log` and `$error`. */
	readonly logPatterns: readonly { readonly pattern: LogPattern; readonly position: number }[];
	/** Every regex literal, including those in `logPatterns`. */
	readonly regexes: readonly { readonly source: string; readonly flags: string; readonly position: number }[];
	/** Arguments of `$log` and `$error` that are not literals. */
	readonly computedPatterns: readonly { readonly name: string; readonly position: number }[];
	readonly refused: readonly { readonly name: string; readonly why: string; readonly position: number }[];
}

/** Parses and walks an expression for the checks. */
export function inspectExpression(
	text: string,
):
	| { readonly ok: true; readonly inspection: Inspection }
	| { readonly ok: false; readonly diagnostic: SyntaxDiagnostic } {
	const parsing = parseExpression(text);
	const offset = text.length - text.trimStart().length;
	if (!parsing.ok) {
		const { message, position } = parsing.diagnostic;
		return { ok: false, diagnostic: { message, ...(position !== undefined && { position: position + offset }) } };
	}
	const walk = new InspectionWalk(parsing.parsed.text, offset);
	walk.visit(parsing.parsed.ast, { prefix: [], bound: joinedNames(parsing.parsed.ast) });
	return { ok: true, inspection: walk.found };
}

/** Scope of a name: the path it is relative to (undefined when unknown), and the bound variables. */
interface Place {
	readonly prefix: readonly string[] | undefined;
	readonly bound: Set<string>;
}

/** Names bound by paths: `items@$x`, `items#$i`. jsonata keeps them in properties that are not nodes. */
function joinedNames(ast: AstNode): Set<string> {
	const names = new Set<string>();
	walkAst(ast, (node: AstNode & { focus?: unknown; index?: unknown }) => {
		const index = node.type === "index" ? node.value : node.index;
		for (const name of [node.focus, index]) if (typeof name === "string") names.add(name);
	});
	return names;
}

const COMPARING = new Set(["=", "!=", "in"]);

type Mutable<T> = { -readonly [K in keyof T]: T[K] extends readonly (infer U)[] ? U[] : T[K] };

class InspectionWalk {
	readonly found: Mutable<Inspection> = {
		functions: [],
		variables: [],
		paths: [],
		guarded: [],
		comparisons: [],
		logPatterns: [],
		regexes: [],
		computedPatterns: [],
		refused: [],
	};
	readonly #text: string;
	readonly #offset: number;

	constructor(text: string, offset: number) {
		this.#text = text;
		this.#offset = offset;
	}

	/** `piped`: the left side of `~>`, which is the first argument of the call on the right. */
	visit(node: AstNode, place: Place, piped: readonly AstNode[] = []): void {
		if (node.type === "path") this.#path(node.steps ?? [], place);
		else if (node.type === "function" || node.type === "partial") this.#call(node, place, piped);
		else if (node.type === "apply" && node.lhs !== undefined && node.rhs !== undefined) {
			this.visit(node.lhs, place);
			this.#pipe(node.rhs, place, [node.lhs]);
		} else if (node.type === "lambda") this.#lambda(node, place);
		else if (node.type === "condition") this.#condition(node, place);
		else if (node.type === "bind") this.#bind(node, place);
		else if (node.type === "block") this.#below(node, { prefix: place.prefix, bound: new Set(place.bound) });
		else {
			if (node.type === "variable") this.#variable(node, place);
			if (node.type === "binary" && COMPARING.has(String(node.value))) this.#comparison(node, place);
			this.#regex(node);
			this.#below(node, place);
		}
	}

	#below(node: AstNode, place: Place): void {
		for (const child of operandsOf(node)) this.visit(child, place);
		this.#behind(node, { prefix: undefined, bound: place.bound });
	}

	#behind(node: AstNode, place: Place): void {
		for (const child of behindOf(node)) this.visit(child, place);
	}

	#path(steps: readonly AstNode[], place: Place): void {
		let names: string[] | undefined = place.prefix === undefined ? undefined : [...place.prefix];
		let variable: string | undefined;
		let start: AstNode | undefined;
		for (const [at, step] of steps.entries()) {
			if (step.type === "name") {
				start ??= step;
				names?.push(String(step.value));
			} else if (at === 0 && step.type === "variable") {
				this.#variable(step, place);
				start = step;
				variable = String(step.value);
				names = variable === "" ? names : [];
				if (variable === "" || variable === "$") variable = undefined;
			} else {
				this.#report(start, names, variable, place);
				names = undefined;
				this.visit(step, at === 0 ? place : { prefix: undefined, bound: place.bound });
			}
			const prefix = variable === undefined ? names : undefined;
			this.#behind(step, { prefix: prefix && [...prefix], bound: place.bound });
		}
		this.#report(start, names, variable, place);
	}

	/** The node's path, if the node is nothing but names. */
	#plainPath(node: AstNode | undefined, place: Place): ReadPath | undefined {
		const [first, ...rest] = node?.type === "path" ? (node.steps ?? []) : [];
		if (first === undefined || rest.some(({ type }) => type !== "name")) return undefined;
		const names = rest.map(({ value }) => String(value));
		const position = this.#startOf(first);
		if (first.type === "variable" && !["", "$"].includes(String(first.value))) {
			const variable = String(first.value);
			return place.bound.has(variable) ? undefined : { names, variable, position };
		}
		const own = first.type === "name" ? [String(first.value), ...names] : names;
		const isRead = first.type === "name" || first.type === "variable";
		const prefix = first.value === "$" ? [] : place.prefix;
		return isRead && prefix !== undefined ? { names: [...prefix, ...own], position } : undefined;
	}

	#comparison({ value, lhs, rhs }: AstNode, place: Place): void {
		const sides =
			value === "in"
				? [[lhs, rhs]]
				: ([
						[lhs, rhs],
						[rhs, lhs],
					] as const);
		for (const [read, given] of sides) {
			const path = this.#plainPath(read, place);
			const items = given?.type === "unary" && given.value === "[" ? (given.expressions ?? []) : given ? [given] : [];
			const texts = items
				.filter(({ type }) => type === "string")
				.map((item) => ({ text: String(item.value), position: this.#startOf(item) }));
			if (path !== undefined && texts.length > 0) this.found.comparisons.push({ path, texts });
		}
	}

	#report(start: AstNode | undefined, names: string[] | undefined, variable: string | undefined, place: Place): void {
		if (start === undefined || names === undefined || names.length === 0) return;
		if (variable !== undefined && place.bound.has(variable)) return;
		const position = this.#startOf(start);
		this.found.paths.push({ names: [...names], position, ...(variable !== undefined && { variable }) });
	}

	#pipe(target: AstNode, place: Place, piped: readonly AstNode[]): void {
		if (target.type === "variable") this.#call({ type: "function", procedure: target, arguments: [] }, place, piped);
		else this.visit(target, place, piped);
	}

	#call(node: AstNode, place: Place, piped: readonly AstNode[]): void {
		const name = calledName(node);
		const passed = [...piped, ...(node.arguments ?? [])];
		if (name === undefined || place.bound.has(name)) {
			if (node.procedure !== undefined) this.visit(node.procedure, place);
		} else {
			const position = this.#startOf(node.procedure ?? node);
			this.found.functions.push({ name, position, arguments: passed.length });
			this.#refuse(name, position);
			this.#picture(name, passed, position);
			const guarded = name === "exists" ? this.#plainPath(passed[0], place) : undefined;
			if (guarded !== undefined) this.found.guarded.push(guarded);
			if (Object.hasOwn(FUNCTIONS, name) && FUNCTIONS[name]?.patterns === "literal") {
				for (const argument of passed) this.#logPattern(name, argument);
			}
		}
		for (const argument of node.arguments ?? []) this.visit(argument, place);
		this.#behind(node, { prefix: undefined, bound: place.bound });
	}

	/** A computed date picture can make `$toMillis` and `$fromMillis` loop endlessly. */
	#picture(name: string, passed: readonly AstNode[], position: number): void {
		if (name !== "toMillis" && name !== "fromMillis") return;
		const picture = passed[1];
		if (picture === undefined || picture.type === "string") return;
		this.found.refused.push({ name, why: "its picture must be a literal text", position });
	}

	#logPattern(name: string, argument: AstNode): void {
		const position = this.#startOf(argument);
		if (argument.type === "string" && argument.value !== "") {
			this.found.logPatterns.push({ pattern: { kind: "text", text: String(argument.value) }, position });
		} else if (argument.value instanceof PatternLiteral) {
			const { source, flags } = argument.value;
			this.found.logPatterns.push({ pattern: { kind: "regex", source, flags }, position });
		} else if (argument.type === "unary" && argument.value === "[") {
			for (const item of argument.expressions ?? []) this.#logPattern(name, item);
		} else this.found.computedPatterns.push({ name, position });
	}

	#regex(node: AstNode): void {
		const { value } = node;
		if (!(value instanceof PatternLiteral || value instanceof RegExp)) return;
		const { source, flags } = value instanceof RegExp ? new PatternLiteral(value) : value;
		this.found.regexes.push({ source, flags, position: this.#startOf(node) });
	}

	#variable(node: AstNode, place: Place): void {
		const name = String(node.value);
		if (name === "" || name === "$" || place.bound.has(name)) return;
		const position = this.#startOf(node);
		this.found.variables.push({ name, position });
		this.#refuse(name, position);
	}

	#refuse(name: string, position: number): void {
		const why = refusal(name);
		if (why !== undefined) this.found.refused.push({ name, why, position });
	}

	#bind(node: AstNode, place: Place): void {
		// Bind before visiting the value: a function may call itself.
		place.bound.add(String(node.lhs?.value));
		if (node.rhs !== undefined) this.visit(node.rhs, place);
	}

	#lambda(node: AstNode, place: Place): void {
		const bound = new Set([...place.bound, ...(node.arguments ?? []).map(({ value }) => String(value))]);
		if (node.body !== undefined) this.visit(node.body, { prefix: place.prefix, bound });
	}

	/** For `a ?: b` and `a ?? b`, the tree contains `a` twice. */
	#condition(node: AstNode, place: Place): void {
		const { condition, then, else: otherwise } = node;
		const repeated = condition === then || (condition?.arguments?.length === 1 && condition.arguments[0] === then);
		if (condition !== undefined && !repeated) this.visit(condition, place);
		if (then !== undefined) this.visit(then, place);
		if (otherwise !== undefined) this.visit(otherwise, place);
	}

	#startOf(node: AstNode): number {
		return nodeStart(node, this.#text) + this.#offset;
	}
}
