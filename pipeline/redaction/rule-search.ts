import { LiteralAutomaton } from "../literals/literal-automaton.ts";
import { NO_NODE } from "../literals/literal-trie.ts";
import { hasBareRun } from "./long-runs.ts";
import { REDACTION_RULES, RULES_OF_RUNS } from "./redaction-rules.ts";

let automaton: LiteralAutomaton | undefined;

/**
 * The rules with a literal in the text, and those for long runs if it has one, as indexes into `REDACTION_RULES`. One
 * pass, without allocation if there is none.
 */
export function rulesFor(text: string): readonly number[] {
	automaton ??= build();
	const { columns, start, nextHit } = automaton;
	let found: Set<number> | undefined;
	let state = start;
	for (let at = 0; at < text.length; at++) {
		state = automaton.step(state, columns[text.charCodeAt(at)] as number);
		if (state >= 0) continue;
		state = ~state;
		found ??= new Set();
		for (let node = automaton.nodeOf(state); node !== NO_NODE; node = nextHit[node] as number) {
			const ends = automaton.endsIn(node);
			for (let index = 0; index < ends; index++) found.add(automaton.ownerIn(node, index));
		}
	}
	if (hasBareRun(text)) {
		found ??= new Set();
		for (const rule of RULES_OF_RUNS) found.add(rule);
	}
	return found === undefined ? NONE : [...found].sort((one, other) => one - other);
}

const NONE: readonly number[] = [];

/** Built for the first text, to keep the worker's start fast. */
function build(): LiteralAutomaton {
	return new LiteralAutomaton(
		REDACTION_RULES.flatMap(({ literals }, owner) => literals.map((text) => ({ text, owner }))),
	);
}
