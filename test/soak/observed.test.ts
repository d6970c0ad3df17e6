import { readFile, writeFile } from "node:fs/promises";
import { afterEach, describe, expect, it } from "vitest";
import { parseDocument } from "yaml";
import { eventually } from "../hub/eventually.ts";
import { workflowRun } from "../hub/failing-run.ts";
import { codeRuns, deliver, getJson, type Home, type HubProcess, makeHome, startReadyHub } from "../hub/hub-process.ts";
import { type GitHubMock, startGitHubMock } from "../support/github/github-mock.ts";
import { type LogServer, startLogServer } from "../support/github/log-server.ts";
import { putFailedRun } from "../support/github/put-failed-run.ts";
import { inParallel } from "../support/in-parallel.ts";

const DELIVERIES = 500;

/** A step and what it prints. */
interface Failure {
	readonly step: string;
	readonly log: string;
}

/** Of code: nothing in the cluster is evidence for them. */
const IN_CODE: readonly Failure[] = [
	{
		step: "Run cargo clippy",
		log: "error: this loop never actually loops\n  --> src/walk.rs:10:5\n  = help: for further information visit https://rust-lang.github.io/rust-clippy/master/index.html#never_loop\n",
	},
	{ step: "Run cargo build", log: "error[E0308]: mismatched types\n  --> src/clamp.rs:12:5\n" },
	{
		step: "Run npx tsc",
		log: "src/view.ts(3,7): error TS2322: Type 'string' is not assignable to type 'number'.\n",
	},
	{
		step: "Run cargo test",
		log: "test walk::loops ... FAILED\n\nthread 'walk::loops' panicked at src/walk.rs:40:9:\n",
	},
];
/** Of what runs in the cluster: that is asked for its state, in observe as in act. */
const IN_CLUSTER: readonly Failure[] = [
	{
		step: "Run helm lint",
		log: "Error: chart requires kubeVersion: >=1.30.0 which is incompatible with Kubernetes v1.29.0\n",
	},
];
const MORE = 10;

let hub: HubProcess | undefined;
let github: GitHubMock | undefined;
let storage: LogServer | undefined;
afterEach(async () => {
	hub?.signalGroup("SIGKILL");
	await hub?.ended();
	await storage?.close();
	await github?.close();
});

describe(`${DELIVERIES} deliveries in observe`, () => {
	it("ask nothing of the relay and write nothing on GitHub, and are decided as those in act", async () => {
		github = await startGitHubMock();
		storage = await startLogServer();
		const runs = Array.from({ length: DELIVERIES + MORE }, (_, n) => ({ runId: 90_000 + n, branch: `broken/${n}` }));
		for (const [n, run] of runs.entries()) put(github, storage, failureOf(n), run);

		const observed = await decideAll("observe", runs, "observed");
		expect(observed.asked).toEqual([]);
		expect(observed.askedInAll).toEqual([expect.stringContaining('{route="context",status="200"}')]);
		expect(codeRuns(observed.home)).toEqual([]);
		expect(writesOn(github)).toEqual([]);
		hub?.signalGroup("SIGKILL");
		await hub?.ended();

		const acting = await decideAll("act", runs, "running");
		expect(codeRuns(acting.home)).toHaveLength(DELIVERIES + MORE);
		// The same count sees what is sent.
		expect(acting.asked).toContain(`healer_relay_requests_total{route="spawn",status="200"} ${DELIVERIES}`);
		expect(observed.decisions).toEqual(acting.decisions);
		// They are of several kinds, and every prompt is one of its own.
		expect(
			new Set([...observed.decisions.values()].map(({ failure_type }) => failure_type)).size,
		).toBeGreaterThanOrEqual(4);
		expect(new Set([...observed.decisions.values()].map(({ prompt }) => prompt)).size).toBe(DELIVERIES + MORE);
	}, 900_000);
});

interface Decided {
	readonly agent: string;
	readonly rule: string;
	readonly failure_type: string;
	readonly prompt: unknown;
}

