import type { CodeRunDraft } from "../decision.ts";
import type { RuleVerdict } from "../explanation.ts";
import type { CompiledExpression } from "../expression/compile-expression.ts";
import type { Scope } from "../expression/facts.ts";
import { annotationValues } from "./annotation-values.ts";
import { storable } from "./clean-text.ts";
import { evaluateMapping } from "./compiled-mapping.ts";
import { labelValue } from "./label-value.ts";
import type { CompiledSpawn } from "./load-pipeline.ts";

/**
 * The CodeRun of a decision, without its name. Label values are made valid, annotations are cut, `spec.env` holds only
 * texts, in which `$(` is `$$(`; undefined values are omitted. Values go into objects, never into text.
 */
export async function draftCodeRun(
	spawn: CompiledSpawn,
	scope: Scope,
): Promise<{ readonly coderun: CodeRunDraft; readonly failed: readonly RuleVerdict[] }> {
	const labels = await evaluateTexts(spawn.labels, scope, "labels");
	const annotations = await evaluateTexts(spawn.annotations, scope, "annotations");
	const { value, failed } = await evaluateMapping(spawn.spec, scope, "spec");
	const spec: Record<string, unknown> & { readonly env?: unknown } = plainObject(value);
	const coderun = {
		metadata: {
			namespace: spawn.namespace,
			labels: Object.fromEntries(Object.entries(labels.texts).map(([name, text]) => [name, labelValue(text)])),
			annotations: annotationValues(annotations.texts),
		},
		spec: Object.hasOwn(spec, "env") ? { ...spec, env: variablesOf(spec.env) } : spec,
	};
	return { coderun, failed: [...labels.failed, ...annotations.failed, ...failed] };
}

async function evaluateTexts(
	expressions: readonly (readonly [string, CompiledExpression])[],
	scope: Scope,
	prefix: string,
): Promise<{ readonly texts: Record<string, string>; readonly failed: readonly RuleVerdict[] }> {
	const texts: Record<string, string> = {};
	const failed: RuleVerdict[] = [];
	for (const [name, expression] of expressions) {
		const evaluation = await expression.evaluate(scope);
		if (!evaluation.ok) {
			const clause = { text: expression.text, verdict: "unknown", error: evaluation.error } as const;
			failed.push({ rule: `${prefix}.${name}`, verdict: "unknown", clause });
			continue;
		}
		const text = asText(evaluation.value);
		if (text !== undefined) texts[name] = text;
	}
	return { texts, failed };
}

function variablesOf(value: unknown): Record<string, string> {
	if (typeof value !== "object" || value === null) return {};
	const entries = Object.entries(value).flatMap(([name, item]) => {
		const text = asText(item);
		return text === undefined ? [] : [[name, literalVariable(text)] as const];
	});
	return Object.fromEntries(entries);
}

/**
 * The value of an environment variable that Kubernetes passes on as this text. Kubernetes replaces `$(NAME)` by another
 * variable's value and `$$` by `$`, so `$(` is written `$$(`: with every `$` of a run doubled, none is left over that
 * could open a reference. A single `$` elsewhere stands for itself.
 */
function literalVariable(text: string): string {
	return text.replace(/\${2,}|\$(?=\()/g, (run) => run + run);
}

function asText(value: unknown): string | undefined {
	if (typeof value === "string") return storable(value);
	if (typeof value === "boolean" || (typeof value === "number" && Number.isFinite(value))) return String(value);
	return undefined;
}

/** Plain JSON of an expression's result, without jsonata's functions and list marks. */
function plainObject(value: object): Record<string, unknown> {
	const entries = Object.entries(value).flatMap(([name, item]) => {
		const plain = plainValue(item);
		return plain === undefined ? [] : [[name, plain] as const];
	});
	return Object.fromEntries(entries);
}

function plainValue(value: unknown): unknown {
	switch (typeof value) {
		case "string":
			return storable(value);
		case "boolean":
			return value;
		case "number":
			return Number.isFinite(value) ? value : undefined;
		case "object":
			if (value === null) return null;
			if (Array.isArray(value)) return value.map(plainValue).filter((item) => item !== undefined);
			return "_jsonata_function" in value || "_jsonata_lambda" in value ? undefined : plainObject(value);
		default:
			return undefined;
	}
}
