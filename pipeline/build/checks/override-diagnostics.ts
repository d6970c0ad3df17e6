import { withoutFolder } from "../../grammar/file-leaves.ts";
import type { ValidPart } from "../scopes/valid-part.ts";
import { byName, each } from "../scopes/written-expressions.ts";
import { type Diagnostic, promptFile } from "../yaml/diagnostic.ts";
import type { YamlSource } from "../yaml/yaml-source.ts";
import { didYouMean } from "./did-you-mean.ts";

/** Agents and prompts in `overrides` that there are not. */
export function overrideDiagnostics(
	source: YamlSource,
	file: ValidPart,
	templates: readonly string[],
): readonly Diagnostic[] {
	const agents = Object.keys(file.agents ?? {});
	return each(file.overrides).flatMap(([index, override]) => {
		const path = ["overrides", index];
		const chain = [...agents, "human"];
		const changed = byName(override.agents).flatMap(([name, { prompt }]) => {
			const at = [...path, "agents", name];
			if (!agents.includes(name)) {
				return [source.atKey(at, `There is no agent \`${name}\`.${didYouMean(name, agents)}`, agents)];
			}
			if (prompt === undefined || templates.includes(withoutFolder(prompt))) return [];
			const guess = didYouMean(prompt, templates) || " Write it, or use an existing one.";
			return [source.at([...at, "prompt"], `There is no \`${promptFile(withoutFolder(prompt))}\`.${guess}`, templates)];
		});
		const escalations = each(override.outcome?.escalate).flatMap(([step, name]) => {
			const at = [...path, "outcome", "escalate", step];
			if (!chain.includes(name)) {
				return [source.at(at, `There is no agent \`${name}\`.${didYouMean(name, chain)}`, chain)];
			}
			const isLast = step === (override.outcome?.escalate?.length ?? 0) - 1;
			return name === "human" && !isLast ? [source.at(at, "Nobody comes after `human`. Put it last.")] : [];
		});
		return [...changed, ...escalations];
	});
}

/** The prompts that `overrides` give to agents. */
export function overridingPrompts(file: ValidPart): readonly string[] {
	return each(file.overrides)
		.flatMap(([, { agents }]) => byName(agents))
		.flatMap(([, { prompt }]) => (prompt === undefined ? [] : [withoutFolder(prompt)]));
}
