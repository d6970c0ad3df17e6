import type { Artefact, StageExplanation } from "../../pipeline/index.ts";

export interface Unreached {
	readonly stage: "events" | "filters" | "classify" | "route";
	/** Its name, with `#2` for the second rule of the same failure type. */
	readonly rule: string;
}

/**
 * Tracks which rules no case exercises: entries of `events` that match none, filters that refuse none, rules of
 * `classify` and `route` that are never the first to match.
 */
export class Coverage {
	readonly #rules: readonly Unreached[];
	readonly #reached = new Set<string>();

	constructor({ events, filters, classify, route }: Artefact) {
		this.#rules = [
			...events.map(({ name }) => ({ stage: "events", rule: name }) as const),
			...filters.map(({ name }) => ({ stage: "filters", rule: name }) as const),
			...numbered(classify.map(({ type }) => type)).map((rule) => ({ stage: "classify", rule }) as const),
			...route.map(({ name }) => ({ stage: "route", rule: name }) as const),
		];
	}

	get rules(): number {
		return this.#rules.length;
	}

	/** Records the stages' results for one case. */
	note(stages: readonly StageExplanation[]): void {
		for (const { stage, rules } of stages) {
			const last = rules.at(-1);
			if (stage === "filters") {
				for (const { rule, verdict } of rules) if (verdict === "false") this.#reached.add(`filters ${rule}`);
			} else if (stage === "classify" && last?.verdict === "true" && last.clause?.values?.evidence === undefined) {
				// Rules are evaluated in order, up to the first match.
				this.#reached.add(`classify ${numbered(rules.map(({ rule }) => rule)).at(-1)}`);
			} else if (stage === "route") {
				// Rows of the table that were not chosen stand behind the one that was.
				for (const { rule, verdict } of rules) if (verdict === "true") this.#reached.add(`route ${rule}`);
			} else if (stage === "events") {
				for (const { rule, verdict } of rules) if (verdict === "true") this.#reached.add(`events ${rule}`);
			}
		}
	}

	unreached(): readonly Unreached[] {
		return this.#rules.filter(({ stage, rule }) => !this.#reached.has(`${stage} ${rule}`));
	}
}

/** `rust_test`, `rust_test#2` ... */
function numbered(names: readonly string[]): readonly string[] {
	const counts = new Map<string, number>();
	return names.map((name) => {
		const count = (counts.get(name) ?? 0) + 1;
		counts.set(name, count);
		return count === 1 ? name : `${name}#${count}`;
	});
}

const SHOWN_OF_A_STAGE = 6;

/** The rules that no case reaches, one line per stage; `all` lists every one. */
export function renderCoverage(coverage: Coverage, all: boolean): readonly string[] {
	const unreached = coverage.unreached();
	if (unreached.length === 0) return [`All ${coverage.rules} rules are covered by a case.`];
	const byStage = Map.groupBy(unreached, ({ stage }) => stage);
	const lines = [...byStage].map(([stage, rules]) => {
		const shown = all ? rules : rules.slice(0, SHOWN_OF_A_STAGE);
		const more = rules.length - shown.length;
		return `  ${stage}: ${shown.map(({ rule }) => rule).join(", ")}${more === 0 ? "" : `, and ${more} more (--coverage)`}`;
	});
	return [`${unreached.length} of ${coverage.rules} rules are not covered by any case:`, ...lines];
}
