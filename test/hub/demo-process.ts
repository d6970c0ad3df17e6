import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { freePort } from "../support/free-port.ts";
import { eventually } from "./eventually.ts";
import { cleanEnvironment, ROOT } from "./hub-process.ts";

/** When the history of every test's demo ends. */
export const DEMO_NOW = "2026-11-30T09:00:00Z";
/** Half a minute on two idle cores; this is for a busy machine. */
export const DEMO_WITHIN_MS = 600_000;

export interface DemoProcess {
	readonly url: string;
	/** The folder of `--state-dir`. */
	readonly folder: string;
	readonly child: ChildProcess;
	/** All output so far, of both streams. */
	output(): string;
}

/** Runs `healer demo`, and waits until it is ready. */
export async function startDemo(): Promise<DemoProcess> {
	const port = await freePort();
	const url = `http://127.0.0.1:${port}`;
	const folder = path.join(mkdtempSync(path.join(tmpdir(), "healer-demo-test-")), "demo");
	const options = ["--port", String(port), "--state-dir", folder, "--now", DEMO_NOW];
	const child = spawn(process.execPath, ["cli/main.ts", "demo", ...options], {
		cwd: ROOT,
		// Addresses that answer nobody: a demo that asked the caller's GitHub or cluster would fail.
		env: { ...cleanEnvironment(), GITHUB_API_URL: "http://127.0.0.1:1", KUBECONFIG: "/nonexistent/config" },
		stdio: ["ignore", "pipe", "pipe"],
	});
	let output = "";
	for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (output += chunk));
	await eventually(
		() => {
			if (child.exitCode !== null) throw new Error(`the demo ended with ${child.exitCode}:\n${output}`);
			return output.includes(`Healer's demo is ready on ${url}\n`);
		},
		() => `the ready line in\n${output}`,
		DEMO_WITHIN_MS,
	);
	return { url, folder, child, output: () => output };
}
