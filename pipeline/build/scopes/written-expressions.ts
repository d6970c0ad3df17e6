import { isChoice } from "../../agent-choice.ts";
import type { Stages } from "../../artefact-expressions.ts";
import type { Path } from "../yaml/yaml-source.ts";
import type { ValidPart } from "./valid-part.ts";

/** An expression in the file: its place and its scope. */
export interface WrittenExpression {
	readonly path: Path;
	readonly text: string;
	readonly scope: ScopeName;
}

/** Every expression in the file, in file order. */
export function writtenExpressions(file: ValidPart): readonly WrittenExpression[] {
	return [
		...byName(file.events).flatMap(([name, event]) =>
			textsIn("events", ["events", name], { when: event.when, identity: event.identity, incident: event.incident }),
		),
		...byName(file.lifecycle).flatMap(([name, event]) =>
			textsIn("lifecycle", ["lifecycle", name], { when: event.when, about: event.about }),
		),
		...each(file.filters).flatMap(([index, filter]) => textsIn("filters", ["filters", index], { keep: filter.keep })),
		...each(file.dedup).flatMap(([index, rule]) => textsIn("dedup", ["dedup", index], { key: rule.key })),
		...byName(file.context).flatMap(([name, part]) =>
			textsIn("context", ["context", name], { with: part.with, when: part.when }),
		),
		...each(file.classify).flatMap(([index, rule]) => textsIn("classify", ["classify", index], { when: rule.when })),
		...each(file.route).flatMap(([index, rule]) =>
			textsIn("route", ["route", index], { when: rule.when, agent: choiceOf(rule.agent) }),
		),
		...each(file.rerun).flatMap(([index, rule]) => textsIn("rerun", ["rerun", index], { when: rule.when })),
		...each(file.autonomy).flatMap(([index, rule]) => textsIn("autonomy", ["autonomy", index], { when: rule.when })),
		...each(file.overrides).flatMap(([at, { rerun }]) =>
			each(rerun).flatMap(([index, { when }]) => textsIn("rerun", ["overrides", at, "rerun", index], { when })),
		),
		...each(file.notify).flatMap(([index, target]) => textsIn("notify", ["notify", index], { where: target.where })),
		...textsIn("spawn", ["spawn"], {
			labels: file.spawn?.labels,
			annotations: file.spawn?.annotations,
			spec: file.spawn?.spec,
		}),
		...each(file.overrides).flatMap(([place, { autonomy }]) =>
			each(autonomy).flatMap(([index, rule]) =>
				textsIn("autonomy", ["overrides", place, "autonomy", index], { when: rule.when }),
			),
		),
	];
}

/** The valid entries of a list, with their paths. */
export function each<T>(list: readonly (T | undefined)[] | undefined): readonly (readonly [number, T])[] {
	return (list ?? []).flatMap((item, index) => (item ? [[index, item] as const] : []));
}

/** The valid entries of a mapping. */
export function byName<T>(
	record: Readonly<Record<string, T | undefined>> | undefined,
): readonly (readonly [string, T])[] {
	return Object.entries(record ?? {}).flatMap(([name, item]) => (item ? [[name, item] as const] : []));
}

/** An agent's name is no expression. */
function choiceOf(agent: string | undefined): string | undefined {
	return agent !== undefined && isChoice(agent) ? agent : undefined;
}

/** The text leaves of a tree. */
function textsIn(scope: ScopeName, path: Path, tree: unknown): readonly WrittenExpression[] {
	if (typeof tree === "string") {
		return [{ path, text: tree, scope }];
	}
	if (typeof tree !== "object" || tree === null) {
		return [];
	}
	const steps = Array.isArray(tree) ? [...tree.entries()] : Object.entries(tree);
	return steps.flatMap(([step, item]) => textsIn(scope, [...path, step], item));
}

/** The stages, each of which gives expressions a different scope. */
export type ScopeName = Exclude<keyof Stages, "overrides">;
