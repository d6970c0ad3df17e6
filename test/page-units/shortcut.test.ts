import { describe, expect, it } from "vitest";
import { nextRow, shortcutOf } from "../../page/keys/shortcut.ts";

const plain = { ctrlKey: false, metaKey: false, altKey: false, isTyping: false };

describe("shortcutOf", () => {
	it.each([
		["/", "search"],
		["j", "next"],
		["k", "previous"],
		["u", "up"],
		["?", "help"],
		["J", undefined],
		["Enter", undefined],
	])("%s: %s", (key, shortcut) => {
		expect(shortcutOf({ ...plain, key })).toBe(shortcut);
	});

	it.each(["ctrlKey", "metaKey", "altKey", "isTyping"])("leaves a key with %s to the browser", (name) => {
		expect(shortcutOf({ ...plain, key: "j", [name]: true })).toBeUndefined();
	});
});

describe("nextRow", () => {
	it.each([
		[-1, 3, 1, 0],
		[-1, 3, -1, 2],
		[0, 3, 1, 1],
		[2, 3, 1, undefined],
		[0, 3, -1, undefined],
		[-1, 0, 1, undefined],
		[-1, 0, -1, undefined],
	] as const)("from %i of %i by %i: %s", (current, count, step, expected) => {
		expect(nextRow(current, count, step)).toBe(expected);
	});
});
