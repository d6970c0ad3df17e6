import { spawn } from "node:child_process";
import { chmodSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { freePort } from "../support/free-port.ts";
import { eventually } from "./eventually.ts";
import { type Clone, freshClone } from "./fresh-clone.ts";
import { cleanEnvironment, environmentOf, makeHome } from "./hub-process.ts";

const WIRE_SECRET = "whsec_aGVhbGVyLXRlc3Qtc2VjcmV0LW9mLTMyLWJ5dGVzISE=";

describe("a fresh clone after npm ci", () => {
	let clone: Clone;
	beforeAll(() => {
		clone = freshClone();
	});
	afterAll(() => clone.remove());

	it("is deployed by wrangler, which builds what the worker contains", async () => {
		expect(existsSync(path.join(clone.folder, "dist"))).toBe(false);
		const deploy = run("npx", ["wrangler", "deploy", "--dry-run", "--outdir", "dist/worker"]);
		expect([await deploy.ended, deploy.output()]).toEqual([0, expect.stringContaining("--dry-run: exiting now.")]);
		expect(deploy.output()).toContain("env.JOURNAL (healer-journal)");
		expect(existsSync(path.join(clone.folder, "dist/worker/index.js"))).toBe(true);
		expect(deploy.output()).not.toContain("npm start");
	});

	it("runs the worker alone with wrangler dev, which names npm start", async () => {
		const port = String(await freePort());
		const dev = run("npx", ["wrangler", "dev", "--port", port, "--inspector-port", "0"]);
		await eventually(
			() => dev.output().includes("The whole hub: npm start, or npm run dev"),
			() => dev.output(),
		);
		let health: Response | undefined;
		await eventually(
			async () => {
				health = await fetch(`http://127.0.0.1:${port}/health`).catch(() => undefined);
				return health !== undefined;
			},
			() => dev.output(),
		);
		expect([health?.status, await health?.text()]).toEqual([
			503,
			expect.stringContaining("no GITHUB_WEBHOOK_SECRET is set"),
		]);
	});

	it("runs the hub with npm run dev, and again after an edit", async () => {
		const home = await makeHome();
		const dev = run("npm", ["run", "dev"], environmentOf(home));
		const timesReady = (times: number) =>
			eventually(
				() => dev.output().split(`Healer is ready on ${home.url}\n`).length > times,
				() => dev.output(),
			);
		await timesReady(1);
		const file = path.join(clone.folder, "worker/index.ts");
		writeFileSync(file, `${readFileSync(file, "utf8")}\n// edited\n`);
		await timesReady(2);
	});

	it("builds with npm run image what the Dockerfile copies, and that runs as the image's command", async () => {
		const { args, dockerfile, context } = await buildImage("--tag", "ghcr.io/acme/healer-relay:0.1.0", "--push");
		expect(args).toEqual([
			...["build", "-f", "deploy/relay/Dockerfile", "dist"],
			...["--tag", "ghcr.io/acme/healer-relay:0.1.0", "--push"],
		]);
		const copied = [...dockerfile.matchAll(/^COPY (\S+) \.$/gm)].map(([, file = ""]) => file);
		const command: string[] = JSON.parse(/^CMD (.+)$/m.exec(dockerfile)?.[1] ?? "[]");
		expect([copied, command]).toEqual([["relay.mjs"], ["relay.mjs"]]);

		const image = mkdtempSync(path.join(tmpdir(), "healer-image-"));
		for (const file of copied) copyFileSync(path.join(context, file), path.join(image, file));
		const port = String(await freePort());
		const relay = run(
			process.execPath,
			command,
			{
				...{ HEALER_RELAY_PORT: port, HEALER_STATE_DIR: path.join(image, "state"), HEALER_WIRE_SECRETS: WIRE_SECRET },
				...{ HEALER_URL: "https://healer.acme.dev", HEALER_REPOSITORIES: "acme/*", HEALER_GITHUB_APPS: "Acme-Fixer" },
			},
			image,
		);
		await eventually(
			() => relay.output().includes("relay ready"),
			() => relay.output(),
		);
		const ready = await fetch(`http://127.0.0.1:${port}/readyz`);
		expect([ready.status, await ready.text()]).toEqual([200, "ok\n"]);
	});

	/** Runs `npm run image` with a docker that only writes down what it was asked. */
	async function buildImage(...options: readonly string[]) {
		const bin = mkdtempSync(path.join(tmpdir(), "healer-docker-"));
		mkdirSync(bin, { recursive: true });
		const program = path.join(bin, "docker");
		writeFileSync(program, `#!/bin/sh\nprintf '%s\\n' "$@" >'${bin}/arguments'\n`);
		chmodSync(program, 0o755);
		const npm = run("npm", ["run", "image", "--", ...options], { PATH: `${bin}:${process.env.PATH}` });
		expect([await npm.ended, npm.output()]).toEqual([0, expect.stringContaining("Wrote dist/relay.mjs.")]);
		const args = readFileSync(path.join(bin, "arguments"), "utf8").trim().split("\n");
		return {
			args,
			dockerfile: readFileSync(path.join(clone.folder, args[2] ?? ""), "utf8"),
			context: path.join(clone.folder, args[3] ?? ""),
		};
	}

	/** Runs a program until its end or the test's, with all that it starts. */
	function run(program: string, args: readonly string[], env: Record<string, string> = {}, cwd = clone.folder) {
		const child = spawn(program, args, {
			cwd,
			detached: true,
			stdio: ["ignore", "pipe", "pipe"],
			env: { ...cleanEnvironment(), WRANGLER_SEND_METRICS: "false", ...env },
		});
		let output = "";
		for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (output += chunk));
		const { promise: ended, resolve } = Promise.withResolvers<number | null>();
		child.on("exit", resolve);
		onTestFinished(async () => {
			if (child.exitCode === null && child.pid !== undefined) process.kill(-child.pid, "SIGTERM");
			await ended;
		});
		return { output: () => output, ended };
	}
});
