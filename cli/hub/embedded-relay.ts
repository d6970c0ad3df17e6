import type { Artefact } from "../../pipeline/index.ts";
import type { Clock } from "../../relay/clock.ts";
import type { ContextSettings } from "../../relay/context/context-settings.ts";
import { contextSources } from "../../relay/context/context-sources.ts";
import { openCluster } from "../../relay/context/open-cluster.ts";
import type { Environment } from "../../relay/environment.ts";
import { createRelay, type Relay } from "../../relay/index.ts";
import { jsonLog } from "../../relay/log.ts";
import { reportOutcomes } from "../../relay/outcomes/report-outcomes.ts";
import { openSink } from "../../relay/process/open-sink.ts";
import type { Policy } from "../../relay/spawn/policy.ts";
import { readSecrets } from "../../wire/secret.ts";
import type { HubSettings } from "../state/hub-settings.ts";
import type { Secrets } from "../state/secrets.ts";
import type { StateFolder } from "../state/state-folder.ts";

export interface HubRelay extends Pick<Relay, "fetch"> {
	/** Allows what this pipeline names; call it when the pipeline changes. */
	usePolicyOf(artefact: Artefact): void;
	/** Reports no more outcomes, and answers no more requests. */
	stop(): Promise<void>;
}

export interface HubRelayOptions {
	readonly folder: StateFolder;
	readonly sink: HubSettings["sink"];
	readonly policy: HubSettings["policy"];
	readonly context: ContextSettings;
	readonly secrets: Secrets;
	readonly artefact: Artefact;
	readonly hubUrl: string;
	readonly clock: Clock;
	/** Names the cluster, if there is one. */
	readonly env: Environment;
	readonly log: (line: string) => void;
}

/** The relay in this process, for the state folder or a cluster, reporting outcomes to the worker. `serveRelay` gives it a port. */
export async function startRelay(options: HubRelayOptions): Promise<HubRelay> {
	const { folder, hubUrl, clock } = options;
	const secrets = readSecrets(options.secrets.values.HEALER_WIRE_SECRETS);
	const log = jsonLog((line) => options.log(line.trimEnd()), clock.now);
	const policy: Mutable<Policy> = { ...policyOf(options.artefact), ...options.policy };
	const place = options.sink === "directory" ? { kind: options.sink, state: folder.root } : { kind: options.sink };
	// Every attempt carries its pipeline's deadline.
	const sink = await openSink({ sink: place, policy, deadline_s: undefined, deleteOverdue: true }, log, clock);
	const { cluster, finished, enforceMaxActive } = sink;
	const ownNamespace = () => policy.namespace;
	const reader = await openCluster(options.env);
	const context = contextSources({ settings: options.context, cluster: reader, ownNamespace, fetch });
	const relay = createRelay({ cluster, finished, policy, context, secrets, clock, log, enforceMaxActive });
	const reporting = reportOutcomes({ finished, url: hubUrl, secrets, clock, fetch, log, metrics: relay.metrics });
	return {
		fetch: relay.fetch,
		usePolicyOf: (artefact) => void Object.assign(policy, policyOf(artefact)),
		stop: async () => {
			await reporting.stop();
			sink.close();
		},
	};
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

function policyOf({ settings, agents, spawn }: Artefact): Policy {
	return {
		namespace: spawn.namespace,
		repositories: settings.repositories.map(widened),
		github_apps: Object.values(agents).map((agent) => agent.github_app),
		settings: {
			namespace: "HEALER_NAMESPACE, or spawn.namespace of the pipeline,",
			repositories: "settings.repositories of the pipeline",
			github_apps: "agents of the pipeline",
		},
	};
}

/** A policy supports names and `*`, a pipeline any glob; the pipeline's own filter has decided already. */
function widened(glob: string): string {
	return glob
		.split("/")
		.map((part) => (/[*?{[]/.test(part) ? "*" : part))
		.join("/");
}
