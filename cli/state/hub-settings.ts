import path from "node:path";
import * as z from "zod";
import { CONTEXT_VARIABLES, type ContextSettings, contextSettings } from "../../relay/context/context-settings.ts";
import { type Environment, exactText, oneOf, port, readEnvironment, text } from "../../relay/environment.ts";
import type { Policy } from "../../relay/spawn/policy.ts";
import { findPolicyProblem, ownPolicy, POLICY_VARIABLES } from "../../relay/spawn/policy-settings.ts";
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
	/** What the embedded relay allows and limits by itself, beyond what the pipeline names. */
	readonly policy: Pick<Policy, "spec" | "agents" | "limits">;
	/** Servers that the embedded relay queries for context. */
	readonly context: ContextSettings;
	/** Print the worker's log lines as well as writing them to `hub.log`. */
	readonly debug: boolean;
}

export const DEFAULT_PORT = 8787;
const DEFAULT_RELAY_PORT = 8788;
const DEFAULT_STATE_DIR = ".healer";

const hubEnvironment = z.object({
	HEALER_PORT: port(DEFAULT_PORT),
	HEALER_RELAY_PORT: port(DEFAULT_RELAY_PORT),
	HEALER_SINK: oneOf(["directory", "kubernetes"], "directory"),
	HEALER_NAMESPACE: text,
	HEALER_LOG: exactText,
	KUBECONFIG: text,
	KUBERNETES_SERVICE_HOST: text,
	...POLICY_VARIABLES,
	...CONTEXT_VARIABLES,
});

/** Reads all settings. The problem holds a line for each variable that has one. */
export function readHubSettings(env: Environment): Result<HubSettings> {
	const read = readEnvironment(hubEnvironment, env);
	if (!read.ok) return fail(read.problems.join("\n"));
	const { value } = read;
	if (value.HEALER_PORT === value.HEALER_RELAY_PORT && value.HEALER_PORT !== 0) {
		return fail(`HEALER_PORT and HEALER_RELAY_PORT are both ${value.HEALER_PORT}: the hub needs two ports.`);
	}
	if (value.HEALER_SINK === "kubernetes" && !value.KUBECONFIG && !value.KUBERNETES_SERVICE_HOST) {
		return fail(
			"HEALER_SINK=kubernetes needs KUBECONFIG to name a cluster. `npx healer cluster` runs one on this machine.",
		);
	}
	const problem = findPolicyProblem(value);
	if (problem !== undefined) return fail(problem);
	return ok({
		port: value.HEALER_PORT,
		relayPort: value.HEALER_RELAY_PORT,
		stateDir: stateDirOf(env),
		sink: value.HEALER_SINK,
		...(value.HEALER_NAMESPACE !== undefined && { namespace: value.HEALER_NAMESPACE }),
		policy: ownPolicy(value),
		context: contextSettings(value),
		debug: value.HEALER_LOG === "debug",
	});
}

/** Absolute path of the state folder; relative ones start at the working directory. */
export function stateDirOf(env: Environment): string {
	return path.resolve(env.HEALER_STATE_DIR || DEFAULT_STATE_DIR);
}
