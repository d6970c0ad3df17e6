import { isChoice } from "../../agent-choice.ts";
import { parseExpression } from "../../expression/ast.ts";
import type { ValidPart } from "../scopes/valid-part.ts";
import { byName, each } from "../scopes/written-expressions.ts";
import type { Diagnostic } from "../yaml/diagnostic.ts";
import { shapeOfNode } from "../yaml/shape-of-node.ts";
import { valueAt } from "../yaml/value-at.ts";
import type { Path, YamlSource } from "../yaml/yaml-source.ts";

/** The parts of a rule that matter for its order. */
interface Rule {
	readonly path: Path;
	readonly name: string;
	readonly condition: Condition;
}

/** `unknown`: the condition has an error of its own. `shape`: the expression without white space and positions. */
type Condition =
	| { readonly kind: "none" | "always" | "never" | "unknown" }
	| { readonly kind: "some"; readonly shape: string };

/** Unreachable rules, duplicate names, and lists without a final rule that always holds. */
export function ruleDiagnostics(source: YamlSource, file: ValidPart): readonly Diagnostic[] {
	const filters = rules(source, "filters", "keep", file.filters, ({ name, keep }) => ({ name, condition: keep }));
	const dedup = rules(source, "dedup", "key", file.dedup, ({ name, key }) => ({ name, condition: key }));
	const notify = rules(source, "notify", "where", file.notify, ({ name, where }) => ({ name, condition: where }));
	const classify = rules(source, "classify", "when", file.classify, ({ type, when }) => ({
		name: type,
		condition: when,
	}));
	const route = rules(source, "route", "when", file.route, ({ name, when }) => ({ name, condition: when })).map(
		(rule) => withChoice(rule, file),
	);
	const rerun = rules(source, "rerun", "when", file.rerun, ({ when }) => ({ name: undefined, condition: when }));
	const autonomy = rules(source, "autonomy", "when", file.autonomy, ({ when }) => ({
		name: undefined,
		condition: when,
	}));
	const overriding = each(file.overrides).map(([at, override]) =>
		rules(source, ["overrides", at, "rerun"], "when", override.rerun, ({ when }) => ({
			name: undefined,
			condition: when,
		})),
	);
	// The rows of the table are asked column by column: their order alone hides none.
	const ordered = route.filter(({ path }) => !isRow(valueAt(source.value, path)));
	return [
		...[filters, dedup, route, notify].flatMap((list) => sameNames(source, list)),
		...sameConditions(source, filters, "keep", "Leave one out."),
		...sameConditions(source, dedup, "key", "Leave one out."),
		...[classify, ordered, rerun, autonomy, ...overriding].flatMap((list) => unreachable(source, list)),
		...byEvent(source, file).flatMap((list) => unreachable(source, list)),
		...lastForAll(source, "classify", file.classify, classify, "type"),
		...lastForAll(source, "route", file.route, ordered, "agent"),
		...oneCategoryEach(source, file),
	];
}

function isRow(rule: unknown): boolean {
	return ["evidence", "workflows", "files"].some((column) => valueAt(rule, [column]) !== undefined);
}

function rules<T>(
	source: YamlSource,
	stage: string | Path,
	key: string,
	list: readonly (T | undefined)[] | undefined,
	read: (item: T) => { name: string | undefined; condition: string | undefined },
): readonly Rule[] {
	return each(list).map(([index, item]) => {
		const { name, condition } = read(item);
		const path = [...(typeof stage === "string" ? [stage] : stage), index];
		return {
			path,
			name: name ?? `${path.at(-2)}[${index}]`,
			condition: conditionOf(source, [...path, key], condition),
		};
	});
}

/** A rule whose agent an expression chooses holds only where that gives one. */
function withChoice(rule: Rule, { route }: ValidPart): Rule {
	const agent = route?.[Number(rule.path[1])]?.agent;
	if (agent === undefined || !isChoice(agent)) return rule;
	const { condition } = rule;
	if (condition.kind === "never" || condition.kind === "unknown") return rule;
	const shape = `${condition.kind === "some" ? condition.shape : ""} ${agent}`;
	return { ...rule, condition: { kind: "some", shape } };
}