/** A new hub with that level decides every run. */
async function decideAll(level: string, runs: readonly { runId: number; branch: string }[], status: string) {
	const home = await makeHome();
	await prepare(home, level);
	hub = await startReadyHub(home, github?.variables);
	const ids: string[] = [];
	const decide = async (some: typeof runs, all: number) => {
		await inParallel(8, some, async (run) => {
			const { status: answered, body } = await deliver(home, "workflow_run", payloadOf(run));
			expect(answered).toBe(202);
			ids.push(body.incident_id ?? "");
		});
		let counts: Record<string, number> = {};
		await eventually(
			async () => {
				counts = ((await getJson(home, "/api/status")) as { incidents: Record<string, number> }).incidents;
				return counts[status] === all;
			},
			() => `all are ${status}: ${JSON.stringify(counts)}`,
			400_000,
		);
		return await relayRequests(home);
	};
	const asked = await decide(runs.slice(0, DELIVERIES), DELIVERIES);
	const askedInAll = await decide(runs.slice(DELIVERIES), DELIVERIES + MORE);
	const decisions = new Map<string, Decided>();
	await inParallel(8, ids, async (id) => void decisions.set(id, await decisionOf(home, id)));
	return { home, decisions, asked, askedInAll };
}

async function decisionOf(home: Home, id: string): Promise<Decided> {
	const shown = (await getJson(home, `/api/incidents/${id}`)) as Decided & {
		attempts: { coderun: { spec: { promptModification: unknown } } }[];
	};
	const { agent, rule, failure_type, attempts } = shown;
	expect(attempts).toHaveLength(1);
	return { agent, rule, failure_type, prompt: attempts[0]?.coderun.spec.promptModification };
}

/** Each failure gets an agent of its own at once. */
async function prepare(home: Home, level: string): Promise<void> {
	const pipeline = parseDocument(await readFile(home.pipelineFile, "utf8"));
	for (const agent of ["rex", "blaze", "bolt", "cipher", "atlas"]) pipeline.setIn(["agents", agent, "max_active"], 0);
	// A busy machine is no failing GitHub.
	for (const part of ["run", "pull_request", "changed_files", "commit", "job_logs"]) {
		pipeline.setIn(["context", part, "timeout"], "60s");
	}
	pipeline.setIn(["group", "scope"], "off");
	pipeline.setIn(["settings", "settle"], "0s");
	pipeline.setIn(["autonomy"], [{ level }]);
	await writeFile(home.pipelineFile, String(pipeline));
}

function failureOf(n: number): Failure {
	const all = n < DELIVERIES ? IN_CODE : IN_CLUSTER;
	return all[n % all.length] as Failure;
}

function put(
	to: GitHubMock,
	logs: LogServer,
	failure: Failure,
	{ runId, branch }: { runId: number; branch: string },
): void {
	const log = logs.put({
		kind: "text",
		text: `##[group]${failure.step}\n${failure.log}##[error]Process completed with exit code 1.\n`,
	});
	putFailedRun(to, { runId, branch, sha: shaOf(runId), jobs: [{ name: "check", step: failure.step, log }] });
}

function shaOf(runId: number): string {
	return runId.toString(16).padStart(40, "0");
}

function payloadOf(run: { readonly runId: number; readonly branch: string }): unknown {
	const payload = workflowRun(run) as Record<string, Record<string, unknown>>;
	return { ...payload, workflow_run: { ...payload.workflow_run, head_sha: shaOf(run.runId), run_attempt: 1 } };
}

/** What the relay was asked, by its own count, but for this question. */
async function relayRequests(home: Home): Promise<readonly string[]> {
	const metrics = await (await fetch(`http://127.0.0.1:${home.relayPort}/metrics`)).text();
	expect(metrics).toContain("# TYPE healer_relay_requests");
	return metrics.split("\n").filter((line) => /^healer_relay_requests_total\{route="(?!metrics")/.test(line));
}

/** Tokens are asked for in order to read. */
function writesOn({ requests }: GitHubMock): readonly string[] {
	return requests
		.map(({ line }) => line)
		.filter((line) => !/^GET |^POST \/app\/installations\/\d+\/access_tokens/.test(line));
}
