import type { Visible } from "../scopes/scopes.ts";
import { follow, type Shape } from "../scopes/shape.ts";
import type { ScopeName } from "../scopes/written-expressions.ts";
import type { TextDiagnostic } from "../yaml/text-diagnostic.ts";
import { didYouMean } from "./did-you-mean.ts";
import type { Inspection, ReadPath } from "./inspect-expression.ts";

/**
 * Paths that do not exist in their stage: payload fields by GitHub's schema, fields of the incident, parts of the
 * context, fields of variables. A payload path inside `$exists` may be unknown, unless it looks like a typo.
 */
export function pathDiagnostics(
	{ paths, guarded }: Inspection,
	text: string,
	scope: ScopeName,
	visible: Visible,
): readonly TextDiagnostic[] {
	const guards = new Set(guarded.map(writtenPath));
	return paths.flatMap((path) => {
		const shape = shapeRead(path, visible);
		const way = shape === undefined ? undefined : follow(path.names, shape);
		if (way?.kind !== "unknown") {
			return [];
		}
		const { names, position } = path;
		const name = names[way.index] ?? "";
		const start = startOfName(text, names, way.index, position);
		const guess = didYouMean(name, way.allowed);
		const isGuarded = guess === "" && visible.payload !== undefined && isBelow(path, guards);
		if (start === undefined || isGuarded) {
			return [];
		}
		const message = wording(path, way.index, scope, visible) + (guess || hint(path, scope, visible));
		return [{ start, text: name, message, allowed: way.allowed }];
	});
}

/** The shape that the path reads from; undefined when unknown. */
export function shapeRead({ variable }: ReadPath, visible: Visible): Shape | undefined {
	return variable === undefined ? visible.roots : visible.variables[variable];
}

/** The path as text: `$agent.tools`. */
export function writtenPath({ names, variable }: ReadPath): string {
	return [...(variable === undefined ? [] : [`$${variable}`]), ...names].join(".");
}

function isBelow(path: ReadPath, guards: ReadonlySet<string>): boolean {
	return path.names.some((_, index) => guards.has(writtenPath({ ...path, names: path.names.slice(0, index + 1) })));
}

function wording(path: ReadPath, index: number, scope: ScopeName, visible: Visible): string {
	const holder = writtenPath({ ...path, names: path.names.slice(0, index) });
	const name = path.names[index] ?? "";
	if (visible.payload !== undefined && path.variable === undefined) {
		return holder === ""
			? `GitHub's payload of \`${visible.payload}\` has no field \`${name}\`.`
			: `\`${holder}\` has no field \`${name}\` in GitHub's payload of \`${visible.payload}\`.`;
	}
	if (holder === "" && name === "context" && visible.roots && scope === "context") {
		return "The context is not gathered yet here. Use the incident's own fields, or name a part, as in `context.job_logs`.";
	}
	switch (holder) {
		case "":
			return `An incident has no field \`${name}\`.`;
		case "context":
			return `\`context\` has no part \`${name}\`. Name a part defined under \`context:\`.`;
		case "$settings.vars":
			return `\`settings.vars\` has no \`${name}\`. Add it there.`;
		default:
			return `\`${holder}\` has no field \`${name}\`.`;
	}
}

/**
 * Undefined when the name precedes the path's own text. That happens when a filter's path continues the filtered path,
 * which is checked on its own.
 */
function startOfName(text: string, names: readonly string[], index: number, position: number): number | undefined {
	const own = names.findIndex((name) => text.startsWith(name, position) || text.startsWith(`\`${name}`, position));
	if (index < own) {
		return undefined;
	}
	let start = position;
	for (const name of names.slice(Math.max(0, own), index + 1)) {
		const found = text.indexOf(name, start);
		start = found === -1 ? start : found + name.length;
	}
	return start - (names[index]?.length ?? 0);
}

/** What other languages write for a value that is not there. */
const NO_VALUES = new Set(["undefined", "nil", "None", "NULL"]);

/** Where a text is expected, a bare name is most likely a text literal without its quotes. */
function hint({ names, variable }: ReadPath, scope: ScopeName, visible: Visible): string {
	if (variable === undefined && names.length === 1 && NO_VALUES.has(names[0] ?? "")) {
		return " Whether a field is there asks `$exists(...)`.";
	}
	if (visible.payload !== undefined && variable === undefined) {
		return ` If GitHub sends it nevertheless, read it behind \`$exists(${names.join(".")})\`.`;
	}
	const wantsText = variable === undefined && names.length === 1 && (scope === "spawn" || scope === "context");
	return wantsText && names[0] !== "context" ? ` A fixed text is written in quotes of its own: "'${names[0]}'".` : "";
}
