import { type AstNode, refusal } from "../expression/ast.ts";
import { BUILT_INS } from "../expression/built-ins.ts";
import { FUNCTIONS } from "../expression/functions.ts";
import type { Named, Use } from "./expression-uses.ts";
import type { Finding } from "./finding.ts";
import { logLiterals } from "./log-literals.ts";
import { literalPatterns } from "./log-patterns.ts";
import { didYouMean } from "./near-miss.ts";
import { regexMistake } from "./regex-mistakes.ts";
import type { Visible } from "./scopes.ts";

const PICTURED = ["toMillis", "fromMillis"];

/** What is wrong with a call: its name, where it stands, its arguments. */
export function callMistakes(call: Use & { kind: "call" }, scope: string, visible: Visible): readonly Finding[] {
	const { name } = call.called;
	const unusable = unusableFunction(call.called);
	if (unusable) {
		return [unusable];
	}
	const known = Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name] : undefined;
	if (known === undefined) {
		return PICTURED.includes(name) ? pictureMistake(call) : [];
	}
	if (known.needs !== undefined && visible.unknownFacts.has(known.needs)) {
		const message = `\`$${name}\` knows nothing in \`${scope}\`: what it asks for is not known before later stages.`;
		return [finding(call.called, message)];
	}
	if (call.args.length < known.min || call.args.length > known.max) {
		return [finding(call.called, `Call it as \`${known.signature}\`.`)];
	}
	return known.patterns === "literal" ? logPatternMistakes(call) : [];
}

/** A `$name` that stands for no value: a function handed on by its name, or a slip. */
export function referenceMistake(variable: Named, scope: string, variables: readonly string[]): readonly Finding[] {
	const { name } = variable;
	if (isFunction(name)) {
		const unusable = unusableFunction(variable);
		const direct = FUNCTIONS[name]?.patterns === "literal" || PICTURED.includes(name);
		return unusable ? [unusable] : direct ? [finding(variable, `\`$${name}\` can only be called, not handed on.`)] : [];
	}
	const allowed = variables.map((known) => `$${known}`);
	const guess = didYouMean(`$${name}`, [...allowed, ...functionNames()]);
	return [finding(variable, `\`${scope}\` has no variable \`$${name}\`.${guess}`, allowed)];
}

function unusableFunction(called: Named): Finding | undefined {
	const { name } = called;
	const refused = refusal(name);
	if (refused !== undefined) {
		return finding(called, `\`$${name}\` is refused: ${refused}.`);
	}
	return isFunction(name)
		? undefined
		: finding(called, `There is no function \`$${name}\`.${didYouMean(`$${name}`, functionNames())}`, functionNames());
}

function logPatternMistakes({ called, args }: Use & { kind: "call" }): readonly Finding[] {
	const { patterns, others } = literalPatterns(args);
	const cure = "Write a text or a regex: logs are searched for all of them at once, in one pass";
	const message = `A pattern of \`$${called.name}\` must be written out. ${cure}.`;
	const computed = others.length > 0 ? [finding(called, message)] : [];
	return [...computed, ...patterns.flatMap((found) => unsearchable(called, found))];
}

function unsearchable(
	called: Named,
	pattern: ReturnType<typeof literalPatterns>["patterns"][number],
): readonly Finding[] {
	if (pattern.kind === "text") {
		const whole = pattern.text !== "" && !/[\r\n]/.test(pattern.text);
		return whole ? [] : [finding(called, "A text to look for is not empty and within one line.")];
	}
	if (regexMistake(pattern.source) !== undefined || logLiterals(pattern).length > 0) {
		return [];
	}
	const message = "This pattern has no letters that every match contains, so each line would be tried. Add some.";
	return [{ start: pattern.start, text: `/${pattern.source}/${pattern.flags}`, message }];
}

/** A picture from elsewhere can make JSONata's own parser of pictures blow up. */
function pictureMistake({ called, args }: Use & { kind: "call" }): readonly Finding[] {
	const picture: AstNode | undefined = args[1];
	return picture === undefined || picture.type === "string"
		? []
		: [finding(called, `The picture of \`$${called.name}\` must be written out as a text.`)];
}

function isFunction(name: string): boolean {
	return BUILT_INS.has(name) || Object.hasOwn(FUNCTIONS, name);
}

function functionNames(): readonly string[] {
	const names = [...Object.keys(FUNCTIONS), ...BUILT_INS].filter((name) => refusal(name) === undefined);
	return names.map((name) => `$${name}`);
}

function finding({ name, start }: Named, message: string, allowed?: readonly string[]): Finding {
	return { start, text: `$${name}`, message, ...(allowed && { allowed }) };
}
