import Mustache from "mustache";

/** Templates, and the partials (`_name`) that they may use. */
export interface Prompts {
	/** Keeps what it parsed: each template is parsed once, when it is first rendered. */
	readonly writer: InstanceType<typeof Mustache.Writer>;
	readonly texts: Readonly<Record<string, string>>;
}

/** Throws when the template does not parse. */
export function parsePrompt(text: string): void {
	new Mustache.Writer().parse(text);
}

/** The build has parsed every template, so one that does not parse makes rendering throw: the artefact is corrupt. */
export function compilePrompts(texts: Readonly<Record<string, string>>): Prompts {
	return { writer: new Mustache.Writer(), texts };
}
