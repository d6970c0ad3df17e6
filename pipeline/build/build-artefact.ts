import type { Artefact } from "../artefact.ts";
import { pipelineFile } from "../grammar/pipeline-file.ts";
import { expressionDiagnostics } from "./checks/expression-diagnostics.ts";
import { nameDiagnostics, usedPrompts } from "./checks/name-diagnostics.ts";
import { pipelineWarnings } from "./checks/pipeline-warnings.ts";
import { promptDiagnostics } from "./checks/prompt-diagnostics.ts";
import { ruleDiagnostics } from "./checks/rule-diagnostics.ts";
import { schemaDiagnostics } from "./checks/schema-diagnostics.ts";
import { sourceDiagnostics } from "./checks/source-diagnostics.ts";
import { spawnDiagnostics } from "./checks/spawn-diagnostics.ts";
import { timeoutDiagnostics } from "./checks/timeout-diagnostics.ts";
import { compileArtefact } from "./compile-artefact.ts";
import { type Diagnostic, inOrder } from "./yaml/diagnostic.ts";
import { readYaml } from "./yaml/yaml-source.ts";

/** The text of `pipeline.yaml`, and every template and partial by name, without `.mustache`. */
export interface Sources {
	readonly text: string;
	readonly prompts: Readonly<Record<string, string>>;
}

export type Built =
	| { readonly ok: true; readonly artefact: Artefact; readonly warnings: readonly Diagnostic[] }
	/** At least one: every error found, in file order. Warnings are sought once there is none: many would follow from one. */
	| { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };

/**
 * Checks a pipeline with its prompts and builds the artefact that the worker runs. Any error prevents the build. All
 * errors are reported at once, unless the text is not YAML.
 */
export function buildArtefact({ text, prompts }: Sources): Built {
	const { source, diagnostics: syntax } = readYaml(text);
	if (!source) {
		return { ok: false, diagnostics: inOrder(syntax) };
	}
	const { diagnostics: shape, remains } = schemaDiagnostics(source);
	const templates = Object.keys(prompts).filter((name) => !name.startsWith("_"));
	const diagnostics = [
		...syntax,
		...shape,
		...nameDiagnostics(source, remains, templates),
		...promptDiagnostics(prompts, usedPrompts(remains, templates)),
		...timeoutDiagnostics(source, remains),
		...ruleDiagnostics(source, remains),
		...expressionDiagnostics(source, remains),
		...spawnDiagnostics(source, remains),
		...sourceDiagnostics(source, remains),
	];
	if (diagnostics.length > 0) {
		return { ok: false, diagnostics: inOrder(diagnostics) };
	}
	const artefact = compileArtefact(pipelineFile.parse(source.value), prompts);
	return { ok: true, artefact, warnings: inOrder(pipelineWarnings(source, remains)) };
}
