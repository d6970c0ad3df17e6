/** A regex of the table of tools, in RE2 syntax. */
export interface ToolRegex {
	readonly source: string;
	/** Any of `i`, `m` and `s`. */
	readonly flags: string;
}

const REGEX = /^\/(.+)\/([ims]*)$/s;

/** The regex of a text in slashes; undefined for any other text. */
export function toolRegex(text: string): ToolRegex | undefined {
	// Most texts are none, and thousands are read when a pipeline is loaded.
	if (!text.startsWith("/")) return undefined;
	const [, source, flags] = REGEX.exec(text) ?? [];
	return source === undefined ? undefined : { source, flags: flags ?? "" };
}
