export type Tree = { readonly [key: string]: unknown };

export function isTree(value: unknown): value is Tree {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** `over` on `under`: objects are merged, everything else is replaced. */
export function laidOver(under: unknown, over: unknown): unknown {
	if (!isTree(under) || !isTree(over)) return over;
	const merged: Record<string, unknown> = { ...under };
	for (const [key, value] of Object.entries(over)) merged[key] = laidOver(merged[key], value);
	return merged;
}

/** Without the field at this path. */
export function lacking(tree: unknown, [key = "", ...below]: readonly string[]): unknown {
	if (!isTree(tree) || !(key in tree)) return tree;
	const { [key]: field, ...rest } = tree;
	return below.length === 0 ? rest : { ...rest, [key]: lacking(field, below) };
}
