import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { unifiedDiff } from "../../../pipeline/text/unified-diff.ts";

const LINES = ["a:", "  - 1", "  - 2", "  - 3", "  - 4", "b:", "  - 5", "  - 6", "  - 7", "  - 8", ""].join("\n");

describe("unifiedDiff", () => {
	it("shows changes with three lines around them, and the key they are under", () => {
		expect(unifiedDiff("p.yaml", LINES, LINES.replace("  - 8", "  - eight"))).toEqual([
			"--- p.yaml (active)",
			"+++ p.yaml (new)",
			"@@ -7,4 +7,4 @@ b:",
			"   - 5",
			"   - 6",
			"   - 7",
			"-  - 8",
			"+  - eight",
		]);
	});

	it("shows a text that is new, and nothing for equal ones", () => {
		expect(unifiedDiff("p", "", "x\ny\n")).toEqual(["--- p (active)", "+++ p (new)", "@@ -0,0 +1,2 @@", "+x", "+y"]);
		expect(unifiedDiff("p", LINES, LINES)).toEqual([]);
	});

	it("gives the new text when it is applied to the old one", () => {
		const text = fc.array(fc.constantFrom("a", "b", "c"), { minLength: 1, maxLength: 30 });
		fc.assert(
			fc.property(text, text, (before, after) => {
				const diff = unifiedDiff("p", `${before.join("\n")}\n`, `${after.join("\n")}\n`);
				expect(applied(before, diff.slice(2))).toEqual(after);
			}),
		);
	});
});

/** The old lines with each hunk's new ones in place. */
function applied(before: readonly string[], diff: readonly string[]): readonly string[] {
	const result: string[] = [];
	let read = 0;
	for (const line of diff) {
		const [, start, length] = /^@@ -(\d+),(\d+) /.exec(line) ?? [];
		if (start !== undefined) {
			const from = Number(start) - (length === "0" ? 0 : 1);
			result.push(...before.slice(read, from));
			read = from;
		} else if (line.startsWith("+")) result.push(line.slice(1));
		else {
			expect(before[read++]).toBe(line.slice(1));
			if (line.startsWith(" ")) result.push(line.slice(1));
		}
	}
	return [...result, ...before.slice(read)];
}
