import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LiteralAutomaton } from "../../../pipeline/literals/literal-automaton.ts";
import { NO_NODE } from "../../../pipeline/literals/literal-trie.ts";
import { runs } from "../../support/tiers/at-size.ts";

function find(literals: readonly string[], line: string): number[] {
	return findIn(new LiteralAutomaton(literals.map((text, owner) => ({ text, owner }))), line);
}

function findIn(automaton: LiteralAutomaton, line: string): number[] {
	const { columns, nextHit } = automaton;
	const found = new Set<number>();
	let state = automaton.start;
	for (let i = 0; i < line.length; i++) {
		const answer = automaton.step(state, columns[line.charCodeAt(i)] ?? 0);
		state = answer < 0 ? ~answer : answer;
		for (let node = answer < 0 ? automaton.nodeOf(state) : NO_NODE; node !== NO_NODE; node = nextHit[node] ?? NO_NODE) {
			for (let index = 0; index < automaton.endsIn(node); index++) found.add(automaton.ownerIn(node, index));
		}
	}
	return [...found].sort((a, b) => a - b);
}

describe("LiteralAutomaton", () => {
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

	it("finds an empty literal nowhere", () => {
		expect(find(["", "a"], "ba")).toStrictEqual([1]);
	});

	it("grows with more literals than it has rows at first", () => {
		const literals = Array.from({ length: 2000 }, (_, n) => `${n.toString(36).padStart(3, "0")}-end`);
		expect(find(literals, literals.join(" "))).toStrictEqual([...literals.keys()]);
	});

	it("finds the same as a search for each literal", () => {
		const word = fc.string({ unit: fc.constantFrom("a", "b", "A", "B", ":", "é", "É"), minLength: 1, maxLength: 8 });
		const line = fc.string({ unit: fc.constantFrom("a", "b", "A", "B", ":", "é", "É", "z"), maxLength: 60 });
		fc.assert(
			fc.property(fc.array(word, { maxLength: 40 }), fc.array(line, { maxLength: 4 }), (literals, lines) => {
				// What a line makes known is used for the next one.
				const automaton = new LiteralAutomaton(literals.map((text, owner) => ({ text, owner })));
				for (const text of lines) {
					const naive = literals.flatMap((l, i) => (text.toLowerCase().includes(l.toLowerCase()) ? [i] : []));
					expect(findIn(automaton, text)).toStrictEqual(naive);
				}
			}),
			{ numRuns: runs(1000) },
		);
	});
});
