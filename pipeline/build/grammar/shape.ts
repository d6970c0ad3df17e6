/** What is known about a value: its fields (none, when nothing may follow), the texts it can be, or nothing. */
export type Shape = Fields | KnownTexts | "any";

export interface Fields {
	readonly [name: string]: Shape;
}

/** A text that is one of these; when `open`, others are not ruled out. */
export class KnownTexts {
	readonly texts: readonly string[];
	readonly open: boolean;

	constructor(texts: readonly string[], open = false) {
		this.texts = texts;
		this.open = open;
	}
}

/** How far names lead into a shape: to what they name, or to the first one that is not there and those that are. */
export type Way =
	| { readonly kind: "there"; readonly shape: Shape }
	| { readonly kind: "unknown"; readonly index: number; readonly allowed: readonly string[] };

export function follow(names: readonly string[], from: Shape): Way {
	let shape = from;
	for (const [index, name] of names.entries()) {
		if (shape === "any") {
			return { kind: "there", shape };
		}
		const fields: Fields = shape instanceof KnownTexts ? {} : shape;
		const next = Object.hasOwn(fields, name) ? fields[name] : undefined;
		if (next === undefined) {
			return { kind: "unknown", index, allowed: Object.keys(fields) };
		}
		shape = next;
	}
	return { kind: "there", shape };
}
