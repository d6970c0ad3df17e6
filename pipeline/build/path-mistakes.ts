import type { Finding } from "./finding.ts";
import type { Inspection } from "./inspect-expression.ts";
import { didYouMean } from "./near-miss.ts";
import type { Fields, ScopeName, Visible } from "./scopes.ts";

/** Paths that lead to nothing that a stage knows: fields of the incident, parts of the context, fields of variables. */
export function pathMistakes(
	{ paths }: Inspection,
	text: string,
	scope: ScopeName,
	visible: Visible,
): readonly Finding[] {
	return paths.flatMap(({ names, variable, position }) => {
		const fields = variable === undefined ? visible.roots : visible.variables[variable];
		const unknown = fields === undefined || fields === "any" ? undefined : firstUnknown(names, fields);
		if (unknown === undefined) {
			return [];
		}
		const { index, allowed } = unknown;
		const name = names[index] ?? "";
		const start = startOfName(text, names, index, position);
		if (start === undefined) {
			return [];
		}
		const holder = [...(variable === undefined ? [] : [`$${variable}`]), ...names.slice(0, index)].join(".");
		const message = `${wording(holder, name, scope, visible)}${didYouMean(name, allowed) || textHint(names, scope, variable)}`;
		return [{ start, text: name, message, allowed }];
	});
}

function wording(holder: string, name: string, scope: ScopeName, visible: Visible): string {
	if (holder === "" && name === "context" && visible.roots && scope === "context") {
		return "The context is not gathered yet here. Ask for the incident's own fields.";
	}
	switch (holder) {
		case "":
			return `An incident has no field \`${name}\`.`;
		case "context":
			return `\`context\` has no part \`${name}\`. Name a part that stands under \`context:\`.`;
		case "$settings.vars":
			return `\`settings.vars\` has no \`${name}\`. Add it there.`;
		default:
			return `\`${holder}\` has no field \`${name}\`.`;
	}
}

/** The first name that its holder does not have; what follows it cannot be judged. */
function firstUnknown(
	names: readonly string[],
	fields: Fields,
): { index: number; allowed: readonly string[] } | undefined {
	let known: Fields | "any" | undefined = fields;
	for (const [index, name] of names.entries()) {
		if (known === "any" || known === undefined) {
			return undefined;
		}
		if (!Object.hasOwn(known, name)) {
			return { index, allowed: Object.keys(known) };
		}
		known = known[name];
	}
	return undefined;
}

/**
 * Undefined when the name stands before the path's own text: a filter's path goes on where the filtered one ends, and
 * that one is looked at for itself.
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

/** A fixed text without quotes is the likeliest slip where a text is wanted. */
function textHint(names: readonly string[], scope: ScopeName, variable: string | undefined): string {
	const wantsText = variable === undefined && names.length === 1 && (scope === "spawn" || scope === "context");
	return wantsText && names[0] !== "context" ? ` A fixed text is written in quotes of its own: "'${names[0]}'".` : "";
}
