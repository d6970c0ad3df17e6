import { refusal } from "../../expression/ast.ts";
import { BUILT_INS } from "../../expression/built-ins.ts";
import { FUNCTIONS } from "../../expression/functions.ts";
import type { Visible } from "../scopes/scopes.ts";
import type { ScopeName } from "../scopes/written-expressions.ts";
import type { TextDiagnostic } from "../yaml/text-diagnostic.ts";
import { didYouMean } from "./did-you-mean.ts";
import type { Inspection } from "./inspect-expression.ts";

interface Used {
	readonly name: string;
	readonly position: number;
}

/** Functions and variables that are unknown, forbidden, called wrongly, or unavailable in this stage. */
export function functionDiagnostics(
	{ functions, variables, refused }: Inspection,
	scope: ScopeName,
	visible: Visible,
): readonly TextDiagnostic[] {
	const usable = ({ name }: Used) => refusal(name) === undefined;
	return [
		...refused.map((use) => diagnostic(use, `\`$${use.name}\` is refused: ${use.why}.`)),
		...functions.filter(usable).flatMap((use) => callDiagnostics(use, scope, visible)),
		...variables.filter(usable).flatMap((use) => variableDiagnostics(use, scope, visible)),
	];
}

function callDiagnostics(
	use: Used & { arguments: number },
	scope: ScopeName,
	visible: Visible,
): readonly TextDiagnostic[] {
	if (!isFunction(use.name)) {
		const guess = didYouMean(`$${use.name}`, functionNames());
		return [diagnostic(use, `There is no function \`$${use.name}\`.${guess}`, functionNames())];
	}
	const known = ours(use.name);
	if (known === undefined) {
		return [];
	}
	if (known.needs !== undefined && visible.unknownFacts.has(known.needs)) {
		const message = `\`$${use.name}\` is always unknown in \`${scope}\`: what it needs is known only in later stages.`;
		return [diagnostic(use, message)];
	}
	const countable = use.arguments >= known.min && use.arguments <= known.max;
	return countable ? [] : [diagnostic(use, `Call it as \`${known.signature}\`.`)];
}

/** A `$name` that holds no value: a function passed by name, or a typo. */
function variableDiagnostics(use: Used, scope: ScopeName, visible: Visible): readonly TextDiagnostic[] {
	if (Object.hasOwn(visible.variables, use.name)) {
		return [];
	}
	if (isFunction(use.name)) {
		const known = ours(use.name);
		return known?.patterns === "literal"
			? [diagnostic(use, `\`$${use.name}\` can only be called. Call it as \`${known.signature}\`.`)]
			: [];
	}
	const allowed = Object.keys(visible.variables).map((known) => `$${known}`);
	const guess = didYouMean(`$${use.name}`, [...allowed, ...functionNames()]);
	return [diagnostic(use, `\`${scope}\` has no variable \`$${use.name}\`.${guess}`, allowed)];
}

function isFunction(name: string): boolean {
	return BUILT_INS.has(name) || ours(name) !== undefined;
}

function ours(name: string) {
	return Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name] : undefined;
}

function functionNames(): readonly string[] {
	const names = [...Object.keys(FUNCTIONS), ...BUILT_INS].filter((name) => refusal(name) === undefined);
	return names.map((name) => `$${name}`);
}

function diagnostic({ name, position }: Used, message: string, allowed?: readonly string[]): TextDiagnostic {
	return { start: position, text: `$${name}`, message, ...(allowed && { allowed }) };
}
