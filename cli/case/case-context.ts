import { type Artefact, type Context, type Given, givenContext, givenParts } from "../../pipeline/index.ts";

/** Every part that the pipeline asks for, and those that are given besides: it need not ask for what it has rules about. */
export function caseContext({ context }: Artefact, given: Given): Context {
	const parts = givenParts(given);
	const others = parts.filter(({ from }) => !context.some((request) => request.from === from));
	return givenContext([...context, ...others.map(({ from }) => ({ name: from, from }))], parts);
}
