import type { ValidPart } from "../scopes/valid-part.ts";
import { byName, each, writtenExpressions } from "../scopes/written-expressions.ts";
import type { Diagnostic } from "../yaml/diagnostic.ts";
import type { YamlSource } from "../yaml/yaml-source.ts";
import { inspectExpression } from "./inspect-expression.ts";

/** Reports that end a remediation well: docs/remediation.md. */
const GOOD_ENDS = new Set<unknown>(["success", "merged", "resolved"]);

/** Parts without which the pipeline works, but not as anybody would want. */
export function missingPartWarnings(source: YamlSource, file: ValidPart): readonly Diagnostic[] {
	const isStarting = byName(file.events).some(([, { kind }]) => kind !== "command");
	if (!isStarting) return [];
	return [...withoutGoodEnd(source, file), ...withoutOwnAgents(source, file)];
}

function withoutGoodEnd(source: YamlSource, file: ValidPart): readonly Diagnostic[] {
	if (byName(file.lifecycle).some(([, { reports }]) => reports === undefined || GOOD_ENDS.has(reports))) return [];
	const message =
		"No incident can become `fixed`: no entry of `lifecycle` reports `success`, `merged` or `resolved`. Add one, such as `workflow_run` with `reports: success`.";
	return [source.atKey([file.lifecycle === undefined ? "events" : "lifecycle"], message)];
}

function withoutOwnAgents(source: YamlSource, file: ValidPart): readonly Diagnostic[] {
	// A filter with an error of its own may be the one.
	if (each(file.filters).length < (file.filters?.length ?? 0)) return [];
	const asking = writtenExpressions(file).filter(
		({ scope, path }) => scope === "filters" || (scope === "events" && path.at(-1) === "when"),
	);
	if (asking.some(({ text }) => mayAskForOwnAgents(text))) return [];
	const message =
		"Nothing leaves the agents' own failures alone: each of their pushes that fails could start another agent. Add a filter such as `keep: $not($ours(actor.login))`.";
	return [source.atKey([file.filters === undefined ? "events" : "filters"], message)];
}

function mayAskForOwnAgents(text: string): boolean {
	const inspected = inspectExpression(text);
	return !inspected.ok || inspected.inspection.functions.some(({ name }) => name === "ours");
}
