import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { type Clock, systemClock } from "../../relay/clock.ts";
import type { Cluster } from "../../relay/cluster/cluster.ts";
import { directoryCluster } from "../../relay/cluster/directory/directory-cluster.ts";
import { finishedFiles } from "../../relay/cluster/directory/finished-files.ts";
import { contextSources } from "../../relay/context/context-sources.ts";
import type { ContextSources } from "../../relay/context/source.ts";
import { createRelay } from "../../relay/index.ts";
import type { LogEntry } from "../../relay/log.ts";
import { serveRelay } from "../../relay/serve-relay.ts";
import type { Policy } from "../../relay/spawn/policy.ts";
import { signMessage } from "../../wire/signature.ts";
import type { SpawnRequest } from "../../wire/spawn.ts";
import { readContextSettings } from "./read-context-settings.ts";

export const SECRETS = ["whsec_aGVhbGVyIHdpcmUgdGVzdCBzZWNyZXQgb25l", "whsec_dGhlIHdpcmUgdGVzdCBzZWNyZXQgYmVmb3Jl"];

const POLICY: Policy = {
	namespace: "cto",
	repositories: ["5dlabs/cto"],
	github_apps: ["5DLabs-Rex", "5DLabs-Blaze"],
};

const NOT_CONFIGURED = contextSources({
	settings: readContextSettings({}).settings,
	cluster: { ok: false, problem: "there is no cluster" },
	ownNamespace: () => "cto",
	fetch,
});

/** A folder for one test, removed afterwards. */
export async function temporaryFolder(): Promise<string> {
	const folder = await mkdtemp(join(tmpdir(), "healer-"));
	onTestFinished(() => rm(folder, { recursive: true, force: true }));
	return folder;
}

export interface ServedRelay {
	readonly url: string;
	readonly state: string;
	readonly log: readonly LogEntry[];
	/** Posts a body, signed unless headers say otherwise. */
	post(path: string, body: string, headers?: Record<string, string>): Promise<Response>;
	spawn(request: SpawnRequest): Promise<{ status: number; body: unknown }>;
}

/** A relay on its own directory, served on loopback until the test ends. */
export async function servedRelay(
	changes: {
		cluster?: Cluster;
		clock?: Clock;
		context?: ContextSources;
		policy?: Policy;
		enforceMaxActive?: boolean;
	} = {},
): Promise<ServedRelay> {
	const state = await temporaryFolder();
	const clock = changes.clock ?? systemClock;
	const log: LogEntry[] = [];
	const relay = createRelay({
		cluster: changes.cluster ?? (await directoryCluster(state, clock)),
		finished: finishedFiles(state),
		context: changes.context ?? NOT_CONFIGURED,
		policy: changes.policy ?? POLICY,
		secrets: SECRETS,
		clock,
		log: (entry) => void log.push(entry),
		enforceMaxActive: changes.enforceMaxActive ?? false,
	});
	const server = await serveRelay(relay, { host: "127.0.0.1", port: 0 });
	onTestFinished(() => server.close());
	const post: ServedRelay["post"] = (path, body, headers = {}) => {
		const signed = signMessage(SECRETS, { id: idOf(body), at: clock.now() / 1000, body });
		return fetch(`${server.url}${path}`, { method: "POST", body, headers: { ...signed, ...headers } });
	};
	return {
		url: server.url,
		state,
		log,
		post,
		spawn: async (request) => {
			const response = await post("/v1/spawn", JSON.stringify(request));
			return { status: response.status, body: await response.json() };
		},
	};
}

/** The `webhook-id` for a spawn request's body. */
function idOf(body: string): string {
	return /"incident_id":"([^"]*)"/.exec(body)?.[1]?.concat(".", /"attempt":(\d+)/.exec(body)?.[1] ?? "1") ?? "none";
}
