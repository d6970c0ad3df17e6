import Mustache from "mustache";

/** Templates, and the partials (`_name`) that they may include. */
export interface Prompts {
	/** Caches parsed templates: each is parsed on first use. */
	readonly writer: InstanceType<typeof Mustache.Writer>;
	readonly texts: Readonly<Record<string, string>>;
}

/** Throws when the template does not parse. */
export function parsePrompt(text: string): void {
	new Mustache.Writer().parse(text);
}

/** The build has parsed every template, so rendering one that does not parse throws: the artefact is corrupt. */
export function compilePrompts(texts: Readonly<Record<string, string>>): Prompts {
	return { writer: new Mustache.Writer(), texts };
}
