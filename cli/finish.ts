import path from "node:path";
import { finishCodeRun, renderFinishing } from "../relay/cluster/directory/finish-coderun.ts";
import { messageOf } from "../wire/message-of.ts";
import { EXIT, type ExitCode } from "./exit-code.ts";
import { exitWith, type Output } from "./output.ts";
import { stateDirOf } from "./state/hub-settings.ts";

/**
 * `healer finish`: finishes a CodeRun of the state folder, as a controller would; a running hub reports it to the
 * worker.
 */
export async function finish(
	written: string,
	options: { readonly phase: string },
	env: Readonly<Record<string, string | undefined>>,
	output: Output,
): Promise<ExitCode> {
	// `ls` and completion give the file's name.
	const name = written.replace(/\.yaml$/, "");
	const stateDir = stateDirOf(env);
	try {
		const finishing = await finishCodeRun(stateDir, name, options.phase, Date.now());
		const isUnknown = !finishing.ok && finishing.reason === "unknown_coderun";
		const where = isUnknown ? ` in ${path.join(stateDir, "coderuns")}` : "";
		const sentence = `${renderFinishing(name, options.phase, finishing)}${where}.`;
		if (finishing.ok) {
			output.line(sentence);
			return EXIT.ok;
		}
		output.problem(sentence);
		return finishing.reason === "unknown_phase" ? EXIT.usage : EXIT.problem;
	} catch (error) {
		return exitWith(output, `Cannot finish ${name}: ${messageOf(error)}.`);
	}
}
