import { jsonLog } from "../relay/log.ts";
import { readRelaySettings } from "../relay/process/relay-settings.ts";
import { runRelay } from "../relay/process/run-relay.ts";
import { messageOf } from "../wire/message-of.ts";
import { EXIT, type ExitCode } from "./exit-code.ts";
import { listenForStop } from "./hub/stop-signal.ts";
import { exitWith, type Output } from "./output.ts";

/** `healer relay`: runs the relay alone until it is stopped. Logs to standard output, one JSON object per line. */
export async function relay(env: NodeJS.ProcessEnv, output: Output): Promise<ExitCode> {
	const reading = readRelaySettings(env);
	if (!reading.ok) {
		return exitWith(output, reading.problems.join("\n"), EXIT.usage);
	}
	const stop = listenForStop(env);
	const log = jsonLog((line) => output.line(line.trimEnd()), Date.now);
	try {
		await runRelay({ settings: reading.settings, log, stop: stop.asked });
	} catch (error) {
		return exitWith(output, `The relay could not start: ${messageOf(error)}.`);
	}
	// A closing watch may keep its socket open for a while; nothing is left to do.
	setTimeout(() => process.exit(EXIT.ok), 1_000).unref();
	return EXIT.ok;
}
