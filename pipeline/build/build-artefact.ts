import type { Artefact } from "../artefact.ts";
import { compileArtefact } from "./compile-artefact.ts";
import { expressionMistakes } from "./expression-mistakes.ts";
import { limitMistakes } from "./limit-mistakes.ts";
import { inOrder, type Mistake } from "./mistake.ts";
import { nameMistakes, usedPrompts } from "./name-mistakes.ts";
import { pipelineFile } from "./pipeline-file.ts";
import { promptMistakes } from "./prompt-mistakes.ts";
import { ruleMistakes } from "./rule-mistakes.ts";
import { schemaMistakes } from "./schema-mistakes.ts";
import { sourceMistakes } from "./source-mistakes.ts";
import { spawnMistakes } from "./spawn-mistakes.ts";
import { readYaml } from "./yaml-source.ts";

/** `pipeline.yaml`'s text, and every template and partial by name, without `.mustache`. */
export interface Sources {
	readonly text: string;
	readonly prompts: Readonly<Record<string, string>>;
}

export type Built =
	| { readonly ok: true; readonly artefact: Artefact }
	/** At least one, all that could be found at once, in the order of reading. */
	| { readonly ok: false; readonly mistakes: readonly Mistake[] };

/**
 * Checks a pipeline and its prompts, and makes of them what the worker runs (DESIGN section 4). A file with any mistake
 * makes nothing. Only text that is not YAML hides what else may be wrong with it.
 */
export function buildArtefact({ text, prompts }: Sources): Built {
	const { source, mistakes: syntax } = readYaml(text);
	if (!source) {
		return { ok: false, mistakes: inOrder(syntax) };
	}
	const { mistakes: shape, remains } = schemaMistakes(source);
	const templates = Object.keys(prompts).filter((name) => !name.startsWith("_"));
	const mistakes = [
		...syntax,
		...shape,
		...nameMistakes(source, remains, templates),
		...promptMistakes(prompts, usedPrompts(remains, templates)),
		...limitMistakes(source, remains),
		...ruleMistakes(source, remains),
		...expressionMistakes(source, remains),
		...spawnMistakes(source, remains),
		...sourceMistakes(source, remains),
	];
	return mistakes.length > 0
		? { ok: false, mistakes: inOrder(mistakes) }
		: { ok: true, artefact: compileArtefact(pipelineFile.parse(source.value), prompts) };
}
