import path from "node:path";
import { PACKAGES, WORKER_FLOORS } from "./floors.ts";
import { childrenOf, cyclesOf, type Graph } from "./graph.ts";

/** Every import that goes the wrong way, as one line each: between packages, upward in the worker, or in a circle. */
export function importProblems(graph: Graph): readonly string[] {
	return [...packageProblems(graph), ...floorProblems(graph), ...cycleProblems(graph)];
}

function packageProblems(graph: Graph): readonly string[] {
	return eachImport(graph).flatMap(([file, imported]) => {
		const [from = "", to = ""] = [packageOf(file), packageOf(imported)];
		const allowed = PACKAGES[from];
		if (allowed === undefined || from === to || allowed.includes(to)) return [];
		const may = allowed.length === 0 ? "nothing of ours" : allowed.join(", ");
		return [`${file}: imports ${imported}, but ${from} imports ${may}`];
	});
}

function floorProblems(graph: Graph): readonly string[] {
	const unknown = [...graph.keys()]
		.filter((file) => packageOf(file) === "worker" && floorOf(file) === -1)
		.map((file) => `${file}: has no floor; name one in lint/floors.ts`);
	const upward = eachImport(graph).flatMap(([file, imported]) => {
		if (packageOf(file) !== "worker" || packageOf(imported) !== "worker") return [];
		const [from, to] = [floorOf(file), floorOf(imported)];
		if (from === -1 || to === -1 || from <= to) return [];
		return [`${file}: imports ${imported} of a floor above its own (lint/floors.ts)`];
	});
	return [...unknown, ...upward];
}

function cycleProblems(graph: Graph): readonly string[] {
	const files = cyclesOf(graph).map((cycle) => `files import each other in a circle: ${cycle.join(", ")}`);
	const folders = foldersOf(graph).flatMap((folder) =>
		cyclesOf(childrenOf(graph, folder)).map((cycle) => `${folder}: import each other in a circle: ${cycle.join(", ")}`),
	);
	return [...files, ...folders];
}

function foldersOf(graph: Graph): readonly string[] {
	const folders = new Set<string>();
	for (const file of graph.keys()) {
		for (let at = path.posix.dirname(file); at !== "."; at = path.posix.dirname(at)) folders.add(at);
	}
	return [...folders].toSorted();
}

function eachImport(graph: Graph): readonly (readonly [string, string])[] {
	return [...graph].flatMap(([file, imports]) => [...imports].map((imported) => [file, imported] as const));
}

function packageOf(file: string): string | undefined {
	return file.split("/", 1)[0];
}

/** -1 where the file is on none. */
function floorOf(file: string): number {
	const [, first = "", ...deeper] = file.split("/");
	return WORKER_FLOORS.indexOf(deeper.length > 0 ? `${first}/` : first);
}
