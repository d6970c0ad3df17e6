import { jsonLog } from "./log.ts";
import { readRelaySettings } from "./process/relay-settings.ts";
import { runRelay } from "./process/run-relay.ts";

/** The relay as its own process, run by the container image. All of its settings come from the environment. */
const reading = readRelaySettings(process.env);
const log = jsonLog((line) => void process.stdout.write(line), Date.now);
if (reading.ok) {
	const stop = new Promise((resolve) => {
		for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, resolve);
	});
	try {
		await runRelay({ settings: reading.settings, log, stop });
		process.exitCode = 0;
	} catch (error) {
		log({ level: "error", message: "relay failed", cause: error });
		process.exitCode = 1;
	}
	// A closing watch may keep its socket open for a while; nothing is left to do.
	setTimeout(() => process.exit(), 1_000).unref();
} else {
	for (const problem of reading.problems) log({ level: "error", message: "relay not started", problem });
	process.exitCode = 2;
}
