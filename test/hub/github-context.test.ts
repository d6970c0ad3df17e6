import { readFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type GitHubMock, startGitHubMock } from "../support/github/github-mock.ts";
import { type LogServer, type ServedLog, startLogServer } from "../support/github/log-server.ts";
import { putFailedRun } from "../support/github/put-failed-run.ts";
import { eventually } from "./eventually.ts";
import { CLIPPY_LOG, workflowJob } from "./failing-run.ts";
import { deliver, getJson, type Home, type HubProcess, makeHome, startReadyHub } from "./hub-process.ts";

const SHA = "1111111111111111111111111111111111111111";
/** Longer than any wait in these tests. */
const WITHIN_MS = 60_000;

describe("context from GitHub", () => {
	let github: GitHubMock;
	let storage: LogServer;
	let home: Home;
	let hub: HubProcess;
	beforeAll(async () => {
		github = await startGitHubMock();
		storage = await startLogServer();
		home = await makeHome();
		hub = await startReadyHub(home, github.variables);
	});
	afterAll(async () => {
		hub.signalGroup("SIGTERM");
		await hub.ended();
		await storage.close();
		await github.close();
	});

	/** A failed run with one failed job, whose log is served like this, connected to the hub. */
	async function fail(
		runId: number,
		log: ServedLog,
		branch = `fix/${runId}`,
		head_repository = { full_name: "5dlabs/cto" },
	): Promise<string> {
		putFailedRun(github, { runId, branch, sha: SHA, log: storage.put(log), head_repository });
		const payload = workflowJob({ runId, branch }) as { workflow_job: object };
		Object.assign(payload.workflow_job, { head_sha: SHA, run_attempt: 1 });
		const { body } = await deliver(home, "workflow_job", payload);
		return String(body.incident_id);
	}

	/** Waits for the incident's CodeRun, and returns its agent's prompt. */
	async function promptOf(incident: string): Promise<{ readonly prompt: string; readonly context: unknown }> {
		let shown = (await getJson(home, `/api/incidents/${incident}`)) as Shown;
		await eventually(
			async () => {
				shown = (await getJson(home, `/api/incidents/${incident}`)) as Shown;
				return shown.coderun_name !== null;
			},
			`the CodeRun of ${incident}`,
			WITHIN_MS,
		);
		const file = path.join(home.stateDir, "coderuns", `${shown.coderun_name}.yaml`);
		return { prompt: readFileSync(file, "utf8"), context: shown.context };
	}

	it("puts a failed job's log, the branch's pull request and its files into the agent's prompt", async () => {
		const head = { ref: "fix/501", sha: SHA, repo: { full_name: "5dlabs/cto" }, user: { login: "5dlabs" } };
		github
			.repository("5dlabs/cto")
			.putPull({ number: 7, state: "open", title: "Loop never", head, changed_files: 1 }, [
				{ filename: "crates/loop/src/lib.rs", additions: 3, deletions: 1 },
			]);
		const incident = await fail(501, { kind: "text", text: CLIPPY_LOG });

		const { prompt, context } = await promptOf(incident);
		expect(prompt).toContain("error: this loop never actually loops");
		expect(prompt).toContain("Loop never");
		expect(prompt).toContain("crates/loop/src/lib.rs");
		expect(prompt).toContain("Loop once");
		expect(await getJson(home, `/api/incidents/${incident}`)).toMatchObject({
			agent: "rex",
			failure_type: "rust_clippy",
		});
		expect(context).toMatchObject({
			run: { status: "ok" },
			job_logs: { status: "ok" },
			pull_request: { status: "ok" },
			changed_files: { status: "ok" },
			commit: { status: "ok" },
		});
		expect(storage.requests.map(({ authorization }) => authorization)).toEqual([undefined]);
	});

	it("detects a fork's branch and ignores it, although it is called main like ours", async () => {
		const incident = await fail(502, { kind: "text", text: CLIPPY_LOG }, "main", { full_name: "mallory/cto" });
		await eventually(async () => {
			const { status, reason } = (await getJson(home, `/api/incidents/${incident}`)) as Shown;
			return status === "cancelled" && reason === "filter forks refused it once its context was known";
		}, "the incident is cancelled");
	});

	it("has the end of a log of 100 MB", async () => {
		const { prompt } = await promptOf(
			await fail(510, { kind: "generated", bytes: 100 * 1024 * 1024, last: CLIPPY_LOG }),
		);
		expect(prompt).toContain("error: this loop never actually loops");
		expect(prompt).toMatch(/\[\.\.\. [\d,]+ lines cut \.\.\.\]/);
		expect(prompt.length).toBeLessThan(200_000);
	});

	let lastRun = 520;
	it.each<[string, ServedLog, string, string | undefined]>([
		[
			"breaks off",
			{ kind: "cut", after: CLIPPY_LOG },
			"this loop never actually loops",
			"the connection was lost here",
		],
		[
			"stalls",
			{ kind: "stall", after: CLIPPY_LOG },
			"this loop never actually loops",
			"no more data arrived from here on",
		],
		["may not be read", { kind: "status", status: 403 }, "Run cargo clippy", "its storage answered 403"],
		["is gone", { kind: "status", status: 410 }, "Run cargo clippy", "its storage answered 410"],
		["is asked for too often", { kind: "status", status: 429 }, "Run cargo clippy", "its storage answered 429"],
	])("starts the remediation though the log %s", async (_, log, text, incomplete) => {
		const { prompt, context } = await promptOf(await fail(++lastRun, log));
		expect(prompt).toContain(text);
		const part = (context as { job_logs: { status: string; incomplete?: string } }).job_logs;
		expect(part.status).toBe("ok");
		expect(part.incomplete).toContain(incomplete);
	});

	it("is delayed while GitHub limits the rate, and loses nothing", async () => {
		// Well beyond the time that an incident settles, also on a busy machine.
		const until = Date.now() + 20_000;
		github.disturb({ by: { kind: "primary_limit", until } });
		const incident = await fail(600, { kind: "text", text: CLIPPY_LOG });
		let seen = "";
		await eventually(
			async () => {
				const { status, reason } = (await getJson(home, `/api/incidents/${incident}`)) as Shown;
				seen = `${status}: ${reason}`;
				return seen.startsWith("waiting: GitHub's rate limit, until ");
			},
			() => `the incident waits; it is ${seen}`,
		);
		const { prompt } = await promptOf(incident);
		expect(prompt).toContain("error: this loop never actually loops");
		expect(Date.now()).toBeGreaterThan(until - 1000);
	});
});

interface Shown {
	readonly status: string;
	readonly reason: string | null;
	readonly coderun_name: string | null;
	readonly context: unknown;
}
