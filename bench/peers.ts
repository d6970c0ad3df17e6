import { type ChildProcess, execFile, spawn } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { treeMicroseconds } from "./process-tree.ts";
import { freePort, type WorkerdProcess } from "./workerd-process.ts";
import { SECRET } from "./workers.ts";

/** A receiver of webhooks that others built, in Node. */
export interface Peer {
	readonly name: string;
	readonly server: Pick<WorkerdProcess, "url" | "cpuMicroseconds" | "stop">;
}

const PACKAGES = ["@octokit/webhooks@14.2.0", "probot@14.3.2"];

/** Answers a GET by itself, which tells that it has started. */
const SERVE = `createServer((request, response) => (request.method === "POST" ? middleware(request, response) : response.end()))
	.listen(Number(process.env.PORT), "127.0.0.1");`;

/** Verifies, parses and hands on to one listener: no more than Healer does before its pipeline. */
const SERVERS: Readonly<Record<string, string>> = {
	"@octokit/webhooks": `
import { createServer } from "node:http";
import { createNodeMiddleware, Webhooks } from "@octokit/webhooks";
const webhooks = new Webhooks({ secret: process.env.WEBHOOK_SECRET });
webhooks.on("workflow_job.completed", () => {});
const middleware = createNodeMiddleware(webhooks, { path: "/webhooks/github" });
${SERVE}`,
	Probot: `
import { createServer } from "node:http";
import { createNodeMiddleware, createProbot } from "probot";
const { WEBHOOK_SECRET: secret, PRIVATE_KEY: privateKey } = process.env;
const probot = createProbot({ overrides: { appId: "1", privateKey, secret, logLevel: "error" } });
const app = (probot) => probot.on("workflow_job.completed", () => {});
const middleware = await createNodeMiddleware(app, { probot, webhooksPath: "/webhooks/github" });
${SERVE}`,
};

/**
 * Installs the peers in a folder of their own, which is deleted in the end: Healer needs none of them. Without a registry there
 * are none.
 */
export async function startPeers(): Promise<{ readonly peers: readonly Peer[]; stop(): Promise<void> }> {
	const folder = await mkdtemp(path.join(tmpdir(), "healer-bench-peers-"));
	const peers: Peer[] = [];
	const stop = async () => {
		for (const { server } of peers) await server.stop();
		await rm(folder, { recursive: true, force: true });
	};
	try {
		const options = ["--prefix", folder, "--no-audit", "--no-fund", "--ignore-scripts"];
		await promisify(execFile)("npm", ["install", ...options, ...PACKAGES], { timeout: 120_000 });
	} catch (cause) {
		console.error(`the peers are not measured, because npm did not install them: ${String(cause).split("\n", 1)[0]}`);
		return { peers, stop };
	}
	try {
		for (const [name, script] of Object.entries(SERVERS)) {
			peers.push({ name, server: await startNode(path.join(folder, `${peers.length}.mjs`), script) });
		}
	} catch (cause) {
		await stop();
		throw cause;
	}
	return { peers, stop };
}

async function startNode(file: string, script: string): Promise<Peer["server"]> {
	await writeFile(file, script);
	const port = await freePort();
	const key = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({ type: "pkcs1", format: "pem" });
	const child = spawn(process.execPath, [file], {
		stdio: ["ignore", "ignore", "inherit"],
		env: { PATH: process.env.PATH, PORT: String(port), WEBHOOK_SECRET: SECRET, PRIVATE_KEY: String(key) },
	});
	const url = `http://127.0.0.1:${port}/`;
	await answers(url, child);
	return {
		url,
		cpuMicroseconds: () => (isReadable(child.pid) ? treeMicroseconds(child.pid ?? 0) : undefined),
		async stop() {
			child.kill("SIGKILL");
			if (child.exitCode === null && child.signalCode === null)
				await new Promise((resolve) => child.once("exit", resolve));
		},
	};
}

/** Some systems have no `/proc`. */
function isReadable(pid: number | undefined): boolean {
	try {
		return readFileSync(`/proc/${pid}/stat`) !== undefined;
	} catch {
		return false;
	}
}

async function answers(url: string, child: ChildProcess): Promise<void> {
	const deadline = performance.now() + 20_000;
	while (child.exitCode === null && performance.now() < deadline) {
		const response = await fetch(url).catch(() => undefined);
		await response?.body?.cancel();
		if (response !== undefined) return;
		await sleep(10);
	}
	child.kill("SIGKILL");
	throw new Error(`the server at ${url} does not answer`);
}
