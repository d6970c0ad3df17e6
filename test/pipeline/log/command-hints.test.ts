import { describe, expect, it } from "vitest";
import { CommandHints } from "../../../pipeline/log/command-hints.ts";

const ESC = "\u001b";

/** The lines that may show a command, of one text, asked for in their order as a log's are. */
function hinted(lines: readonly string[]): readonly string[] {
	const text = lines.join("\n");
	const hints = new CommandHints();
	let from = 0;
	return lines.filter((line) => {
		const visible = from + line.search(new RegExp(`[^ ${ESC}]`));
		const skipped = line.startsWith(ESC) ? from + line.indexOf("m") + 1 : visible;
		const may = hints.mayShowCommand(text, { from, visible: skipped, end: from + line.length });
		from += line.length + 1;
		return may;
	});
}

describe("CommandHints", () => {
	it("finds what shows a command, and nothing else", () => {
		const shown = [
			"> eslint .",
			"$ eslint .",
			"+ eslint .",
			"packages/app lint$ eslint .",
			`${ESC}[2m> eslint .`,
			`${ESC}[35mpackages/app${ESC}[39m lint$ eslint .`,
		];
		const others = [
			"error: no such file",
			"  > a quoted line",
			"costs 5$",
			`${"a long sentence that goes on and on ".repeat(8)}$ ls`,
		];
		expect(hinted([...others, ...shown, ...others])).toEqual(shown);
	});

	it("does not take the `$ ` of a later line for this one's", () => {
		expect(hinted(["ok", "ok", "yarn run$ tsc", "ok"])).toEqual(["yarn run$ tsc"]);
	});

	it("begins anew with each text", () => {
		const hints = new CommandHints();
		const ask = (text: string) => hints.mayShowCommand(text, { from: 0, visible: 0, end: text.length });
		expect(["a b$ c", "nothing", "a b$ c"].map(ask)).toEqual([true, false, true]);
	});
});
