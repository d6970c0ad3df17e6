import { EXIT, type ExitCode } from "./exit-code.ts";
import { runHub } from "./hub/run-hub.ts";
import { outputThatNeverWaits } from "./hub/unread-terminal.ts";
import { exitWith, type Output } from "./output.ts";
import { readHubSettings } from "./state/hub-settings.ts";

/** `healer start`: reads the configuration and runs the hub until it is stopped. */
export async function start(
	options: { readonly pipeline: string },
	env: Readonly<Record<string, string | undefined>>,
	output: Output,
): Promise<ExitCode> {
	const settings = readHubSettings(env);
	if (!settings.ok) {
		return exitWith(output, settings.problem, EXIT.usage);
	}
	const unwaiting = outputThatNeverWaits(output, process.stdout, process.stderr);
	const code = await runHub({ settings: settings.value, pipelineFile: options.pipeline, env, output: unwaiting });
	// The runtime's library keeps sockets open after it has stopped; nothing is left to write.
	setTimeout(() => process.exit(code), 1_000).unref();
	return code;
}
