import { MatcherInput, type MatcherInputBase, type RE2JS } from "re2js";
import { compileLinear } from "../text/compile-linear.ts";
import { type Allowance, cellsOf } from "./allowance.ts";

const compiled = new WeakMap<RegExp, RE2JS>();

/** The whole match, then its groups. */
type RegexMatch = (string | undefined)[] & { readonly index: number };

/**
 * Replaces `RegExp` inside jsonata. jsonata's `timeout` cannot stop a backtracking regex, so a linear-time engine runs
 * them all (JSONata's guardrails, option `RegexEngine`). jsonata uses only `lastIndex` and `exec`.
 */
export class LinearRegex {
	lastIndex = 0;
	protected readonly read: (text: string) => string | MatcherInputBase = (text) => text;
	readonly #re2: RE2JS;

	/** The engine of one evaluation: what it reads draws on the allowance. */
	static drawingOn(allowance: Pick<Allowance, "spend">): typeof LinearRegex {
		return class extends LinearRegex {
			protected override readonly read = (text: string) => MatcherInput.utf16(new CountedText(text, allowance));
		};
	}

	constructor(literal: RegExp) {
		const known = compiled.get(literal);
		this.#re2 = known ?? compileLinear(literal.source, literal.flags);
		if (known === undefined) compiled.set(literal, this.#re2);
	}

	/** The first match from `lastIndex` on, like `RegExp.exec` with the flag `g`. */
	exec(text: string): RegexMatch | null {
		const matcher = this.#re2.matcher(this.read(text));
		if (this.lastIndex > text.length || !matcher.find(this.lastIndex)) {
			this.lastIndex = 0;
			return null;
		}
		this.lastIndex = matcher.end();
		const groups = Array.from({ length: matcher.groupCount() + 1 }, (_, at) => matcher.group(at) ?? undefined);
		return Object.assign(groups, { index: matcher.start() });
	}
}

// The engine takes a fifth of a microsecond for each character that it reads.
const CELLS_PER_CHARACTER = 1 / 4;

/**
 * A text that counts how often it is read. Each search is linear, but a list of all matches is not: `a.*b|a` reads to the end of
 * a text without `b` at each `a`. The engine reads its input through these members only.
 */
class CountedText extends String {
	readonly #spend: (cells: number) => void;

	constructor(text: string, { spend }: Pick<Allowance, "spend">) {
		super(text);
		this.#spend = spend;
	}

	override charCodeAt(at: number): number {
		this.#spend(CELLS_PER_CHARACTER);
		return super.charCodeAt(at);
	}

	override indexOf(part: string, from: number): number {
		const found = super.indexOf(part, from);
		// Such a search reads many characters at a time.
		this.#spend(1 + cellsOf((found === -1 ? this.length : found) - from) / 8);
		return found;
	}
}
