import { isDeepStrictEqual } from "node:util";
import type { CommandRequest, Decision, Incident } from "../../pipeline/index.ts";
import type { Expectation } from "./case-file.ts";

/** The differences from what a case expects, one line each. */
export function compareOutcome(expected: Expectation, outcome: CaseOutcome): string[] {
	const { decision } = outcome;
	const metadata = decision?.coderun.metadata;
	const spec = decision?.coderun.spec;
	const claims = Object.fromEntries(decision?.claims.map(({ name, key }) => [name, key]) ?? []);
	return [
		...differs("ignored", expected.ignored, outcome.ignored),
		...differs("filter", expected.filter, outcome.filter),
		...differs("identity", expected.identity, outcome.identity),
		...differs("incident", expected.incident, outcome.incident),
		...differs("command", expected.command, outcome.command),
		...differs("agent", expected.agent, decision?.agent ?? whyNot(outcome)),
		...differs("rule", expected.rule, decision?.rule ?? whyNot(outcome)),
		...differs("failure_type", expected.failure_type, decision?.failure_type ?? whyNot(outcome)),
		...differs("failure_category", expected.failure_category, decision?.failure_category ?? whyNot(outcome)),
		...differs("rerun", expected.rerun, decision === undefined ? whyNot(outcome) : decision.rerun !== undefined),
		...differs("verdict", expected.verdict, decision?.whose_failure?.verdict),
		...differs("suspect", expected.suspect, decision?.whose_failure?.suspect?.sha ?? null),
		...differs("autonomy", expected.autonomy, decision?.autonomy.level ?? whyNot(outcome)),
		...differs("claims", expected.claims, claims),
		...differs("labels", expected.labels, metadata?.labels),
		...differs("annotations", expected.annotations, metadata?.annotations),
		...differs("env", expected.env, spec?.env),
		...differsInCause(expected.group, outcome),
		...lacks(expected.prompt ?? [], String(spec?.promptModification ?? "")),
	];
}

/** Shown instead of an agent in a failing case. */
function whyNot({ ignored, filter, command }: CaseOutcome): string {
	if (command !== undefined) return `the command ${command.name}`;
	if (filter !== undefined) return `refused by the filter ${filter}`;
	return `ignored: ${ignored}`;
}

/** Objects are compared only by the expected keys, at any depth. */
function differs(name: string, expected: unknown, actual: unknown): string[] {
	if (expected === undefined) return [];
	if (typeof expected === "object" && expected !== null && !Array.isArray(expected)) {
		return Object.entries(expected).flatMap(([key, value]) => {
			const found =
				typeof actual === "object" && actual !== null ? (actual as Record<string, unknown>)[key] : undefined;
			return value === null && found === undefined ? [] : differs(`${name}.${key}`, value ?? null, found);
		});
	}
	if (isDeepStrictEqual(expected, actual)) return [];
	return [`${name}: expected ${JSON.stringify(expected)}, got ${JSON.stringify(actual) ?? "no value"}`];
}

function differsInCause(expected: string | null | undefined, { cause = null }: CaseOutcome): string[] {
	if (expected === undefined || expected === cause) return [];
	const isNamed = expected !== null && cause?.includes(expected) === true;
	return isNamed ? [] : [`group: expected ${JSON.stringify(expected)}, got ${JSON.stringify(cause)}`];
}

function lacks(texts: readonly string[], prompt: string): string[] {
	return texts.filter((text) => !prompt.includes(text)).map((text) => `prompt: missing ${JSON.stringify(text)}`);
}

/** What the pipeline did with a case, with the keys of `expect`. */
export interface CaseOutcome {
	readonly ignored?: string;
	readonly filter?: string;
	readonly identity?: string;
	readonly incident?: Incident;
	/** Set for a command for Healer itself, which is not an incident. */
	readonly command?: CommandRequest;
	readonly decision?: Extract<Decision, { outcome: "spawn" }>;
	/** The readable form of the cause that it shares with others; null: it shares none. */
	readonly cause?: string | null;
}
