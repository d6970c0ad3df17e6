import { Fault } from "./bookkeeping.ts";
import { type Happening, type Model, successors } from "./successors.ts";
import { keyOf, type World } from "./world.ts";

/** How much was explored; `fault` is the path to a forbidden state, step by step. */
export interface Exploration {
	readonly states: number;
	readonly fault?: readonly string[];
}

/** Visits every state reachable from `start` once, and checks `completes` for each. */
export async function explore(
	model: Model,
	start: World,
	completes: (world: World) => Promise<void>,
): Promise<Exploration> {
	const visited = new Set<string>([keyOf(start)]);
	const path: { readonly what: string; readonly left: Happening[] }[] = [];
	let here: Happening | undefined = { what: "begin", world: start };
	try {
		while (here !== undefined) {
			await completes(here.world);
			path.push({ what: here.what, left: await successors(model, here.world) });
			here = nextUnvisited(path, visited);
		}
		return { states: visited.size };
	} catch (error) {
		if (!(error instanceof Fault)) throw error;
		const way = [...path.map(({ what }) => what), here?.what ?? "", error.message];
		return { states: visited.size, fault: way };
	}
}

function nextUnvisited(path: { readonly left: Happening[] }[], visited: Set<string>): Happening | undefined {
	for (let last = path.at(-1); last !== undefined; last = path.at(-1)) {
		for (let next = last.left.pop(); next !== undefined; next = last.left.pop()) {
			const key = keyOf(next.world);
			if (visited.has(key)) continue;
			visited.add(key);
			return next;
		}
		path.pop();
	}
	return undefined;
}
