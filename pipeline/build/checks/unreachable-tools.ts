import type { Artefact, Tool } from "../../artefact.ts";
import type { ToolProblem } from "./tool-overlaps.ts";

type Failure = Tool["failures"][number];

/** What no failure leads to: tools that nothing can name, failures without output of their own, and an `over` without effect. */
export function unreachableTools({ tools }: Pick<Artefact, "tools">): readonly ToolProblem[] {
	const kinds = kindsOfTypes(tools);
	return tools.flatMap((tool, index) => {
		const path = ["tools", index];
		const failures = tool.failures.flatMap((failure, at) => [
			...unreachedFailure(tool, failure, at).map((message) => ({ path: [...path, "failures", at], message })),
			...idleOvers(tool, failure, kinds).map(({ by, message }) => ({
				path: [...path, "failures", at, "over", by],
				message,
			})),
		]);
		return isNamed(tool) ? failures : [{ path: [...path, "tool"], message: NOTHING_NAMES_IT(tool.tool) }, ...failures];
	});
}

const NOTHING_NAMES_IT = (tool: string) =>
	`Nothing leads to \`${tool}\`: it runs as no program, has no names and prints nothing. Add \`programs\`, or \`prints\` to a failure.`;

function isNamed({ programs, names, failures }: Tool): boolean {
	return programs.length > 0 || names?.length !== 0 || failures.some(({ prints }) => prints.length > 0);
}

function unreachedFailure({ tool }: Tool, { type, prints, unless }: Failure, at: number): readonly string[] {
	if (at > 0 && prints.length === 0) {
		return [
			`Nothing leads to \`${type}\`: without output, the first failure of \`${tool}\` is assumed. Give it \`prints\`, or put it first.`,
		];
	}
	const excluded = prints.length > 0 && prints.every((text) => unless.some((other) => text.includes(other)));
	return excluded
		? [`Nothing leads to \`${type}\`: each of its \`prints\` holds a text that \`unless\` excludes.`]
		: [];
}

/** An `over` counts between findings of one kind. */
function idleOvers(
	tool: Tool,
	{ type, kind = tool.kind, over }: Failure,
	kinds: ReadonlyMap<string, ReadonlySet<string>>,
): readonly { readonly by: number; readonly message: string }[] {
	return over.flatMap((name, by) => {
		if (name === type) return [{ by, message: "A failure type cannot beat itself. Remove this." }];
		const known = kinds.get(name);
		if (known?.has(kind)) return [];
		const why =
			known === undefined
				? "no tool has this failure type"
				: `\`${name}\` is ${[...known].join(" or ")}, and this ${kind}`;
		return [{ by, message: `This has no effect: ${why}. \`over\` decides between failures of one kind.` }];
	});
}

function kindsOfTypes(tools: readonly Tool[]): ReadonlyMap<string, ReadonlySet<string>> {
	const all = tools.flatMap((tool) => tool.failures.map(({ type, kind }) => ({ type, kind: kind ?? tool.kind })));
	const byType = Map.groupBy(all, ({ type }) => type);
	return new Map([...byType].map(([type, found]) => [type, new Set(found.map(({ kind }) => kind))]));
}
