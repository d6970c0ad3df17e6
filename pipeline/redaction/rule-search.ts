import { buildLiteralAutomaton, type LiteralAutomaton, placeOf, step } from "../literals/literal-automaton.ts";
import { hasBareRun } from "./long-runs.ts";
import { REDACTION_RULES, RULES_OF_RUNS } from "./redaction-rules.ts";

let automaton: LiteralAutomaton | undefined;

/**
 * The rules with a literal in the text, and those for long runs if it has one, as indexes into `REDACTION_RULES`. One
 * pass, without allocation if there is none.
 */
export function rulesFor(text: string): readonly number[] {
	automaton ??= build();
	const { columns, ownersAt, owners, nextHit } = automaton;
	let found: Set<number> | undefined;
	let state = 0;
	for (let at = 0; at < text.length; at++) {
		state = step(automaton, state, columns[text.charCodeAt(at)] as number);
		if (state >= 0) continue;
		state = ~state;
		found ??= new Set();
		for (let place = placeOf(automaton, state); place !== -1; place = nextHit[place] as number) {
			for (let own = ownersAt[place] as number; own < (ownersAt[place + 1] as number); own++) {
				found.add(owners[own] as number);
			}
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
	return buildLiteralAutomaton(
		REDACTION_RULES.flatMap(({ literals }, owner) => literals.map((text) => ({ text, owner }))),
	);
}
