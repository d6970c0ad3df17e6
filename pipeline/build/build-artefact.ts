import type { Artefact } from "../artefact.ts";
import { pipelineFile } from "../grammar/pipeline-file.ts";
import { expressionDiagnostics } from "./checks/expression-diagnostics.ts";
import { nameDiagnostics, usedPrompts } from "./checks/name-diagnostics.ts";
import { notifyDiagnostics } from "./checks/notify-diagnostics.ts";
import { overrideDiagnostics, overridingPrompts } from "./checks/override-diagnostics.ts";
import { ownerDiagnostics } from "./checks/owner-diagnostics.ts";
import { pipelineWarnings } from "./checks/pipeline-warnings.ts";
import { neededPrompts, promptDiagnostics } from "./checks/prompt-diagnostics.ts";
import { roundDiagnostics } from "./checks/round-diagnostics.ts";
import { ruleDiagnostics } from "./checks/rule-diagnostics.ts";
import { schemaDiagnostics } from "./checks/schema-diagnostics.ts";
import { sourceDiagnostics } from "./checks/source-diagnostics.ts";
import { spawnDiagnostics } from "./checks/spawn-diagnostics.ts";
import { timeoutDiagnostics } from "./checks/timeout-diagnostics.ts";
import { toolPatternDiagnostics } from "./checks/tool-pattern-diagnostics.ts";
import { compileArtefact } from "./compile-artefact.ts";
import { mergedSource } from "./packs/merged-source.ts";
import { type PolicySources, readPolicy } from "./packs/read-policy.ts";
import { type Diagnostic, inOrder } from "./yaml/diagnostic.ts";

/** A policy as written, and every template and partial by name, without `.mustache`. */
export interface Sources extends PolicySources {
	readonly prompts: Readonly<Record<string, string>>;
	/** Templates and partials of packs: each is used if an agent needs it and `prompts` has none of its name. */
	readonly packPrompts?: Readonly<Record<string, string>>;
}

export type Built =
	| { readonly ok: true; readonly artefact: Artefact; readonly warnings: readonly Diagnostic[] }
	/** At least one: every error found, in file order. Warnings are sought once there is none: many would follow from one. */
	| { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };

/**
 * Checks a pipeline with its prompts and builds the artefact that the worker runs. Any error prevents the build. All
 * errors are reported at once, unless a text is not YAML or a pack is missing.
 */
export function buildArtefact(sources: Sources): Built {
	const { policy, diagnostics: syntax } = readPolicy(sources);
	if (!policy) {
		return { ok: false, diagnostics: inOrder(syntax) };
	}
	const source = mergedSource(policy.merged);
	const { diagnostics: shape, remains } = schemaDiagnostics(source);
	const prompts = { ...sources.packPrompts, ...sources.prompts };
	const templates = Object.keys(prompts).filter((name) => !name.startsWith("_"));
	const ofAgents = usedPrompts(remains, templates);
	const used = ofAgents && [...ofAgents, ...overridingPrompts(remains)];
	const diagnostics = [
		...syntax,
		...shape,
		...nameDiagnostics(source, remains, templates),
		...promptDiagnostics(prompts, used, Object.keys(sources.prompts)),
		...ownerDiagnostics(source, remains),
		...overrideDiagnostics(source, remains, templates),
		...timeoutDiagnostics(source, remains),
		...ruleDiagnostics(source, remains),
		...expressionDiagnostics(source, remains),
		...spawnDiagnostics(source, remains),
		...sourceDiagnostics(source, remains),
		...roundDiagnostics(source, remains),
		...notifyDiagnostics(source, remains),
		...toolPatternDiagnostics(source, remains),
	];
	if (diagnostics.length > 0) return { ok: false, diagnostics: inOrder(diagnostics) };
	const artefact = compileArtefact(pipelineFile.parse(source.value), neededPrompts(prompts, used ?? []));
	return { ok: true, artefact, warnings: inOrder(pipelineWarnings(source, remains, artefact)) };
}
