import { type ChildProcess, spawn } from "node:child_process";
import { createHmac, randomUUID } from "node:crypto";
import { copyFileSync, cpSync, mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseEnv } from "node:util";
import { freePort } from "../support/free-port.ts";
import { eventually } from "./eventually.ts";

export const ROOT = path.join(import.meta.dirname, "../..");

/** The home of a hub under test: a folder with its own copy of the shipped pipeline, and two free ports. */
export interface Home {
	readonly stateDir: string;
	readonly pipelineFile: string;
	readonly port: number;
	readonly relayPort: number;
	readonly url: string;
}

export async function makeHome(): Promise<Home> {
	const folder = mkdtempSync(path.join(tmpdir(), "healer-hub-"));
	copyFileSync(path.join(ROOT, "pipeline.yaml"), path.join(folder, "pipeline.yaml"));
	cpSync(path.join(ROOT, "prompts"), path.join(folder, "prompts"), { recursive: true });
	const [port, relayPort] = [await freePort(), await freePort()];
	return {
		stateDir: path.join(folder, "state"),
		pipelineFile: path.join(folder, "pipeline.yaml"),
		port,
		relayPort,
		url: `http://127.0.0.1:${port}`,
	};
}

export interface HubProcess {
	readonly child: ChildProcess;
	/** All output so far, of both streams. */
	output(): string;
	/** Waits for its end; returns the exit code, or the signal's name. */
	ended(): Promise<number | string | null>;
	/** Sends a signal to npm and everything that it started, like Ctrl-C or a machine that shuts down. */
	signalGroup(signal: NodeJS.Signals): void;
}

/**
 * Runs `npm start` in its own process group, as users do. Does not wait. `clone`: the folder to run it in, without
 * options. `preload`: a module that Node loads before the hub, which then runs without npm.
 */
export function startHub(
	home: Home,
	env: Readonly<Record<string, string>> = {},
	clone?: string,
	preload?: string,
): HubProcess {
	const options = clone === undefined ? ["--pipeline", home.pipelineFile] : [];
	const [program, args] =
		preload === undefined
			? ["npm", ["start", "--", ...options]]
			: [process.execPath, ["--import", preload, "cli/main.ts", "start", ...options]];
	const child = spawn(program, args, {
		cwd: clone ?? ROOT,
		detached: true,
		stdio: ["ignore", "pipe", "pipe"],
		env: { ...cleanEnvironment(), ...environmentOf(home), ...env },
	});
	let output = "";
	for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (output += chunk));
	const { promise: ended, resolve } = Promise.withResolvers<number | string | null>();
	child.on("exit", (code, signal) => resolve(code ?? signal));
	return {
		child,
		output: () => output,
		ended: () => ended,
		signalGroup: (signal) => signalGroup(child.pid, signal),
	};
}

function signalGroup(pid: number | undefined, signal: NodeJS.Signals): void {
	if (pid === undefined) return;
	try {
		process.kill(-pid, signal);
	} catch (error) {
		// ESRCH: everything in the group has ended already.
		if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
	}
}

/** Runs `npm start`, and waits for the line that says it is ready. */
export async function startReadyHub(
	home: Home,
	env: Readonly<Record<string, string>> = {},
	clone?: string,
	preload?: string,
): Promise<HubProcess> {
	const hub = startHub(home, env, clone, preload);
	await eventually(
		() => {
			if (hub.child.exitCode !== null) throw new Error(`the hub ended with ${hub.child.exitCode}:\n${hub.output()}`);
			return hub.output().includes(`Healer is ready on ${home.url}\n`);
		},
		() => `the ready line in\n${hub.output()}`,
	);
	return hub;
}

export function environmentOf(home: Home): Record<string, string> {
	return {
		HEALER_PORT: String(home.port),
		HEALER_RELAY_PORT: String(home.relayPort),
		HEALER_STATE_DIR: home.stateDir,
	};
}

export interface Answer {
	readonly status: number;
	readonly body: { readonly status?: string; readonly incident_id?: string; readonly reason?: string };
}

/** Signs a payload with the hub's own secret and posts it as GitHub would. */
export async function deliver(
	home: Home,
	event: string,
	payload: unknown,
	delivery: string = randomUUID(),
): Promise<Answer> {
	const body = JSON.stringify(payload);
	const response = await fetch(`${home.url}/webhooks/github`, {
		method: "POST",
		body,
		headers: {
			"content-type": "application/json",
			"x-github-event": event,
			"x-github-delivery": delivery,
			"x-hub-signature-256": `sha256=${createHmac("sha256", webhookSecret(home)).update(body).digest("hex")}`,
		},
	});
	return { status: response.status, body: (await response.json()) as Answer["body"] };
}

export async function getJson(home: Home, route: string): Promise<unknown> {
	return await (await fetch(`${home.url}${route}`)).json();
}

/** Names of the CodeRuns created so far. */
export function codeRuns(home: Home): string[] {
	try {
		return readdirSync(path.join(home.stateDir, "coderuns")).filter((name) => name.endsWith(".yaml"));
	} catch {
		return [];
	}
}

function webhookSecret(home: Home): string {
	return parseEnv(readFileSync(path.join(home.stateDir, "secrets.env"), "utf8")).GITHUB_WEBHOOK_SECRET ?? "";
}

/** Without the variables of the calling npm and Healer. */
export function cleanEnvironment(): Record<string, string> {
	const kept = Object.entries(process.env).filter(
		([name]) => !/^(npm_|HEALER_|GITHUB_|NODE_OPTIONS|VITEST)/.test(name),
	);
	return Object.fromEntries(kept) as Record<string, string>;
}
