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

/** Inserts a rule under `route` before the one called `before`, and above the comments on that one. */
export function patchPipeline(
	{ file, text }: { readonly file: string; readonly text: string },
	before: string,
	route: SuggestedRoute,
): Result<PatchedPipeline> {
	const rules = parseDocument(text).get("route");
	const items = isSeq(rules) ? rules.items.filter(isMap) : [];
	if (items.some((item) => item.get("name") === route.name)) return fail(`${file} has a rule ${route.name} already.`);
	const offset = items.find((item) => item.get("name") === before)?.range?.[0];
	if (offset === undefined) return fail(`${file} has no rule ${before} under route.`);
	const lines = text.split("\n");
	let at = text.slice(0, offset).split("\n").length - 1;
	const indent = /^( *)- /.exec(lines[at] ?? "")?.[1];
	if (indent === undefined) return fail(`The rule ${before} of ${file} does not begin on a line of its own.`);
	while (/^ *#/.test(lines[at - 1] ?? "")) at--;
	const added = `${indent}- ${routeAsYaml(route)}`;
	return ok({ text: lines.toSpliced(at, 0, added).join("\n"), diff: diffOf(file, lines, at, added) });
}

function diffOf(file: string, lines: readonly string[], at: number, added: string): string {
	const from = Math.max(0, at - CONTEXT_LINES);
	const [above, below] = [lines.slice(from, at), lines.slice(at, at + CONTEXT_LINES)];
	const count = above.length + below.length;
	const name = path.isAbsolute(file) ? path.basename(file) : path.posix.normalize(file);
	return [
		`--- a/${name}`,
		`+++ b/${name}`,
		`@@ -${from + 1},${count} +${from + 1},${count + 1} @@`,
		...above.map((line) => ` ${line}`),
		`+${added}`,
		...below.map((line) => ` ${line}`),
	].join("\n");
}