/** Entries under `events:` compete only when they listen to the same event. */
function byEvent(source: YamlSource, file: ValidPart): readonly (readonly Rule[])[] {
	const groups = new Map<string, Rule[]>();
	for (const [name, { on = name, when }] of byName(file.events)) {
		const path = ["events", name];
		const condition = conditionOf(source, [...path, "when"], when);
		groups.set(on, [...(groups.get(on) ?? []), { path, name, condition }]);
	}
	return [...groups.values()];
}

function sameNames(source: YamlSource, list: readonly Rule[]): readonly Diagnostic[] {
	return list.flatMap(({ path, name }, index) =>
		list.findIndex((other) => other.name === name) === index
			? []
			: [source.at([...path, "name"], `The name \`${name}\` is already used above. Names must be unique.`)],
	);
}

function sameConditions(source: YamlSource, list: readonly Rule[], key: string, remedy: string): readonly Diagnostic[] {
	return list.flatMap(({ path, condition }, index) => {
		const earlier = list.slice(0, index).find((other) => isSame(other.condition, condition));
		return earlier ? [source.at([...path, key], `\`${earlier.name}\` above has the same condition. ${remedy}`)] : [];
	});
}

function unreachable(source: YamlSource, list: readonly Rule[]): readonly Diagnostic[] {
	return list.flatMap(({ path, name, condition }, index) => {
		const earlier = list.slice(0, index);
		const open = earlier.find(isOpen);
		const place = [...path, ...(condition.kind === "none" ? [] : ["when"])];
		if (open) {
			return [
				source.at(place, `\`${name}\` can never be reached: \`${open.name}\` above matches everything. Move it up.`),
			];
		}
		if (condition.kind === "never") {
			return [source.at(place, `\`${name}\` can never be reached: its condition is always false.`)];
		}
		const same = earlier.find((other) => isSame(other.condition, condition));
		return same
			? [source.at(place, `\`${name}\` can never be reached: \`${same.name}\` above has the same condition.`)]
			: [];
	});
}

function lastForAll(
	source: YamlSource,
	stage: string,
	written: readonly unknown[] | undefined,
	list: readonly Rule[],
	gives: string,
): readonly Diagnostic[] {
	const last = list.at(-1);
	const isLast = last?.path[1] === (written?.length ?? 0) - 1;
	const isChosen = isChoice(String(valueAt(source.value, [...(last?.path ?? []), "agent"]) ?? ""));
	// `owner-diagnostics.ts` reports a last rule without an agent's name.
	if (!last || !isLast || isChosen || last.condition.kind === "none" || list.slice(0, -1).some(isOpen)) {
		return [];
	}
	const message = `The last rule of \`${stage}\` must always hold, so every incident gets its ${gives}. Leave out its \`when\`, or add one without.`;
	return [source.at([...last.path, "when"], message)];
}

/** A failure type may have several rules but only one category. */
function oneCategoryEach(source: YamlSource, file: ValidPart): readonly Diagnostic[] {
	const categories = new Map<string, string>();
	return each(file.classify).flatMap(([index, { type, category }]) => {
		if (type === undefined || category === undefined) {
			return [];
		}
		const known = categories.get(type) ?? category;
		categories.set(type, known);
		return known === category
			? []
			: [source.at(["classify", index, "category"], `\`${type}\` is in the category \`${known}\` above.`, [known])];
	});
}

function isOpen({ condition }: Rule): boolean {
	return condition.kind === "none" || condition.kind === "always";
}

function isSame(a: Condition, b: Condition): boolean {
	return a.kind === "some" && b.kind === "some" && a.shape === b.shape;
}

function conditionOf(source: YamlSource, path: Path, text: string | undefined): Condition {
	if (text === undefined) {
		return { kind: valueAt(source.value, path) === undefined ? "none" : "unknown" };
	}
	const parsed = parseExpression(text);
	if (!parsed.ok) {
		return { kind: "some", shape: text };
	}
	const { ast } = parsed.parsed;
	if (ast.type === "value" && typeof ast.value === "boolean") {
		return { kind: ast.value ? "always" : "never" };
	}
	return { kind: "some", shape: shapeOfNode(ast) };
}
