import { finishCodeRun, renderFinishing } from "../relay/directory/finish-coderun.ts";
import { EXIT, type ExitCode } from "./exit-code.ts";
import { stateDirOf } from "./hub/hub-settings.ts";
import type { Output } from "./output.ts";
import { messageOf } from "./result.ts";

/** `healer finish`: ends a CodeRun of the state folder as a controller would; a running hub tells the worker. */
export async function finish(
	name: string,
	options: { readonly phase: string },
	env: Readonly<Record<string, string | undefined>>,
	output: Output,
): Promise<ExitCode> {
	try {
		const finishing = await finishCodeRun(stateDirOf(env), name, options.phase, Date.now());
		const sentence = `${renderFinishing(name, options.phase, finishing)}.`;
		if (finishing.ok) {
			output.line(sentence);
			return EXIT.ok;
		}
		output.problem(sentence);
		return finishing.reason === "unknown_phase" ? EXIT.usage : EXIT.problem;
	} catch (error) {
		output.problem(`Cannot finish ${name}: ${messageOf(error)}.`);
		return EXIT.problem;
	}
}
