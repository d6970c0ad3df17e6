import { describe, expect, it } from "vitest";
import { COMMAND_WORDS } from "../../worker/commands/command-words.ts";
import { tableOf } from "../support/markdown.ts";

describe("docs/commands.md", () => {
	it("lists every command with the text of `/healer help`", () => {
		const rows = COMMAND_WORDS.map(([words, what]) => [`/healer ${words}`, what]);
		expect(tableOf("docs/commands.md", "| command | what it does |")).toEqual(rows);
	});
});
