import * as z from "zod";
import { CONTEXT_VARIABLES, type ContextSettings, contextSettings } from "../context/context-settings.ts";
import {
	allowList,
	duration,
	type Environment,
	exactText,
	oneOf,
	onOff,
	port,
	readEnvironment,
	textOr,
	wireSecrets,
	workerAddress,
} from "../environment.ts";
import type { Policy } from "../spawn/policy.ts";
import { findPolicyProblem, ownPolicy, POLICY_VARIABLES } from "../spawn/policy-settings.ts";

/** The settings of a standalone relay, from its environment. */
export interface RelaySettings {
	readonly sink: { readonly kind: "directory"; readonly state: string } | { readonly kind: "kubernetes" };
	readonly host: string;
	/** 0 picks any free port. */
	readonly port: number;
	/** The worker's address. */
	readonly url: string;
	readonly secrets: readonly string[];
	readonly policy: Policy;
	readonly context: ContextSettings;
	/** For CodeRuns without a deadline of their own, in seconds; undefined is none. */
	readonly deadline_s: number | undefined;
	/** Whether an overdue CodeRun is deleted, or only reported. */
	readonly deleteOverdue: boolean;
}

export type SettingsReading =
	| { readonly ok: true; readonly settings: RelaySettings }
	| { readonly ok: false; readonly problems: readonly string[] };

const relayEnvironment = z.object({
	HEALER_SINK: oneOf(["directory", "kubernetes"], "directory"),
	HEALER_STATE_DIR: exactText,
	HEALER_RELAY_HOST: textOr("127.0.0.1"),
	HEALER_RELAY_PORT: port(8788),
	HEALER_URL: workerAddress,
	HEALER_WIRE_SECRETS: wireSecrets,
	HEALER_NAMESPACE: textOr("cto"),
	HEALER_REPOSITORIES: allowList("5dlabs/cto, 5dlabs/*"),
	HEALER_GITHUB_APPS: allowList("5DLabs-Rex, 5DLabs-Blaze"),
	HEALER_DEADLINE: duration,
	HEALER_DELETE_OVERDUE: onOff(true),
	...POLICY_VARIABLES,
	...CONTEXT_VARIABLES,
});

/** Reads all settings, and reports every problem at once. No message holds a secret. */
export function readRelaySettings(env: Environment): SettingsReading {
	const read = readEnvironment(relayEnvironment, env);
	if (!read.ok) return read;
	const { value } = read;
	const problem = findPolicyProblem(value);
	if (problem !== undefined) return { ok: false, problems: [problem] };
	const isKubernetes = value.HEALER_SINK === "kubernetes";
	return {
		ok: true,
		settings: {
			sink: isKubernetes ? { kind: "kubernetes" } : { kind: "directory", state: value.HEALER_STATE_DIR || ".healer" },
			host: value.HEALER_RELAY_HOST,
			port: value.HEALER_RELAY_PORT,
			url: value.HEALER_URL,
			secrets: value.HEALER_WIRE_SECRETS,
			policy: {
				namespace: value.HEALER_NAMESPACE,
				repositories: value.HEALER_REPOSITORIES,
				github_apps: value.HEALER_GITHUB_APPS,
				...ownPolicy(value),
			},
			context: contextSettings(value),
			deadline_s: value.HEALER_DEADLINE,
			deleteOverdue: value.HEALER_DELETE_OVERDUE,
		},
	};
}
