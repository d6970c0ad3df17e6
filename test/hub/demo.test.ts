import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { IncidentDetail, TitledIncident } from "../../worker/api/shapes.ts";
import { freePort } from "../support/free-port.ts";
import { eventually } from "./eventually.ts";
import { cleanEnvironment, ROOT } from "./hub-process.ts";

// Half a minute on two idle cores; this is for a busy machine.
const WITHIN_MS = 600_000;

/** Every status that lasts: `accepted` is over within seconds. */
const STATUSES = [
	"awaiting_ci",
	"awaiting_merge",
	"cancelled",
	"dead",
	"escalated",
	"failed",
	"fixed",
	"running",
	"superseded",
	"unverified",
	"waiting",
];

let url: string;
let stateDir: string;
let output = "";
let demo: ReturnType<typeof spawn>;
let incidents: readonly TitledIncident[];

beforeAll(async () => {
	const port = await freePort();
	url = `http://127.0.0.1:${port}`;
	stateDir = path.join(mkdtempSync(path.join(tmpdir(), "healer-demo-test-")), "demo");
	const options = ["--port", String(port), "--state-dir", stateDir, "--now", "2026-11-30T09:00:00Z"];
	demo = spawn(process.execPath, ["cli/main.ts", "demo", ...options], {
		cwd: ROOT,
		// An address that answers nobody: a demo that asked GitHub or a cluster of the caller's would fail.
		env: { ...cleanEnvironment(), GITHUB_API_URL: "http://127.0.0.1:1", KUBECONFIG: "/nonexistent/config" },
		stdio: ["ignore", "pipe", "pipe"],
	});
	for (const stream of [demo.stdout, demo.stderr]) stream?.on("data", (chunk) => (output += chunk));
	await eventually(
		() => {
			if (demo.exitCode !== null) throw new Error(`the demo ended with ${demo.exitCode}:\n${output}`);
			return output.includes(`Healer's demo is ready on ${url}\n`);
		},
		() => `the ready line in\n${output}`,
		WITHIN_MS,
	);
	({ incidents } = await get<{ readonly incidents: readonly TitledIncident[] }>("/api/incidents?limit=200&with=title"));
}, WITHIN_MS + 10_000);
afterAll(() => void demo.kill("SIGKILL"));

describe("healer demo", () => {
	it("shows every status that lasts", () => {
		expect([...new Set(incidents.map(({ status }) => status))].toSorted()).toEqual(STATUSES);
	});

	it("has a week of incidents in five repositories, by six agents", () => {
		expect(incidents.length).toBe(32);
		expect(new Set(incidents.map(({ repository }) => repository))).toEqual(
			new Set(["acme/shop", "acme/web", "acme/api", "acme/infra", "acme/handbook"]),
		);
		expect(new Set(incidents.map(({ agent }) => agent))).toEqual(
			new Set(["rex", "blaze", "bolt", "cipher", "gopher", "atlas"]),
		);
		expect(incidents.at(-1)?.created_at).toBe("2026-11-23T11:00:00.000Z");
	});

	it("shows the same incident, with the same line of its log, each time", async () => {
		const clippy = await ofRun("19584020113");
		expect(clippy).toMatchObject({
			id: "e936a37114e9e3ec163a1561277c4d1b",
			status: "fixed",
			agent: "rex",
			failure_type: "rust_clippy",
			pr_number: 812,
		});
		expect(JSON.stringify(clippy.context)).toContain("rust-clippy/rust-1.95.0/index.html#must_use_candidate");
	});

	it("has corrections, retries, and an escalation that GitHub's stand-in has a comment of", async () => {
		expect(await ofRun("19584380931")).toMatchObject({ agent: "bolt", attempt: 2, rule: "retry" });
		expect((await ofRun("19584233018")).escalation_url).toBe("https://github.com/acme/api/pull/381#issuecomment-5001");
	});

	it("names three things to try", () => {
		expect(output).toMatch(/Three things to try:\n {2}1\. .*\n {2}2\. .*npx healer insights.*\n {2}3\. .*pipeline\.yaml/);
	});

	it("ends on Ctrl-C, and keeps the folder that it was given", async () => {
		demo.kill("SIGINT");
		await eventually(() => demo.exitCode !== null, "its end");
		expect(demo.exitCode).toBe(0);
		expect(existsSync(path.join(stateDir, "pipeline.yaml"))).toBe(true);
		expect(readFileSync(path.join(stateDir, "state/hub.log"), "utf8")).not.toContain("api.github.com");
	});
});

async function ofRun(run: string): Promise<IncidentDetail> {
	const id = incidents.find(({ run_id }) => run_id === run)?.id;
	return await get<IncidentDetail>(`/api/incidents/${id}`);
}

async function get<T>(route: string): Promise<T> {
	return (await (await fetch(url + route)).json()) as T;
}
