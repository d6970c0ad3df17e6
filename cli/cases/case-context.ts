import {
	type Artefact,
	type Context,
	type ContextPart,
	type Given,
	givenContext,
	givenParts,
} from "../../pipeline/index.ts";

/** Data of context parts, by their names in the pipeline. */
export type GivenData = Readonly<Record<string, unknown>>;

/**
 * The context of a case: every part that the pipeline requests, and the given ones that it does not: a case may supply
 * what only rules use. `given` replaces what would be gathered under these names; `unknownParts` lists names that the
 * pipeline does not gather.
 */
export function caseContext({ context }: Artefact, defaults: Given, given: GivenData = {}): Context {
	const parts = givenParts(defaults);
	const others = parts.filter(({ from }) => !context.some((request) => request.from === from));
	const gathered = givenContext([...context, ...others.map(({ from }) => ({ name: from, from }))], parts);
	const givenData = context.flatMap(({ name, from }) =>
		Object.hasOwn(given, name) ? [[name, { from, took_ms: 0, status: "ok", data: given[name] } as ContextPart]] : [],
	);
	return { ...gathered, ...Object.fromEntries(givenData) };
}

export function unknownParts({ context }: Artefact, given: GivenData): readonly string[] {
	return Object.keys(given).filter((name) => !context.some((request) => request.name === name));
}
