import { readFileSync } from "node:fs";
import path from "node:path";
import { parseSync } from "oxc-parser";

/** Which files import which: paths from the repository's root, with slashes. Type-only imports count. */
export type Graph = ReadonlyMap<string, ReadonlySet<string>>;

/** Reads the imports among these files. What is imported from elsewhere is left out. */
export function readGraph(root: string, files: readonly string[]): Graph {
	const known = new Set(files);
	return new Map(files.map((file) => [file, importsOf(file, readFileSync(path.join(root, file), "utf8"), known)]));
}

function importsOf(file: string, source: string, known: ReadonlySet<string>): ReadonlySet<string> {
	const { staticImports, staticExports, dynamicImports } = parseSync(file, source).module;
	const requests = [
		...staticImports.map(({ moduleRequest }) => moduleRequest.value),
		...staticExports.flatMap(({ entries }) => entries.flatMap(({ moduleRequest }) => moduleRequest?.value ?? [])),
		...dynamicImports.map(({ moduleRequest }) => source.slice(moduleRequest.start + 1, moduleRequest.end - 1)),
	];
	const paths = requests
		.filter((request) => request.startsWith("."))
		.map((request) => path.posix.join(path.posix.dirname(file), request));
	return new Set(paths.filter((target) => known.has(target)));
}

/** Every file that `file` imports, directly or not, and itself. */
export function reachOf(graph: Graph, file: string): ReadonlySet<string> {
	const reached = new Set([file]);
	for (const at of reached) for (const next of graph.get(at) ?? []) reached.add(next);
	return reached;
}

/** Groups of two and more that import each other in a circle (Tarjan's strongly connected components). */
export function cyclesOf(graph: Graph): readonly (readonly string[])[] {
	const cycles: string[][] = [];
	const index = new Map<string, number>();
	const low = new Map<string, number>();
	const stack: string[] = [];
	const visit = (node: string): number => {
		const at = index.size;
		index.set(node, at);
		low.set(node, at);
		stack.push(node);
		for (const next of graph.get(node) ?? []) {
			const seen = index.get(next);
			const reached = seen === undefined ? visit(next) : stack.includes(next) ? seen : at;
			low.set(node, Math.min(low.get(node) ?? at, reached));
		}
		const lowest = low.get(node) ?? at;
		if (lowest === at) {
			const group = stack.splice(stack.indexOf(node));
			if (group.length > 1) cycles.push(group.toSorted());
		}
		return lowest;
	};
	for (const node of graph.keys()) if (!index.has(node)) visit(node);
	return cycles;
}

/** The same imports among the children of one folder: its files, and its folders each as one. */
export function childrenOf(graph: Graph, folder: string): Graph {
	const prefix = folder === "" ? "" : `${folder}/`;
	const children = new Map<string, Set<string>>();
	for (const [file, imports] of graph) {
		const from = childIn(file, prefix);
		if (from === undefined) continue;
		const targets = children.get(from) ?? new Set();
		for (const imported of imports) {
			const to = childIn(imported, prefix);
			if (to !== undefined && to !== from) targets.add(to);
		}
		children.set(from, targets);
	}
	return children;
}

function childIn(file: string, prefix: string): string | undefined {
	if (!file.startsWith(prefix)) return undefined;
	const [first = "", ...deeper] = file.slice(prefix.length).split("/");
	return prefix + (deeper.length > 0 ? `${first}/` : first);
}
