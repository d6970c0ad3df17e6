import type { Artefact } from "../../artefact.ts";
import type { ValidPart } from "../scopes/valid-part.ts";
import type { Diagnostic } from "../yaml/diagnostic.ts";
import type { YamlSource } from "../yaml/yaml-source.ts";
import { conditionWarnings } from "./condition-warnings.ts";
import { expressionWarnings } from "./expression-warnings.ts";
import { missingPartWarnings } from "./missing-part-warnings.ts";
import { toolWarnings } from "./tool-warnings.ts";
import { unusedWarnings } from "./unused-warnings.ts";

/** What is most likely not meant, though the pipeline runs. */
export function pipelineWarnings(source: YamlSource, file: ValidPart, artefact: Artefact): readonly Diagnostic[] {
	const found = [
		...missingPartWarnings(source, file),
		...unusedWarnings(source, file),
		...conditionWarnings(source, file),
		...expressionWarnings(source, file),
		...toolWarnings(source, artefact),
	];
	return found.map((diagnostic) => ({ ...diagnostic, severity: "warning" }));
}
