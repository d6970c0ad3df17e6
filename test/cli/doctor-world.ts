import { once } from "node:events";
import { cpSync, readFileSync } from "node:fs";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { onTestFinished } from "vitest";
import { emptyFolder, write } from "./pipeline-folder.ts";

/** A status and a JSON body, or no answer at all. */
export type Reply = readonly [status: number, body: unknown] | "silence";

/** Replies by path without query, for each server. */
export interface World {
	readonly worker: Readonly<Record<string, Reply>>;
	readonly relay: Readonly<Record<string, Reply>>;
	readonly cluster: Readonly<Record<string, Reply>>;
	/** Files beside the pipeline. */
	readonly files: Readonly<Record<string, string>>;
}

/** Of the relay in the cluster. WORKER is the worker's address. */
export const RELAY_SETTINGS = {
	HEALER_URL: "WORKER",
	HEALER_REPOSITORIES: "5dlabs/*",
	HEALER_GITHUB_APPS: "5DLabs-Rex,5DLabs-Atlas",
};

const CLUSTER = {
	"/version": [200, { gitVersion: "v1.34.4" }],
	"/api/v1/namespaces/cto": [200, { metadata: { name: "cto" } }],
	"/apis/agents.platform/v1": [200, { resources: [{ name: "coderuns" }] }],
	"/api/v1/namespaces/cto/serviceaccounts/healer-relay": [200, { metadata: { name: "healer-relay" } }],
	"/apis/authorization.k8s.io/v1/selfsubjectaccessreviews": [201, { status: { allowed: true } }],
	"/apis/authorization.k8s.io/v1/subjectaccessreviews": [201, { status: { allowed: true } }],
	"/apis/apps/v1/namespaces/cto/deployments/healer-relay": [
		200,
		{
			spec: {
				template: { spec: { containers: [{ name: "relay", envFrom: [{ configMapRef: { name: "settings" } }] }] } },
			},
		},
	],
	"/api/v1/namespaces/cto/configmaps/settings": [200, { data: RELAY_SETTINGS }],
} as const;

const WRANGLER = '[vars]\nRELAY_URL = "http://healer-relay.cto.svc.cluster.local:8788"\n';

const SMALL = path.join(import.meta.dirname, "../cases/diagnostics/good");

/** A folder with a pipeline of two agents, which is built in no time. Returns the pipeline's path. */
export function smallPipeline(edit: (text: string) => string = (text) => text): string {
	const folder = emptyFolder();
	cpSync(path.join(SMALL, "prompts"), path.join(folder, "prompts"), { recursive: true });
	return write(folder, "pipeline.yaml", edit(readFileSync(path.join(SMALL, "pipeline.yaml"), "utf8")));
}

/** Everything works, and agrees: what each test then breaks. */
export function goodWorld(version: string): World {
	return {
		worker: {
			"/health": [200, { status: "ok" }],
			"/api/status": [200, { pipeline: version }],
			"/api/remediate/ci-failure": [400, {}],
			"/api/outcomes": [422, {}],
			"/webhooks/github": [202, {}],
		},
		relay: { "/livez": [200, {}], "/readyz": [200, {}], "/v1/context": [200, {}] },
		cluster: CLUSTER,
		files: {
			"wrangler.toml": WRANGLER,
			"deploy/relay/kustomization.yaml": "namespace: cto\n",
			"deploy/tunnel/kustomization.yaml": "namespace: cto\n",
		},
	};
}

/** With other replies or files. */
export function changed(world: World, changes: Partial<World>): World {
	return {
		worker: { ...world.worker, ...changes.worker },
		relay: { ...world.relay, ...changes.relay },
		cluster: { ...world.cluster, ...changes.cluster },
		files: { ...world.files, ...changes.files },
	};
}

/** Serves the world until the test ends, and writes the files into a folder; returns doctor's environment for them. */
export async function serveWorld(world: World, folder: string): Promise<Readonly<Record<string, string>>> {
	const worker = await serve(world.worker, "");
	const [relay, cluster] = [await serve(world.relay, worker), await serve(world.cluster, worker)];
	for (const [name, text] of Object.entries(world.files)) write(folder, name, text);
	const user = { name: "me", user: { token: "t" } };
	const kubeconfig = {
		...{ "current-context": "c", users: [user], contexts: [{ name: "c", context: { cluster: "c", user: "me" } }] },
		clusters: [{ name: "c", cluster: { server: cluster, "insecure-skip-tls-verify": true } }],
	};
	return {
		HEALER_URL: worker,
		RELAY_URL: relay,
		KUBECONFIG: write(emptyFolder(), "kubeconfig", JSON.stringify(kubeconfig)),
		HEALER_STATE_DIR: path.join(folder, "state"),
	};
}

async function serve(replies: Readonly<Record<string, Reply>>, worker: string): Promise<string> {
	const headers = { "healer-version": "0.1.0", "healer-protocol": "2", "content-type": "application/json" };
	const server = createServer((request: IncomingMessage, response) => {
		const reply = replies[(request.url ?? "").replace(/\?.*/, "")] ?? [404, {}];
		if (reply === "silence") return;
		response.writeHead(reply[0], headers).end(JSON.stringify(reply[1]).replaceAll("WORKER", worker));
	}).listen(0, "127.0.0.1");
	await once(server, "listening");
	onTestFinished(() => {
		server.close();
		server.closeAllConnections();
	});
	return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
