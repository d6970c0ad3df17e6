import { describe, expect, it } from "vitest";
import { ProgramIndex } from "../../../pipeline/tools/programs.ts";
import { WordIndex } from "../../../pipeline/tools/words.ts";

describe("words in names", () => {
	const index = new WordIndex([
		{ entry: "clippy", words: ["clippy", "cargo clippy"] },
		{ entry: "rust", words: ["rust", "cargo"] },
		{ entry: "c", words: ["c++"] },
		{ entry: "codeql", words: ["codeql"] },
		{ entry: "typescript", words: ["typescript"] },
		{ entry: "go", words: ["/\\bgo\\b(?!t)/i"] },
	]);
	const cases = [
		["Cargo-Clippy (stable)", "clippy"],
		["RustBuild", "rust"],
		["trustworthy builds", undefined],
		["Build C++ on macOS", "c"],
		["Go 1.23", "go"],
		["Django tests", undefined],
		["cargo_check", "rust"],
		["Perform CodeQL Analysis", "codeql"],
		// The end of one reading and the beginning of the other are no phrase.
		["check Clippy cargo", "clippy"],
		["TypeScript check", "typescript"],
	] as const;
	for (const [name, entry] of cases)
		it(`finds ${entry ?? "nothing"} in ${name}`, () => expect(index.find(name)).toBe(entry));
});

describe("programs of a command", () => {
	const index = new ProgramIndex([
		{ entry: "cargo", programs: ["cargo"] },
		{ entry: "clippy", programs: ["cargo clippy", "clippy-driver"] },
		{ entry: "npm", programs: ["npm"] },
		{ entry: "npm-ci", programs: ["npm ci", "npm install"] },
		{ entry: "eslint", programs: ["eslint"] },
	]);
	const cases = [
		["cargo +nightly clippy -- -D warnings", ["clippy"]],
		["cargo --locked build", ["cargo"]],
		["npm --prefix web ci", ["npm-ci"]],
		["npm run ci", ["npm"]],
		["npx eslint src", ["eslint"]],
		// Only the program counts, never a word among its arguments.
		["whichtool --with eslint cargo clippy", []],
		["node scripts/eslint.js", []],
	] as const;
	for (const [line, entries] of cases) {
		it(`are ${entries.join(", ") || "none"} in ${line}`, () => {
			expect(index.find(line).flatMap((one) => one.entries)).toEqual(entries);
		});
	}
});
