import Mustache from "mustache";

/** Templates that parse, and the partials (`_name`) that they may use. */
export interface Prompts {
	readonly writer: InstanceType<typeof Mustache.Writer>;
	readonly texts: Readonly<Record<string, string>>;
}

/** Parses every template once; the writer keeps what it parsed. Throws on one that does not parse. */
export function compilePrompts(texts: Readonly<Record<string, string>>): Prompts {
	const writer = new Mustache.Writer();
	for (const text of Object.values(texts)) writer.parse(text);
	return { writer, texts };
}
