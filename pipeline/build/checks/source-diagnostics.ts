import type { ContextSource } from "../../context.ts";
import { parseExpression } from "../../expression/ast.ts";
import { SOURCE_PARAMETERS } from "../../source-parameters.ts";
import type { ValidPart } from "../scopes/valid-part.ts";
import { byName } from "../scopes/written-expressions.ts";
import type { Diagnostic } from "../yaml/diagnostic.ts";
import { nodeStart } from "../yaml/node-start.ts";
import type { Path, YamlSource } from "../yaml/yaml-source.ts";
import { didYouMean } from "./did-you-mean.ts";
import { incidentRead } from "./incident-read.ts";

/** Unknown parameters of context sources, and queries that an incident could alter. */
export function sourceDiagnostics(source: YamlSource, file: ValidPart): readonly Diagnostic[] {
	return byName(file.context).flatMap(([name, { from, with: parameters }]) => {
		if (from === undefined) return [];
		const known = SOURCE_PARAMETERS[from] ?? {};
		return Object.entries(parameters ?? {}).flatMap(([parameter, value]) => {
			const path = ["context", name, "with", parameter];
			const { [parameter]: described } = known;
			if (described === undefined || !Object.hasOwn(known, parameter)) {
				return [source.atKey(path, unknown(from, parameter, Object.keys(known)), Object.keys(known))];
			}
			return described.from === "pipeline" ? changeable(source, path, from, parameter, value) : [];
		});
	});
}

function unknown(from: ContextSource, parameter: string, allowed: readonly string[]): string {
	if (allowed.length === 0) return `\`${from}\` takes no parameters. Leave \`${parameter}\` out.`;
	return `\`${from}\` has no parameter \`${parameter}\`.${didYouMean(parameter, allowed)}`;
}

function changeable(
	source: YamlSource,
	path: Path,
	from: ContextSource,
	parameter: string,
	value: unknown,
): readonly Diagnostic[] {
	const parsing = typeof value === "string" ? parseExpression(value) : undefined;
	if (typeof value !== "string" || !parsing?.ok) return [];
	const read = incidentRead(parsing.parsed.ast);
	if (read === undefined) return [];
	const start = nodeStart(read, parsing.parsed.text) + value.length - value.trimStart().length;
	const remedy =
		parameter === "query"
			? "Write `$name` where a value is compared, and define it under `values`."
			: "Put incident data under `labels`.";
	const message = `Incident data could change the \`${parameter}\` of \`${from}\`. ${remedy}`;
	const [text = ""] = /^[$\w.]+|^./.exec(value.slice(start)) ?? [];
	return [source.inText(path, { start, text }, message)];
}
