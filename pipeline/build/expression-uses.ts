import { type AstNode, calledName, childrenOf } from "../expression/ast.ts";

/** A name and where it starts in the expression's text. */
export interface Named {
	readonly name: string;
	readonly start: number;
}

/** One thing that an expression uses, as far as it can be checked before it runs. */
export type Use =
	/** A path that starts at what the expression is about: `workflow.name`. */
	| { readonly kind: "path"; readonly steps: readonly [Named, ...Named[]] }
	/** `$settings.vars.x`. */
	| { readonly kind: "variable"; readonly variable: Named; readonly steps: readonly Named[] }
	| { readonly kind: "call"; readonly called: Named; readonly args: readonly AstNode[] }
	| { readonly kind: "regex"; readonly source: string; readonly flags: string; readonly start: number };

/** Everything that the expression uses, in the order of its tree; names that it binds itself are left out. */
export function usesOf(ast: AstNode, text: string): readonly Use[] {
	const own = ownNames(ast);
	const uses: Use[] = [];
	visit(ast, true);
	return uses;

	/** `atRoot`: does a bare name here read what the expression is about? */
	function visit(node: AstNode, atRoot: boolean, piped: readonly AstNode[] = []): void {
		const name = calledName(node);
		if (name !== undefined) {
			visitCall(node, name, atRoot, piped);
		} else if (node.type === "path") {
			visitPath(node, atRoot);
		} else if (node.type === "variable") {
			useVariable(node, []);
		} else if (node.type === "regex" || isPattern(node)) {
			useRegex(node);
		} else if (node.type === "apply" && node.lhs && node.rhs) {
			visit(node.lhs, atRoot);
			visit(node.rhs, atRoot, [node.lhs]);
			return;
		} else if (node.type === "lambda") {
			visitAll(node.body ? [node.body] : [], atRoot);
			return;
		} else if (node.type === "bind" && node.rhs) {
			visit(node.rhs, atRoot);
			return;
		} else {
			visitAll(childrenOf({ ...node, stages: [], predicate: [] }), atRoot && node.type !== "transform");
		}
		visitAll([...(node.stages ?? []), ...(node.predicate ?? [])], false);
	}

	function visitAll(nodes: readonly AstNode[], atRoot: boolean): void {
		for (const node of nodes) {
			visit(node, atRoot);
		}
	}

	function visitCall(node: AstNode, name: string, atRoot: boolean, piped: readonly AstNode[]): void {
		const args = node.arguments ?? [];
		if (!own.has(name) && node.procedure) {
			const start = startOf(node.procedure, name.length + 1);
			uses.push({ kind: "call", called: { name, start }, args: [...piped, ...args] });
		}
		visitAll(args, atRoot);
	}

	function visitPath(node: AstNode, atRoot: boolean): void {
		const [first, ...rest] = node.steps ?? [];
		if (first === undefined) {
			return;
		}
		const behind = leadingNames(rest);
		if (first.type === "name") {
			if (atRoot) {
				uses.push({ kind: "path", steps: [named(first), ...(isPlain(first) ? behind : [])] });
			}
		} else if (first.type === "variable" && (first.value === "$" || (first.value === "" && atRoot))) {
			const [root, ...deeper] = isPlain(first) ? behind : [];
			if (root) {
				uses.push({ kind: "path", steps: [root, ...deeper] });
			}
		} else if (first.type === "variable") {
			useVariable(first, isPlain(first) ? behind : []);
		} else {
			visit({ ...first, stages: [], predicate: [] }, atRoot);
		}
		visitAll([...(first.stages ?? []), ...(first.predicate ?? [])], false);
		for (const step of rest) {
			visit(step.type === "name" ? { ...step, type: "string" } : step, false);
		}
		visitAll(childrenOf({ ...node, steps: [], stages: [], predicate: [] }), false);
	}

	function useVariable(node: AstNode, steps: readonly Named[]): void {
		const name = String(node.value);
		if (name !== "" && name !== "$" && !own.has(name)) {
			uses.push({ kind: "variable", variable: { name, start: startOf(node, name.length + 1) }, steps });
		}
	}

	function useRegex(node: AstNode): void {
		const { source, flags } = node.value as { source: string; flags: string };
		const plain = flags.replace("g", "");
		uses.push({ kind: "regex", source, flags: plain, start: startOf(node, source.length + plain.length + 2) });
	}

	function named(node: AstNode): Named {
		const name = String(node.value);
		const quoted = text[(node.position ?? 0) - 1] === "`";
		return { name, start: startOf(node, name.length + (quoted ? 2 : 0)) };
	}

	/** The names that follow a path's first step, up to the first step that is something else. */
	function leadingNames(steps: readonly AstNode[]): readonly Named[] {
		const names: Named[] = [];
		for (const step of steps) {
			if (step.type !== "name") {
				break;
			}
			names.push(named(step));
			if (!isPlain(step)) {
				break;
			}
		}
		return names;
	}
}

/** A literal that `parseExpression` put in a regex's place, among the arguments of `$log` and the like. */
export function isPattern(node: AstNode): boolean {
	return node.type === "value" && typeof node.value === "object" && node.value !== null && "source" in node.value;
}

/** Positions are those behind a token. */
export function startOf(node: AstNode, length: number): number {
	return Math.max(0, (node.position ?? length) - length);
}

/** Without a filter or binding, what follows belongs to the value itself. */
function isPlain(step: AstNode): boolean {
	return (step.stages ?? []).length === 0 && (step.predicate ?? []).length === 0;
}

/** Names bound within the expression: by `:=`, as parameters, by `@$x` and `#$x`. */
function ownNames(ast: AstNode): ReadonlySet<string> {
	const names = new Set<string>();
	const collect = (node: AstNode & { focus?: unknown; index?: unknown }): void => {
		const bound = node.type === "bind" ? [node.lhs] : node.type === "lambda" ? (node.arguments ?? []) : [];
		for (const variable of bound) {
			names.add(String(variable?.value));
		}
		for (const name of [node.focus, node.index, node.type === "index" ? node.value : undefined]) {
			if (typeof name === "string") {
				names.add(name);
			}
		}
		childrenOf(node).forEach(collect);
	};
	collect(ast);
	return names;
}
