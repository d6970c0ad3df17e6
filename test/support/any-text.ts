import fc from "fast-check";

const SURROGATES = { first: 0xd800, count: 0x800, codePoints: 0x110000 } as const;

/** Any character but half of a surrogate pair. */
const character = fc
	.integer({ min: 0, max: SURROGATES.codePoints - SURROGATES.count - 1 })
	.map((n) => String.fromCodePoint(n < SURROGATES.first ? n : n + SURROGATES.count));

/** Well-formed text of any characters. fast-check's own `unit: "binary"` is the same, but takes over a second to make in each process. */
export function anyText(
	length: { readonly minLength?: number; readonly maxLength?: number } = {},
): fc.Arbitrary<string> {
	return fc.string({ ...length, unit: character });
}
