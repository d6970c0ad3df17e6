import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { describe, expect, it, onTestFinished } from "vitest";
import { parse } from "yaml";
import { createMetrics, readMetrics } from "../../relay/metrics.ts";
import { metrics } from "../../worker/api/metrics/metrics.ts";
import { workflowJob } from "../hub/failing-run.ts";
import { codeRuns, deliver, getJson, makeHome, ROOT, startReadyHub } from "../hub/hub-process.ts";
import { provideDebianProgram } from "./servers/debian-programs.ts";
import { type RunningServer, startServer } from "./servers/running-server.ts";

const FOLDER = path.join(ROOT, "deploy/observability");

async function promtool(...args: readonly string[]): Promise<string> {
	const program = await provideDebianProgram("promtool");
	const { stdout } = await promisify(execFile)(program, [...args], { cwd: FOLDER });
	return stdout;
}

/** A real Prometheus that scrapes a hub's worker and relay every second, with the shipped rules. */
async function startScraping(worker: string, relay: string, token: string): Promise<RunningServer> {
	const folder = await mkdtemp(path.join(tmpdir(), "healer-rules-"));
	await cp(path.join(FOLDER, "rules.yaml"), path.join(folder, "rules.yaml"));
	await writeFile(path.join(folder, "token"), token);
	const config = {
		global: { scrape_interval: "1s", evaluation_interval: "1s" },
		rule_files: [path.join(folder, "rules.yaml")],
		scrape_configs: [
			{
				job_name: "healer",
				authorization: { credentials_file: path.join(folder, "token") },
				static_configs: [{ targets: [worker] }],
			},
			{ job_name: "healer-relay", static_configs: [{ targets: [relay] }] },
		],
	};
	await writeFile(path.join(folder, "prometheus.yml"), JSON.stringify(config));
	const server = await startServer(
		await provideDebianProgram("prometheus"),
		async ({ folder: data, port }) => ({
			args: [
				`--config.file=${path.join(folder, "prometheus.yml")}`,
				`--storage.tsdb.path=${data}`,
				`--web.listen-address=127.0.0.1:${port}`,
			],
		}),
		async (url) => (await fetch(`${url}/-/ready`)).ok,
	);
	onTestFinished(async () => {
		await server.stop();
		await rm(folder, { recursive: true, force: true });
	});
	return server;
}

async function ask<T>(prometheus: RunningServer, route: string): Promise<T> {
	const response = await fetch(`${prometheus.url}/api/v1/${route}`);
	return ((await response.json()) as { data: T }).data;
}

/** The value of a query that has one result; undefined if it has none. */
async function sampleOf(prometheus: RunningServer, query: string): Promise<number | undefined> {
	const { result } = await ask<{ result: { value: [number, string] }[] }>(
		prometheus,
		`query?query=${encodeURIComponent(query)}`,
	);
	return result[0] === undefined ? undefined : Number(result[0].value[1]);
}

interface RuleState {
	readonly name: string;
	readonly state: string;
	readonly health: string;
}

async function rulesOf(prometheus: RunningServer): Promise<readonly RuleState[]> {
	const { groups } = await ask<{ groups: { rules: RuleState[] }[] }>(prometheus, "rules");
	return groups.flatMap(({ rules }) => rules);
}

