import { type ChildProcess, spawn } from "node:child_process";
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { closeSync, openSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { request } from "node:https";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { makeFolder } from "../../relay/cluster/directory/make-folder.ts";
import { MINUTE_MS } from "../../wire/durations.ts";
import { fail, ok, type Result } from "../../wire/result.ts";
import { freePort } from "../state/free-port.ts";
import type { ClusterBinaries } from "./cluster-binaries.ts";

/**
 * A real kube-apiserver and etcd on loopback. There is no controller and no kubelet: objects are stored, nothing runs.
 */
export interface LocalCluster {
	/** An administrator's kubeconfig file. */
	readonly kubeconfig: string;
	readonly server: string;
	/** Stops only the API server, like an outage; etcd keeps everything. */
	stopApiServer(): Promise<void>;
	/** Restarts it on the same port. */
	startApiServer(): Promise<Result<void>>;
	stop(): Promise<void>;
}

const READY_WITHIN_MS = MINUTE_MS;

/** Starts both with all their state under `folder`; ready when `/readyz` succeeds (3 to 10 s). */
export async function startLocalCluster(folder: string, binaries: ClusterBinaries): Promise<Result<LocalCluster>> {
	await makeFolder(folder, 0o700);
	const client = await freePort(0, "etcd");
	const peer = await freePort(0, "etcd");
	const secure = await freePort(0, "kube-apiserver");
	if (!client.ok) return client;
	if (!peer.ok) return peer;
	if (!secure.ok) return secure;
	const ports = { client: client.value, peer: peer.value, api: secure.value };
	const token = randomBytes(24).toString("hex");
	await writeCredentials(folder, token);

	const server = `https://127.0.0.1:${ports.api}`;
	const kubeconfig = path.join(folder, "kubeconfig");
	await writeFile(kubeconfig, kubeconfigText(server, path.join(folder, "certs", "apiserver.crt"), token), {
		mode: 0o600,
	});

	const etcd = start(binaries.etcd, etcdFlags(folder, ports), path.join(folder, "etcd.log"));
	let api: ChildProcess | undefined;
	const cluster: LocalCluster = {
		kubeconfig,
		server,
		async startApiServer() {
			const log = path.join(folder, "apiserver.log");
			api = start(binaries["kube-apiserver"], apiServerFlags(folder, ports), log);
			return waitUntilReady(server, folder, api, log);
		},
		stopApiServer: () => end(api),
		async stop() {
			await end(api);
			await end(etcd);
		},
	};
	const ready = await cluster.startApiServer();
	if (ready.ok) return ok(cluster);
	await cluster.stop();
	return ready;
}

/** The key that signs ServiceAccount tokens, and the administrator's token. */
async function writeCredentials(folder: string, token: string): Promise<void> {
	const { privateKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
	const pem = privateKey.export({ type: "sec1", format: "pem" });
	await writeFile(path.join(folder, "sa.key"), pem, { mode: 0o600 });
	await writeFile(path.join(folder, "tokens.csv"), `${token},admin,admin,"system:masters"\n`, { mode: 0o600 });
}

interface Ports {
	readonly client: number;
	readonly peer: number;
	readonly api: number;
}

function etcdFlags(folder: string, ports: Ports): string[] {
	const client = `http://127.0.0.1:${ports.client}`;
	const peer = `http://127.0.0.1:${ports.peer}`;
	return [
		...["--name", "local", "--data-dir", path.join(folder, "etcd"), "--log-level", "warn", "--log-outputs", "stderr"],
		// Nothing here has to survive a power failure.
		"--unsafe-no-fsync",
		...["--listen-client-urls", client, "--advertise-client-urls", client],
		...["--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer, "--initial-cluster", `local=${peer}`],
	];
}

function apiServerFlags(folder: string, ports: Ports): string[] {
	const key = path.join(folder, "sa.key");
	return [
		...["--etcd-servers", `http://127.0.0.1:${ports.client}`, "--secure-port", String(ports.api)],
		// The advertised address becomes the IP name in the server's self-signed certificate.
		...["--bind-address", "127.0.0.1", "--advertise-address", "127.0.0.1", "--cert-dir", path.join(folder, "certs")],
		// Loopback is not a valid Endpoints address.
		...["--endpoint-reconciler-type", "none", "--service-cluster-ip-range", "10.0.0.0/24"],
		...["--authorization-mode", "RBAC", "--token-auth-file", path.join(folder, "tokens.csv")],
		// Without a controller, the default ServiceAccounts that this plugin requires of every Pod do not exist.
		...["--disable-admission-plugins", "ServiceAccount"],
		...["--service-account-issuer", "https://kubernetes.default.svc"],
		...["--service-account-signing-key-file", key, "--service-account-key-file", key],
		"--profiling=false",
	];
}

function start(program: string, flags: readonly string[], log: string): ChildProcess {
	const file = openSync(log, "a");
	const child = spawn(program, flags, { stdio: ["ignore", file, file] });
	closeSync(file);
	// A crash of this process must not leave a cluster behind.
	const kill = () => void child.kill("SIGKILL");
	process.once("exit", kill);
	child.once("exit", () => process.removeListener("exit", kill));
	child.once("error", () => process.removeListener("exit", kill));
	return child;
}

async function end(child: ChildProcess | undefined): Promise<void> {
	if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
	const ended = new Promise((resolve) => child.once("exit", resolve));
	child.kill("SIGTERM");
	if (await Promise.race([ended.then(() => true), delay(10_000, false, { ref: false })])) return;
	child.kill("SIGKILL");
	await ended;
}

async function waitUntilReady(server: string, folder: string, api: ChildProcess, log: string): Promise<Result<void>> {
	const deadline = performance.now() + READY_WITHIN_MS;
	while (performance.now() < deadline) {
		if (api.exitCode !== null) break;
		// The certificate file holds the leaf and the temporary authority that signed it.
		const ca = await readFile(path.join(folder, "certs", "apiserver.crt")).catch(() => undefined);
		if (ca !== undefined && (await answersReady(server, ca))) return ok(undefined);
		await delay(50);
	}
	const tail = (await readFile(log, "utf8").catch(() => "")).slice(-2_000);
	return fail(`kube-apiserver did not become ready; the end of ${log}:\n${tail}`);
}

function answersReady(server: string, ca: Buffer): Promise<boolean> {
	return new Promise((resolve) => {
		const asked = request(`${server}/readyz`, { ca, timeout: 2_000 }, (response) => {
			response.resume();
			resolve(response.statusCode === 200);
		});
		asked.on("error", () => resolve(false));
		asked.on("timeout", () => asked.destroy());
		asked.end();
	});
}

function kubeconfigText(server: string, ca: string, token: string): string {
	return `apiVersion: v1
kind: Config
clusters: [{name: local, cluster: {server: ${JSON.stringify(server)}, certificate-authority: ${JSON.stringify(ca)}}}]
users: [{name: admin, user: {token: ${JSON.stringify(token)}}}]
contexts: [{name: local, context: {cluster: local, user: admin, namespace: default}}]
current-context: local
`;
}
