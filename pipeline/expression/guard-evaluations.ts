import type jsonata from "jsonata";
import { Allowance } from "./allowance.ts";
import type { AstNode } from "./ast.ts";
import { boundFunctions, type Environment, type Evaluation } from "./bounded-functions.ts";
import type { Facts } from "./facts.ts";
import { LinearRegex } from "./linear-regex.ts";

const MAX_STEPS = 200_000;

/** The facts' key among an evaluation's bindings; no expression can write this name. */
export const FACTS = " facts";

/** The keys of the functions that jsonata calls before and after it evaluates a node. */
const BEFORE_EACH_NODE = Symbol.for("jsonata.__evaluate_entry");
const AFTER_EACH_NODE = Symbol.for("jsonata.__evaluate_exit");

interface Running extends Evaluation {
	steps: number;
	/** Nodes whose values an operator reads through as a whole. */
	readonly operands: WeakSet<object>;
}

const running = new WeakMap<object, Running>();

/**
 * Bounds what each evaluation does by two counts: the nodes it visits, which ends endless recursion, and what it builds and
 * reads through, in nodes, operators and functions alike (`allowance.ts`).
 */
export function guardEvaluations(expression: jsonata.Expression): void {
	// `assign` accepts any key; its type allows only texts.
	const assign = expression.assign as (key: string | symbol, value: unknown) => void;
	assign(BEFORE_EACH_NODE, beforeEachNode);
	assign(AFTER_EACH_NODE, afterEachNode);
}

function beforeEachNode(node: AstNode, _input: unknown, { base }: Environment): void {
	const known = running.get(base) ?? begin(base);
	known.steps += 1;
	if (known.steps > MAX_STEPS) throw new Error(`it takes more than ${MAX_STEPS} steps`);
	if (node.type !== "binary" || !READS_THROUGH.has(node.value)) return;
	for (const operand of [node.lhs, node.rhs]) if (operand !== undefined) known.operands.add(operand);
}

/** Operators that read the whole of both values: to compare them, or to write them as text. */
const READS_THROUGH: ReadonlySet<unknown> = new Set(["=", "!=", "in", "&"]);

function begin(base: Environment): Running {
	const allowance = new Allowance();
	const made: Running = {
		steps: 0,
		allowance,
		facts: (base.lookup(FACTS) ?? {}) as Facts,
		operands: new WeakSet(),
	};
	running.set(base, made);
	boundFunctions(base, evaluationOf);
	Object.assign(base, { RegexEngine: LinearRegex.drawingOn(allowance) });
	return made;
}

function evaluationOf(base: Environment): Evaluation {
	return running.get(base) ?? begin(base);
}

function afterEachNode(node: AstNode, _input: unknown, { base }: Environment, value: unknown): void {
	const known = running.get(base);
	if (known === undefined) return;
	if (isBuilt(node, value) || known.operands.has(node)) known.allowance.weigh(value);
}

/** Nodes that only hand on what another node or a function gave. */
const HAND_ON: ReadonlySet<string> = new Set(
	"name variable string number value parent condition block bind regex lambda partial".split(" "),
);

/** A path builds a list when it visits one; else it hands on what it found. */
function isBuilt(node: AstNode, value: unknown): boolean {
	if (node.predicate !== undefined || "group" in node) return true;
	if (node.type === "path") return Array.isArray(value) && "sequence" in value;
	return !HAND_ON.has(node.type);
}
