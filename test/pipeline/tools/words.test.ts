import { describe, expect, it } from "vitest";
import { WordIndex } from "../../../pipeline/tools/words.ts";

const index = new WordIndex([
	{ entry: "clippy", words: ["cargo clippy"] },
	{ entry: "codeql", words: ["codeql"] },
	{ entry: "cargo", words: ["cargo"] },
]);

describe("words in names", () => {
	it.each([
		["Perform CodeQL Analysis", "codeql"],
		["codeql", "codeql"],
		["cargoClippy", "clippy"],
		["Cargo-Clippy (nightly)", "clippy"],
		["cargo build", "cargo"],
		["cargos", undefined],
		// The end of one reading and the beginning of the other are no phrase.
		["clippy cargo", "cargo"],
	])("%s", (name, found) => {
		expect(index.find(name)).toBe(found);
	});
});
