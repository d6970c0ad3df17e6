import { toolRegex } from "../../tools/tool-regex.ts";
import type { ValidPart } from "../scopes/valid-part.ts";
import { byName, each } from "../scopes/written-expressions.ts";
import type { Diagnostic } from "../yaml/diagnostic.ts";
import type { Path, YamlSource } from "../yaml/yaml-source.ts";
import { regexDiagnostic } from "./regex-diagnostics.ts";

/** Regexes of tools and fields that are not valid, or not in linear time: names and logs are anybody's. */
export function toolPatternDiagnostics(source: YamlSource, { tools, fields }: ValidPart): readonly Diagnostic[] {
	const ofTools = each(tools).flatMap(([index, { names, failures }]) => [
		...written(["tools", index, "names"], names),
		...each(failures).flatMap(([failure, { prints, unless }]) => {
			const path = ["tools", index, "failures", failure];
			return [...written([...path, "prints"], prints), ...written([...path, "unless"], unless)];
		}),
	]);
	const ofFields = byName(fields).flatMap(([name, { words }]) => written(["fields", name, "words"], words));
	return [...ofTools, ...ofFields].flatMap(({ path, text }) => {
		const regex = toolRegex(text);
		const message = regex && regexDiagnostic(regex.source);
		return message === undefined ? [] : [source.at(path, message)];
	});
}

function written(
	path: Path,
	texts: readonly (string | undefined)[] | undefined,
): readonly { readonly path: Path; readonly text: string }[] {
	return each(texts).map(([index, text]) => ({ path: [...path, index], text }));
}
