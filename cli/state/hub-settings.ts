import path from "node:path";
import { type ContextSettings, readContextSettings } from "../../relay/context/context-settings.ts";
import type { Environment } from "../../relay/environment.ts";
import { fail, ok, type Result } from "../../wire/result.ts";

/** The settings of `healer start`, from its environment (docs/deploy.md). None of them is secret. */
export interface HubSettings {
	/** 0 picks any free port. */
	readonly port: number;
	readonly relayPort: number;
	/** Absolute path. */
	readonly stateDir: string;
	/** Where CodeRuns are created: the state folder, or the cluster of `KUBECONFIG`. */
	readonly sink: "directory" | "kubernetes";
	/** Namespace in the cluster, overriding the pipeline's. */
	readonly namespace?: string;
	/** Servers that the embedded relay queries for context. */
	readonly context: ContextSettings;
	/** Print the worker's log lines as well as writing them to `hub.log`. */
	readonly debug: boolean;
}

export const DEFAULT_PORT = 8787;
const DEFAULT_RELAY_PORT = 8788;
const DEFAULT_STATE_DIR = ".healer";

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

/** Absolute path of the state folder; relative ones start at the working directory. */
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
		"HEALER_SINK=kubernetes needs KUBECONFIG to name a cluster. `npx healer cluster` runs one on this machine.",
	);
}
