import { execFile } from "node:child_process";
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { eventually } from "./eventually.ts";
import { workflowJob } from "./failing-run.ts";
import {
	codeRuns,
	deliver,
	environmentOf,
	getJson,
	type Home,
	type HubProcess,
	makeHome,
	ROOT,
	startReadyHub,
} from "./hub-process.ts";

const run = promisify(execFile);

describe("npm start", () => {
	let home: Home;
	let hub: HubProcess;

	beforeAll(async () => {
		home = await makeHome();
		hub = await startReadyHub(home);
	});
	afterAll(async () => {
		hub.signalGroup("SIGKILL");
		await hub.ended();
	});

	it.each([
		["/", 200],
		["/health", 200],
		["/api/status", 200],
		["/webhooks/github", 405],
		["/nothing", 404],
	])("answers HEAD %s as GET, without the content", async (route, status) => {
		const response = await fetch(home.url + route, { method: "HEAD" });
		expect([response.status, await response.text()]).toEqual([status, ""]);
	});

	it("prints addresses and paths, and no secret", () => {
		expect(hub.output()).toContain(`${home.url}/webhooks/github`);
		expect(hub.output()).toContain("secrets.env");
		const secrets = readFileSync(path.join(home.stateDir, "secrets.env"), "utf8").match(/"[^"]+"/g) ?? [];
		expect(secrets).toHaveLength(3);
		for (const secret of secrets) expect(hub.output()).not.toContain(secret.slice(1, -1));
		expect(statSync(path.join(home.stateDir, "secrets.env")).mode & 0o777).toBe(0o600);
	});

	it("keeps everything in the state folder from other users: journal, WAL, logs and CodeRuns", () => {
		const names = readdirSync(home.stateDir, { recursive: true, encoding: "utf8" });
		expect(names.some((name) => name.endsWith(".sqlite-wal"))).toBe(true);
		const open = ["", ...names].filter((name) => {
			const found = statSync(path.join(home.stateDir, name), { throwIfNoEntry: false });
			return found !== undefined && (found.mode & 0o077) !== 0;
		});
		expect(open).toEqual([]);
	});

	it("creates one CodeRun from a signed delivery, for the right agent, and explains it", async () => {
		const answer = await deliver(home, "workflow_job", workflowJob({ runId: 4711, branch: "feature/login" }));
		expect(answer).toMatchObject({ status: 202, body: { status: "accepted" } });
		await eventually(() => codeRuns(home).length === 1, "a CodeRun");

		const [name] = codeRuns(home);
		const coderun = parse(readFileSync(path.join(home.stateDir, "coderuns", String(name)), "utf8"));
		expect(coderun).toMatchObject({
			apiVersion: "agents.platform/v1",
			kind: "CodeRun",
			metadata: {
				namespace: "cto",
				labels: {
					"app.kubernetes.io/name": "healer",
					"healer/agent": "rex",
					"healer/failure-type": "rust_clippy",
					"healer/workflow-run-id": "4711",
				},
			},
			spec: {
				service: "remediation",
				repositoryUrl: "https://github.com/5dlabs/cto",
				githubApp: "5DLabs-Rex",
				env: { FAILURE_TYPE: "rust_clippy", WORKFLOW_RUN_ID: "4711", PR_NUMBER: "0", TARGET_BRANCH: "master" },
			},
		});
		expect(Object.values(coderun.metadata.annotations)).toContain("feature/login");
		expect(coderun.spec.promptModification).toContain("Run cargo clippy");

		const detail = JSON.stringify(await getJson(home, `/api/incidents/${answer.body.incident_id}`));
		expect(detail).toContain('"rule":"allowed-repository"');
		expect(detail).toContain('"verdict":"true"');
		expect(detail).toContain(String(name).replace(".yaml", ""));
	});

	it("accepts a replayed file, and reports the second one as a duplicate", async () => {
		const payload = path.join(path.dirname(home.pipelineFile), "payload.json");
		writeFileSync(payload, JSON.stringify(workflowJob({ runId: 4712, branch: "feature/replay" })));
		const replay = () =>
			run("npx", ["healer", "replay", payload, "--event", "workflow_job"], {
				cwd: ROOT,
				env: { ...process.env, ...environmentOf(home) },
			});
		expect((await replay()).stdout).toMatch(/^202 .*"status":"accepted"/);
		expect((await replay()).stdout).toMatch(/^202 .*"status":"duplicate"/);
	});

	it("refuses a signature of another secret", async () => {
		const response = await fetch(`${home.url}/webhooks/github`, {
			method: "POST",
			body: "{}",
			headers: {
				"x-github-event": "ping",
				"x-github-delivery": "1",
				"x-hub-signature-256": `sha256=${"0".repeat(64)}`,
			},
		});
		expect(response.status).toBe(401);
	});

	it("learns of a finished CodeRun", async () => {
		const [name] = codeRuns(home);
		const coderun = String(name).replace(".yaml", "");
		await run("npx", ["healer", "finish", coderun, "--phase", "Failed"], {
			cwd: ROOT,
			env: { ...process.env, ...environmentOf(home) },
		});
		await eventually(async () => {
			const { incidents } = (await getJson(home, "/api/incidents")) as { incidents: Record<string, string>[] };
			return incidents.some(({ coderun_name, status }) => coderun_name === coderun && status !== "running");
		}, "another status than running");
	});

	it("stops on Ctrl-C, and leaves nothing running", async () => {
		hub.signalGroup("SIGINT");
		await hub.ended();
		await eventually(
			() =>
				fetch(`${home.url}/health`).then(
					() => false,
					() => true,
				),
			"the port is free again",
		);
		expect(hub.output()).toContain("Healer is stopping.");
	});
});
