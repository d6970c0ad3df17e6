import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { CoreV1Api, KubeConfig } from "@kubernetes/client-node";
import { describe, expect, it, onTestFinished } from "vitest";
import { namespaceOf } from "./support/namespace.ts";

const BIN = path.join(import.meta.dirname, "..", "..", "cli", "bin.js");

describe("healer cluster", () => {
	it("runs an API server that serves CodeRuns, prints how to use it, and stops on Ctrl-C", async () => {
		const state = await mkdtemp(path.join(tmpdir(), "healer-cluster-"));
		onTestFinished(() => rm(state, { recursive: true, force: true }));
		const child = spawn(process.execPath, [BIN, "cluster", "--namespace", "mine"], {
			stdio: ["ignore", "pipe", "inherit"],
			env: { ...process.env, HEALER_STATE_DIR: state },
		});
		const ended = new Promise((resolve) => child.once("exit", resolve));
		onTestFinished(() => void child.kill("SIGKILL"));
		let output = "";
		child.stdout.on("data", (chunk) => {
			output += chunk;
		});
		await expect.poll(() => output, { timeout: 60_000 }).toContain("Ctrl-C ends it.");
		expect(output).toContain("HEALER_SINK=kubernetes HEALER_NAMESPACE=mine npm start");

		const kubeConfig = new KubeConfig();
		kubeConfig.loadFromFile(path.join(state, "cluster", "kubeconfig"));
		expect(await namespaceOf(kubeConfig, "mine").coderuns()).toEqual([]);
		child.kill("SIGINT");
		expect(await ended).toBe(0);
		await expect(kubeConfig.makeApiClient(CoreV1Api).listNamespace()).rejects.toThrow();
	});
});
