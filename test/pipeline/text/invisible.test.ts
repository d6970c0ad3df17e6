import { expect, it } from "vitest";
import { withoutInvisible } from "../../../pipeline/text/invisible.ts";

it.each([
	["zero-width", "a\u200bb\u200cc\u200dd\u2060e\ufefff", "abcdef"],
	["soft hyphens, fillers and selectors", "a\u00adb\u115fc\u3164d\ufe0fe\u2800f", "abcdef"],
	["bidi controls and tags", "a\u202eb\u2066c\u{e0041}d", "abcd"],
	["controls", "a\u0000b\u0008c\u007fd\u0085e", "abcde"],
	["terminal escapes", "a\u001b[31mb\u001b]8;;https://x\u0007c\u001b[0md", "abcd"],
])("hides %s", (_, text, seen) => {
	expect(withoutInvisible(text)).toBe(seen);
});

it("keeps line ends, tabs, letters of every script, and a line whose escape has no end", () => {
	const text = "a\tb\r\nü 漢字 \u00a0x";
	expect(withoutInvisible(text)).toBe(text);
	expect(withoutInvisible("a\u001b]8;;b\nc\u0007")).toBe("ab\nc".replace("ab", "a8;;b"));
});
