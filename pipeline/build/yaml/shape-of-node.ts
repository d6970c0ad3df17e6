import type { AstNode } from "../../expression/ast.ts";

/** The expression without white space and positions: equal texts mean equal expressions. */
export function shapeOfNode(node: AstNode): string {
	return JSON.stringify(node, withoutPositions);
}

function withoutPositions(key: string, value: unknown): unknown {
	if (key === "position") {
		return undefined;
	}
	return value instanceof RegExp ? String(value) : value;
}
