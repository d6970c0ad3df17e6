import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { buildLiteralAutomaton, placeOf, step } from "../../../pipeline/literals/literal-automaton.ts";
import { runs } from "../../support/tiers/at-size.ts";

function find(literals: readonly string[], line: string): number[] {
	const automaton = buildLiteralAutomaton(literals.map((text, owner) => ({ text, owner })));
	const { columns, ownersAt, owners, nextHit } = automaton;
	const found = new Set<number>();
	let state = 0;
	for (let i = 0; i < line.length; i++) {
		const answer = step(automaton, state, columns[line.charCodeAt(i)] ?? 0);
		state = answer < 0 ? ~answer : answer;
		for (let place = answer < 0 ? placeOf(automaton, state) : -1; place !== -1; place = nextHit[place] ?? -1) {
			for (const owner of owners.slice(ownersAt[place], ownersAt[place + 1])) found.add(owner);
		}
	}
	return [...found].sort((a, b) => a - b);
}

describe("buildLiteralAutomaton", () => {
	it("finds nested and overlapping literals", () => {
		expect(find(["he", "she", "his", "hers", "ushe"], "ushers")).toStrictEqual([0, 1, 3, 4]);
	});

	it("ignores case, beyond ASCII too", () => {
		expect(find(["error", "größe", "ΣΊΣΥΦΟΣ", "kelvin"], "ERROR GRÖSSE GRÖßE σίσυφος \u212aelvin")).toStrictEqual([
			0, 1, 2, 3,
		]);
	});

	it("treats a dotless i as another letter than i", () => {
		expect(find(["info"], "ınfo")).toStrictEqual([]);
	});

	it("finds nothing without literals", () => {
		expect(find([], "anything")).toStrictEqual([]);
	});

	it("finds the same as a search for each literal", () => {
		const word = fc.string({ unit: fc.constantFrom("a", "b", "A", "B", ":", "é", "É"), minLength: 1, maxLength: 8 });
		const line = fc.string({ unit: fc.constantFrom("a", "b", "A", "B", ":", "é", "É", "z"), maxLength: 60 });
		fc.assert(
			fc.property(fc.array(word, { maxLength: 40 }), line, (literals, text) => {
				const naive = literals.flatMap((l, i) => (text.toLowerCase().includes(l.toLowerCase()) ? [i] : []));
				expect(find(literals, text)).toStrictEqual(naive);
			}),
			{ numRuns: runs(1000) },
		);
	});
});
