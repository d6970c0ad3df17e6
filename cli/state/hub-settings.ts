import path from "node:path";
import { type ContextSettings, readContextSettings } from "../../relay/context/context-settings.ts";
import { fail, ok, type Result } from "../result.ts";

/** What `healer start` is told by its environment (DESIGN section 9). Nothing here is secret. */
export interface HubSettings {
	/** 0 takes any free port. */
	readonly port: number;
	readonly relayPort: number;
	/** Absolute. */
	readonly stateDir: string;
	/** Where CodeRuns are made: the state folder, or the cluster that `KUBECONFIG` leads to. */
	readonly sink: "directory" | "kubernetes";
	/** Where they are made in a cluster, whatever the pipeline says. */
	readonly namespace?: string;
	/** Which servers of the cluster the embedded relay asks. */
	readonly context: ContextSettings;
	/** Print the worker's log lines too, not only keep them in `hub.log`. */
	readonly debug: boolean;
}

export const DEFAULT_PORT = 8787;
const DEFAULT_RELAY_PORT = 8788;
const DEFAULT_STATE_DIR = ".healer";

type Environment = Readonly<Record<string, string | undefined>>;

export function readHubSettings(env: Environment): Result<HubSettings> {
	const port = readPort(env, "HEALER_PORT", DEFAULT_PORT);
	if (!port.ok) return port;
	const relayPort = readPort(env, "HEALER_RELAY_PORT", DEFAULT_RELAY_PORT);
	if (!relayPort.ok) return relayPort;
	if (port.value === relayPort.value && port.value !== 0) {
		return fail(`HEALER_PORT and HEALER_RELAY_PORT are both ${port.value}: the hub needs two ports.`);
	}
	const sink = readSink(env);
	if (!sink.ok) return sink;
	const context = readContextSettings(env);
	if (context.problems.length > 0) return fail(context.problems.join("\n"));
	return ok({
		port: port.value,
		relayPort: relayPort.value,
		stateDir: stateDirOf(env),
		sink: sink.value,
		...(env.HEALER_NAMESPACE?.trim() ? { namespace: env.HEALER_NAMESPACE.trim() } : {}),
		context: context.settings,
		debug: env.HEALER_LOG === "debug",
	});
}

/** Absolute path of the state folder, relative ones from the working directory. */
export function stateDirOf(env: Environment): string {
	return path.resolve(env.HEALER_STATE_DIR || DEFAULT_STATE_DIR);
}

function readPort(env: Environment, name: string, standard: number): Result<number> {
	const text = env[name]?.trim();
	if (!text) return ok(standard);
	const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
	return port <= 65_535 ? ok(port) : fail(`${name} is ${JSON.stringify(text)}: give a port, 0 to 65535.`);
}

function readSink(env: Environment): Result<HubSettings["sink"]> {
	const sink = env.HEALER_SINK?.trim() || "directory";
	if (sink === "directory") return ok(sink);
	if (sink !== "kubernetes") return fail(`HEALER_SINK is ${JSON.stringify(sink)}: give directory or kubernetes.`);
	if (env.KUBECONFIG?.trim() || env.KUBERNETES_SERVICE_HOST) return ok(sink);
	return fail(
		"HEALER_SINK=kubernetes needs KUBECONFIG, the cluster to use. `npx healer cluster` runs one on this machine.",
	);
}
