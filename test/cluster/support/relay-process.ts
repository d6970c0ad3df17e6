import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import type { KubeConfig, V1PolicyRule } from "@kubernetes/client-node";
import { onTestFinished } from "vitest";
import { signMessage } from "../../../wire/signature.ts";
import type { SpawnRequest, SpawnResult } from "../../../wire/spawn.ts";
import { spawnResultSchema } from "../../../wire/spawn.ts";
import { SECRETS } from "./stand-in-worker.ts";

const MAIN = path.join(import.meta.dirname, "..", "..", "..", "relay", "main.ts");
const SHIFTED_CLOCK = new URL("shifted-clock.ts", import.meta.url).href;

/** The permissions that a relay needs in its namespace. */
export const RELAY_RULES: readonly V1PolicyRule[] = [
	{
		apiGroups: ["coordination.k8s.io"],
		resources: ["leases"],
		verbs: ["get", "list", "create", "update", "patch", "delete"],
	},
	{
		apiGroups: ["agents.platform"],
		resources: ["coderuns"],
		verbs: ["get", "list", "watch", "create", "patch", "delete"],
	},
];

export interface RelayProcess {
	readonly url: string;
	readonly pid: number;
	/** Kills it as the out-of-memory killer would. */
	kill(): Promise<void>;
	/** Stops it as Kubernetes does; returns the exit code. */
	terminate(): Promise<number | null>;
}

/** A relay as its own process on any free port; its clock can be ahead of all others. */
export async function startRelayProcess(
	kubeConfig: KubeConfig,
	namespace: string,
	workerUrl: string,
	clock_ahead_ms = 0,
): Promise<RelayProcess> {
	const folder = await mkdtemp(path.join(tmpdir(), "healer-relay-"));
	const file = path.join(folder, "kubeconfig");
	await writeFile(file, kubeConfig.exportConfig(), { mode: 0o600 });
	const child = spawn(process.execPath, ["--import", `${SHIFTED_CLOCK}?ms=${clock_ahead_ms}`, MAIN], {
		stdio: ["ignore", "pipe", "inherit"],
		env: {
			KUBECONFIG: file,
			HEALER_SINK: "kubernetes",
			HEALER_NAMESPACE: namespace,
			HEALER_URL: workerUrl,
			HEALER_WIRE_SECRETS: SECRETS.join(","),
			HEALER_REPOSITORIES: "5dlabs/cto",
			HEALER_GITHUB_APPS: "*",
			HEALER_RELAY_PORT: "0",
		},
	});
	const ended = new Promise<number | null>((resolve) => child.once("exit", resolve));
	const end = (signal: NodeJS.Signals) => {
		child.kill(signal);
		return ended;
	};
	onTestFinished(async () => {
		await end("SIGKILL");
		await rm(folder, { recursive: true, force: true });
	});
	return {
		url: await readyUrl(child, ended),
		pid: child.pid ?? 0,
		kill: async () => void (await end("SIGKILL")),
		terminate: () => end("SIGTERM"),
	};
}

/** Posts a request as the worker does. Returns the status of an answer that is not a result, 0 without an answer. */
export async function postSpawn(
	url: string,
	request: SpawnRequest,
	secrets: readonly string[] = SECRETS,
): Promise<SpawnResult | { readonly status: number }> {
	const body = JSON.stringify(request);
	const id = `${request.incident_id}.${request.attempt}`;
	try {
		const headers = signMessage(secrets, { id, at: Date.now() / 1000, body });
		const signal = AbortSignal.timeout(30_000);
		const response = await fetch(`${url}/v1/spawn`, { method: "POST", headers, body, signal });
		const answer: unknown = await response.json();
		return response.ok ? spawnResultSchema.parse(answer) : { status: response.status };
	} catch (error) {
		if (error instanceof TypeError || error instanceof DOMException) return { status: 0 };
		throw error;
	}
}

async function readyUrl(child: ChildProcess, ended: Promise<unknown>): Promise<string> {
	if (child.stdout === null) throw new Error("the relay's output is not read");
	const lines = createInterface(child.stdout);
	const ready = new Promise<string>((resolve) => {
		lines.on("line", (line) => {
			const entry: { message?: string; url?: string } = JSON.parse(line);
			if (entry.message === "relay ready" && entry.url !== undefined) resolve(entry.url);
		});
	});
	const died = ended.then(() => {
		throw new Error("the relay ended before it was ready");
	});
	return Promise.race([ready, died]);
}
