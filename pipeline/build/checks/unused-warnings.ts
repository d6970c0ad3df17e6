import type { ValidPart } from "../scopes/valid-part.ts";
import { byName, each, writtenExpressions } from "../scopes/written-expressions.ts";
import type { Diagnostic } from "../yaml/diagnostic.ts";
import { valueAt } from "../yaml/value-at.ts";
import type { Path, YamlSource } from "../yaml/yaml-source.ts";
import { inspectExpression } from "./inspect-expression.ts";

/** Agents that nobody chooses, and settings that nothing reads. */
export function unusedWarnings(source: YamlSource, file: ValidPart): readonly Diagnostic[] {
	return [...unusedAgents(source, file), ...unusedSettings(source, file)];
}

function unusedAgents(source: YamlSource, file: ValidPart): readonly Diagnostic[] {
	const routed = each(file.route).map(([, { agent }]) => agent);
	// A route with an error of its own may be the one that names it.
	if (file.route === undefined || routed.length < file.route.length || routed.includes(undefined)) return [];
	const chosen = new Set([...routed, ...(file.outcome?.escalate ?? [])]);
	return byName(file.agents).flatMap(([name]) => {
		const isTaking = [
			valueAt(source.value, ["agents", name, "takes"]),
			valueAt(source.value, ["agents", name, "default"]),
		];
		if (chosen.has(name) || isTaking.some((value) => value !== undefined)) return [];
		const message = `Nobody chooses \`${name}\`: no rule of \`route\` and no step of \`outcome.escalate\` names it. Name it there, or remove it.`;
		return [source.atKey(["agents", name], message)];
	});
}

/** Settings that have no effect of their own: only the expressions that read them give them one. */
const READ_ONLY_BY_EXPRESSIONS: readonly (readonly string[])[] = [
	["process_bot_commits"],
	["process_bots"],
	["process_forks"],
	["skip_markers"],
	["reviewers"],
	["commands", "logins"],
	["watch", "pull_requests"],
	["watch", "branches"],
	["watch", "conflicts"],
];

function unusedSettings(source: YamlSource, file: ValidPart): readonly Diagnostic[] {
	const read = settingsRead(file);
	if (read === "any") return [];
	const vars = Object.keys(file.settings?.vars ?? {}).map((name) => ["vars", name]);
	return [...READ_ONLY_BY_EXPRESSIONS, ...vars]
		.filter((setting) => valueAt(file.settings, setting) !== undefined)
		.filter((setting) => !read.some((names) => overlaps(names, setting)))
		.map((setting) => {
			const path: Path = ["settings", ...setting];
			return source.atKey(
				path,
				`Nothing reads \`$settings.${setting.join(".")}\`. Use it in an expression, or remove it.`,
			);
		});
}

/** One path leads to the other: reading all of `vars` reads each of them. */
function overlaps(a: readonly string[], b: readonly string[]): boolean {
	return a.slice(0, b.length).every((name, index) => name === b[index]);
}

/** The paths below `$settings` that expressions read; `any` if one reads all of it, or cannot be understood. */
function settingsRead(file: ValidPart): readonly (readonly string[])[] | "any" {
	const read: (readonly string[])[] = [];
	for (const { text } of writtenExpressions(file)) {
		const inspected = inspectExpression(text);
		if (!inspected.ok) return "any";
		const { paths, variables } = inspected.inspection;
		const below = paths.filter(({ variable }) => variable === "settings");
		const places = new Set(below.map(({ position }) => position));
		if (variables.some(({ name, position }) => name === "settings" && !places.has(position))) return "any";
		read.push(...below.map(({ names }) => names));
	}
	return read;
}
