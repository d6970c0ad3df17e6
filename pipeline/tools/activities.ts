import { withoutCamelCase } from "./words.ts";

/** What a step does, as its name says it, and how the failure types that this gives end. */
interface Activity {
	readonly words: RegExp;
	/** The most telling end first: a field without `_format` reports formatting as `_lint`. */
	readonly ends: readonly string[];
}

const ACTIVITIES: readonly Activity[] = [
	{ words: /\b(format|formatting|formatted|fmt)\b/, ends: ["_format", "_lint"] },
	{ words: /\b(types|typing|type ?check(s|ing)?)\b/, ends: ["_typescript", "_lint", "_build"] },
	{
		words:
			/\b(lint|lints|linter|linters|linting|static (analysis|checks?)|analy[sz]e|style|hygiene|architecture|cycles|circular|dead code|unused)\b/,
		ends: ["_lint", "_clippy", "_code_scanning"],
	},
	{
		words:
			/\b(test|tests|testing|unit|units|e2e|end to end|spec|specs|regression|coverage|fuzz|fuzzing|proofs?|acceptance|smoke|suites?|scenarios?|sim|simulate|simulation|benchmarks?|mutants?|mutation)\b/,
		ends: ["_test"],
	},
	{ words: /\b(sast|dast|scan|scans|scanning|scanner)\b/, ends: ["_code_scanning"] },
	{ words: /\b(audit|audits|vuln|vulns|vulnerabilit(y|ies))\b/, ends: ["_audit"] },
	{ words: /\b(licen[cs]es?|licen[cs]ing)\b/, ends: ["_licence"] },
	{ words: /\b(secrets?|credentials)\b/, ends: ["_secret"] },
	{ words: /\b(signatures?|provenance|attestations?|sbom)\b/, ends: ["_supply_chain"] },
	{ words: /\b(deploy|deploys|deploying|deployment|rollout|roll out)\b/, ends: ["_deploy"] },
	{ words: /\b(install|installs|dependency|dependencies|deps|restore|lock ?files?)\b/, ends: ["_dependency"] },
	{
		words:
			/\b(build|builds|building|compile|compiles|compiling|compilation|bundle|assemble|archive|codegen|generate|generated)\b/,
		ends: ["_build"],
	},
];

/**
 * How the types of a failure end that a step of this name has: `["_test"]` for `Run unit tests`. Nothing if it does more than one
 * thing, or does not say what it does.
 */
export function activityOf(name: string): readonly string[] {
	const text = withoutCamelCase(name).replace(/[^a-z0-9]+/g, " ");
	const [only, ...others] = ACTIVITIES.filter(({ words }) => words.test(text));
	return only === undefined || others.length > 0 ? [] : only.ends;
}

/** The words behind a program that may say what it does: `cargo +nightly fmt --check` has one. */
const MOST_VERBS = 3;

/**
 * How the types of a failure end that a command has whose program is followed by these words: `["_format", "_lint"]` for
 * `cargo tomlfmt -d`. The first that says it counts; only behind `build` another one may: `zig build test`.
 */
export function activityOfCommand(words: readonly string[]): readonly string[] {
	const named = words.filter((word) => !word.startsWith("+"));
	const end = named.findIndex((word) => !/^[A-Za-z][\w:.-]*$/.test(word));
	const verbs = named.slice(0, end === -1 ? MOST_VERBS : Math.min(end, MOST_VERBS));
	const known = verbs.map((verb) => activityOf(verb.replace(/(\w)(fmt|lint|unit)$/, "$1-$2"))).filter(isKnown);
	const [first = [], ...others] = known;
	return first.includes("_build") ? (others[0] ?? first) : first;
}

function isKnown(ends: readonly string[]): boolean {
	return ends.length > 0;
}

/** The one of these failures that the activity gives. */
export function failureOfActivity<Failure extends { readonly type: string }>(
	failures: readonly Failure[],
	ends: readonly string[],
): Failure | undefined {
	const fitting = ends.map((end) => failures.find(({ type }) => type.endsWith(end)));
	return fitting.find((failure) => failure !== undefined);
}
