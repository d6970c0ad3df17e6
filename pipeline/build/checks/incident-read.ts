import { type AstNode, calledName, childrenOf } from "../../expression/ast.ts";

/**
 * The first place where a value is built from the incident: any read except `$settings`. The incident may still select
 * one of the pipeline's own texts, through a condition, a predicate on a setting or the key of `$lookup`.
 */
export function incidentRead(node: AstNode, below: "incident" | "settings" = "incident"): AstNode | undefined {
	switch (node.type) {
		case "path":
			return inPath(node.steps ?? [], below);
		case "variable":
			return node.value === "$" || (node.value === "" && below === "incident") ? node : undefined;
		case "name":
			return below === "incident" ? node : undefined;
		case "wildcard":
		case "descendant":
		case "parent":
			return node;
		case "condition":
			return first([node.then, node.else], below);
		case "function":
			return calledName(node) === "lookup" ? first([node.arguments?.[0]], below) : first(childrenOf(node), below);
		default:
			return first(childrenOf(node), below);
	}
}

function inPath(steps: readonly AstNode[], below: "incident" | "settings"): AstNode | undefined {
	const [start, ...rest] = steps;
	if (start === undefined) return undefined;
	if (start.type === "variable" && start.value === "settings") return first(rest, "settings");
	const read = incidentRead(start, below);
	// A path that starts outside the incident never leads into it.
	return read ?? first(rest, "settings");
}

function first(nodes: readonly (AstNode | undefined)[], below: "incident" | "settings"): AstNode | undefined {
	for (const node of nodes) {
		const read = node === undefined ? undefined : incidentRead(node, below);
		if (read !== undefined) return read;
	}
	return undefined;
}
