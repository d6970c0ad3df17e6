import { buildPipeline } from "./build-pipeline.ts";
import { EXIT, type ExitCode } from "./exit-code.ts";
import { exitWith, type Output } from "./output.ts";

/** `healer check`: shows all errors of a pipeline and its prompts, or its version. */
export async function check(file: string, options: { readonly json?: boolean }, output: Output): Promise<ExitCode> {
	const built = await buildPipeline(file, output.colourfulProblems);
	if (!built.ok) {
		return exitWith(output, built.problem, EXIT.usage);
	}
	if (built.value.ok) {
		const { version } = built.value.artefact;
		output.line(
			options.json ? JSON.stringify({ ok: true, version }) : `${file} is valid: version ${version.slice(0, 12)}.`,
		);
		return EXIT.ok;
	}
	if (!options.json) return exitWith(output, built.value.rendered);
	output.line(JSON.stringify({ ok: false, diagnostics: built.value.diagnostics }, undefined, 2));
	return EXIT.problem;
}
