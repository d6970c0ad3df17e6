import type { Diagnostic } from "../pipeline/build/index.ts";
import { buildPipeline } from "./build-pipeline.ts";
import { EXIT, type ExitCode } from "./exit-code.ts";
import { exitWith, type Output } from "./output.ts";

export interface CheckOptions {
	readonly json?: boolean;
	/** A warning is a problem, too. */
	readonly strict?: boolean;
}

/** `healer check`: shows all errors of a pipeline and its prompts, or its version and what is doubtful in it. */
export async function check(file: string, options: CheckOptions, output: Output): Promise<ExitCode> {
	const built = await buildPipeline(file, output.colourfulProblems);
	if (!built.ok) {
		return exitWith(output, built.problem, EXIT.usage);
	}
	if (!built.value.ok) {
		if (!options.json) return exitWith(output, built.value.rendered);
		output.line(JSON.stringify({ ok: false, diagnostics: built.value.diagnostics.map(asJson) }, undefined, 2));
		return EXIT.problem;
	}
	const { artefact, warnings } = built.value;
	const { version } = artefact;
	const isRefused = options.strict === true && warnings.diagnostics.length > 0;
	if (options.json) {
		output.line(
			JSON.stringify({ ok: !isRefused, version, diagnostics: warnings.diagnostics.map(asJson) }, undefined, 2),
		);
	} else {
		if (warnings.rendered !== "") output.problem(`${warnings.rendered}\n`);
		output.line(`${file} is valid: version ${version.slice(0, 12)}.`);
	}
	return isRefused ? EXIT.problem : EXIT.ok;
}

/** In JSON, each says what it is. */
function asJson(diagnostic: Diagnostic): object {
	return { severity: "error", ...diagnostic };
}
