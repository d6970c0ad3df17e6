/** A part of a sentence: plain, an address, an incident, or the key of a claim such as `claim:acme/shop|branch|main`. */
export type TextPart =
	| { readonly kind: "text"; readonly text: string }
	| { readonly kind: "address"; readonly address: string; readonly text: string }
	| { readonly kind: "incident"; readonly id: string }
	| { readonly kind: "claim"; readonly name: string; readonly value: string | undefined };

/** An address does not end with what ends a sentence. */
const PARTS =
	/(?<address>https?:\/\/[^\s<>"')\]]*[^\s<>"')\].,;:])|(?<id>\b[0-9a-f]{32}\b)|claim:[^|\s]+\|(?<name>[a-z][a-z0-9_-]*)(?:\|(?<value>[^\s,;)]+))?/g;

export function textParts(text: string): readonly TextPart[] {
	const parts: TextPart[] = [];
	let end = 0;
	for (const found of text.matchAll(PARTS)) {
		if (found.index > end) parts.push({ kind: "text", text: text.slice(end, found.index) });
		parts.push(partOf(found.groups ?? {}));
		end = found.index + found[0].length;
	}
	if (end < text.length) parts.push({ kind: "text", text: text.slice(end) });
	return parts;
}

function partOf({ address, id, name = "", value }: Readonly<Record<string, string | undefined>>): TextPart {
	if (address !== undefined) return { kind: "address", address, text: shortAddress(address) };
	return id !== undefined ? { kind: "incident", id } : { kind: "claim", name, value };
}

/** What people call it, where it is a place of GitHub: `run 19584020114`, `#812`. */
function shortAddress(address: string): string {
	const [, kind, number] = /\/(actions\/runs|pull|issues)\/(\d{1,20})(?:[/#?].*)?$/.exec(address) ?? [];
	if (number === undefined) return address;
	return kind === "actions/runs" ? `run ${number}` : `#${number}`;
}
