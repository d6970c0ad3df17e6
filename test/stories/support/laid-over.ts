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