describe("deploy/observability", () => {
	it("is what Prometheus accepts, and each alert fires when it should", async () => {
		expect(await promtool("check", "rules", "rules.yaml")).toContain("19 rules found");
		expect(await promtool("check", "config", "--syntax-only", "scrape.yaml")).toContain("is valid");
		expect(await promtool("test", "rules", "rules.test.yaml")).toContain("SUCCESS");
	});

	it("finds everything that rules and dashboard ask for, at a real worker and a real relay", async () => {
		const home = await makeHome();
		const hub = await startReadyHub(home, { HEALER_READ_TOKENS: "token-of-prometheus" });
		onTestFinished(async () => {
			hub.signalGroup("SIGTERM");
			await hub.ended();
		});
		const relay = `127.0.0.1:${home.relayPort}`;
		const prometheus = await startScraping(`127.0.0.1:${home.port}`, relay, "token-of-prometheus");
		const { body } = await deliver(home, "workflow_job", workflowJob({ runId: 4711, branch: "feature/login" }));
		const counted = [
			'healer_deliveries_total{outcome="accepted"}',
			'healer_incidents{status="running"}',
			"healer_incident_coderun_seconds_count",
			'healer_relay_spawn_results_total{result="created"}',
		];
		const values = () => Promise.all(counted.map((query) => sampleOf(prometheus, query)));
		await expect.poll(values, { timeout: 100_000, interval: 500 }).toEqual([1, 1, 1, 1]);
		expect(await sampleOf(prometheus, "min(up)")).toBe(1);
		expect(await sampleOf(prometheus, "healer_journal_up")).toBe(1);

		// One trace in the API, the CodeRun and the lines of worker and relay, which all have one schema.
		const { trace_id } = (await getJson(home, `/api/incidents/${body.incident_id}`)) as { trace_id: string };
		const [name = ""] = codeRuns(home);
		const { metadata: about, spec } = parse(readFileSync(path.join(home.stateDir, "coderuns", name), "utf8"));
		expect(spec.env.TRACEPARENT).toMatch(new RegExp(`^00-${trace_id}-[0-9a-f]{16}-01$`));
		expect(about.annotations["healer/traceparent"]).toBe(spec.env.TRACEPARENT);
		const lines = readFileSync(path.join(home.stateDir, "hub.log"), "utf8").trimEnd().split("\n");
		const logged = lines.map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
		for (const line of logged) {
			expect(line).toMatchObject({
				time: expect.stringMatching(/^2\d{3}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
				level: expect.stringMatching(/^(info|warn|error)$/),
				message: expect.stringMatching(/./),
			});
		}
		const traced = new Set(logged.filter((line) => line.trace_id === trace_id).map(({ message }) => message));
		expect([...traced]).toEqual(
			expect.arrayContaining(["delivery accepted", "incident processed", "spawn request answered"]),
		);

		// Every family, with its type and unit, as Prometheus itself read them.
		const metadata = await ask<Record<string, { type: string; unit: string }[]>>(prometheus, "metadata");
		expect(metadata).toMatchObject({
			healer_deliveries: [{ type: "counter", unit: "" }],
			healer_incident_fix_seconds: [{ type: "histogram", unit: "seconds" }],
			healer_journal_size_bytes: [{ type: "gauge", unit: "bytes" }],
			healer_relay_request_seconds: [{ type: "histogram", unit: "seconds" }],
		});
		const names = [...metrics, ...(await readMetrics(createMetrics()))].map(({ name }) => name);
		expect(
			Object.keys(metadata)
				.filter((name) => name.startsWith("healer_"))
				.toSorted(),
		).toEqual(names.toSorted());
		const rules = await rulesOf(prometheus);
		expect(rules).toHaveLength(19);
		expect(rules.filter(({ health }) => health === "err")).toEqual([]);
		expect(rules.filter(({ state }) => state === "firing")).toEqual([]);

		// Somebody who does not know the secret. The first one makes the series; from the second on it is an increase.
		const stateAfterForgery = async () => {
			const at = Math.floor(Date.now() / 1000);
			const forged = { "webhook-id": "x", "webhook-timestamp": `${at}`, "webhook-signature": "v1,x" };
			await fetch(`http://${relay}/v1/spawn`, { method: "POST", headers: forged, body: "{}" });
			return (await rulesOf(prometheus)).find(({ name }) => name === "HealerRelayRefusing")?.state;
		};
		await expect.poll(stateAfterForgery, { timeout: 60_000, interval: 500 }).toBe("pending");
	});
});
