/**
 * What is known about a value: its fields (none, when nothing may follow), its possible texts, that it is a number, or
 * nothing.
 */
export type Shape = Fields | KnownTexts | "number" | "any";

export interface Fields {
	readonly [name: string]: Shape;
}

/** A text that is one of these. `open`: other texts are possible. */
export class KnownTexts {
	readonly texts: readonly string[];
	readonly open: boolean;

	/** Names of narrower things, each with the text that it belongs to. */
	readonly within: ReadonlyMap<string, string>;

	constructor(texts: readonly string[], open = false, within: ReadonlyMap<string, string> = new Map()) {
		this.texts = texts;
		this.open = open;
		this.within = within;
	}
}

/**
 * How far a path of names leads into a shape: to its end, or to the first unknown name and the known ones beside it.
 */
export type Way =
	| { readonly kind: "there"; readonly shape: Shape }
	| { readonly kind: "unknown"; readonly index: number; readonly allowed: readonly string[] };

export function follow(names: readonly string[], from: Shape): Way {
	let shape = from;
	for (const [index, name] of names.entries()) {
		if (shape === "any") {
			return { kind: "there", shape };
		}
		const fields: Fields = shape === "number" || shape instanceof KnownTexts ? {} : shape;
		const next = Object.hasOwn(fields, name) ? fields[name] : undefined;
		if (next === undefined) {
			return { kind: "unknown", index, allowed: Object.keys(fields) };
		}
		shape = next;
	}
	return { kind: "there", shape };
}
