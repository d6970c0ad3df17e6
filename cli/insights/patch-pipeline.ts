import path from "node:path";
import { isMap, isSeq, parseDocument } from "yaml";
import { fail, ok, type Result } from "../../wire/result.ts";
import { routeAsYaml, type SuggestedRoute } from "../../worker/api/insights/suggest-route.ts";

/** A pipeline with one rule more. */
export interface PatchedPipeline {
	readonly text: string;
	/** The change, as `git apply` takes it. */
	readonly diff: string;
}

const CONTEXT_LINES = 3;

/** A pipeline's file, and the names of all rules under `route`: also of those that its packs bring. */
export interface Patchable {
	readonly file: string;
	readonly text: string;
	readonly rules: readonly string[];
}

/**
 * Inserts a rule under `route` before the one called `before`, and above the comments on that one. If a pack has that one, the new
 * rule is the file's first: a file's own rules are asked before those of its packs.
 */
export function patchPipeline(
	{ file, text, rules }: Patchable,
	before: string,
	route: SuggestedRoute,
): Result<PatchedPipeline> {
	if (rules.includes(route.name)) return fail(`${file} has a rule ${route.name} already.`);
	if (!rules.includes(before)) return fail(`${file} has no rule ${before} under route, and neither has a pack of it.`);
	const lines = text.split("\n");
	const written = parseDocument(text).get("route");
	const items = isSeq(written) ? written.items.filter(isMap) : [];
	const own = items.find((item) => item.get("name") === before) ?? items[0];
	const offset = own?.range?.[0];
	if (offset === undefined) return appended(file, text, route);
	let at = text.slice(0, offset).split("\n").length - 1;
	const indent = /^( *)- /.exec(lines[at] ?? "")?.[1];
	if (indent === undefined) {
		return fail(`The rule ${String(own?.get("name"))} of ${file} does not begin on a line of its own.`);
	}
	while (/^ *#/.test(lines[at - 1] ?? "")) at--;
	const added = [`${indent}- ${routeAsYaml(route)}`];
	return ok({ text: lines.toSpliced(at, 0, ...added).join("\n"), diff: diffOf(file, lines, at, added) });
}

/** The file has no rules of its own: all are of its packs. */
function appended(file: string, text: string, route: SuggestedRoute): Result<PatchedPipeline> {
	if (/^route:/m.test(text)) return fail(`The rules under route of ${file} are no list that a rule can be added to.`);
	const lines = text.replace(/\n*$/, "").split("\n");
	const added = ["route:", `  - ${routeAsYaml(route)}`];
	return ok({ text: `${[...lines, ...added].join("\n")}\n`, diff: diffOf(file, lines, lines.length, added) });
}

function diffOf(file: string, lines: readonly string[], at: number, added: readonly string[]): string {
	const from = Math.max(0, at - CONTEXT_LINES);
	const [above, below] = [lines.slice(from, at), lines.slice(at, at + CONTEXT_LINES)];
	const count = above.length + below.length;
	const name = path.isAbsolute(file) ? path.basename(file) : path.posix.normalize(file);
	return [
		`--- a/${name}`,
		`+++ b/${name}`,
		`@@ -${from + 1},${count} +${from + 1},${count + added.length} @@`,
		...above.map((line) => ` ${line}`),
		...added.map((line) => `+${line}`),
		...below.map((line) => ` ${line}`),
	].join("\n");
}
