import {
	type Artefact,
	type Context,
	type ContextPart,
	type Given,
	givenContext,
	givenParts,
} from "../../pipeline/index.ts";

/** What parts of the context tell, by their names in the pipeline. */
export type GivenData = Readonly<Record<string, unknown>>;

/**
 * Every part that the pipeline asks for, and those that are given besides: it need not ask for what it has rules about.
 * `told` stands in the place of what is gathered under these names; `unknownParts` says which of them nobody gathers.
 */
export function caseContext({ context }: Artefact, defaults: Given, given: GivenData = {}): Context {
	const parts = givenParts(defaults);
	const others = parts.filter(({ from }) => !context.some((request) => request.from === from));
	const gathered = givenContext([...context, ...others.map(({ from }) => ({ name: from, from }))], parts);
	const toldParts = context.flatMap(({ name, from }) =>
		Object.hasOwn(given, name) ? [[name, { from, took_ms: 0, status: "ok", data: given[name] } as ContextPart]] : [],
	);
	return { ...gathered, ...Object.fromEntries(toldParts) };
}

export function unknownParts({ context }: Artefact, given: GivenData): readonly string[] {
	return Object.keys(given).filter((name) => !context.some((request) => request.name === name));
}
