import { buildLiteralAutomaton, type LiteralAutomaton, placeOf, step } from "../literals/literal-automaton.ts";
import { REDACTION_RULES } from "./redaction-rules.ts";

/** A run of this many base64 characters may be a line of a key whose beginning is missing. */
const LONG_RUN = 60;

let automaton: LiteralAutomaton | undefined;

/**
 * The rules with a literal in the text, as indexes into `REDACTION_RULES`. One pass, without allocation if there is
 * none.
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
	return found === undefined ? NONE : [...found].sort((one, other) => one - other);
}

const NONE: readonly number[] = [];

/** Whether the text has a run of base64 as long as a key's lines. Mostly reads every sixtieth character. */
export function hasLongRun(text: string): boolean {
	let start = 0;
	while (start + LONG_RUN <= text.length) {
		let at = start + LONG_RUN - 1;
		while (at >= start && isBase64(text.charCodeAt(at))) at--;
		if (at < start) return true;
		start = at + 1;
	}
	return false;
}

function isBase64(unit: number): boolean {
	return unit <= 0x7a && BASE64[unit] === 1;
}

const BASE64 = Uint8Array.from({ length: 0x7b }, (_, unit) =>
	/[A-Za-z0-9+/]/.test(String.fromCharCode(unit)) ? 1 : 0,
);

/** Built for the first text, to keep the worker's start fast. */
function build(): LiteralAutomaton {
	return buildLiteralAutomaton(
		REDACTION_RULES.flatMap(({ literals }, owner) => literals.map((text) => ({ text, owner }))),
	);
}
