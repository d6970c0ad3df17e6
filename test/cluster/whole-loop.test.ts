import { readFileSync, writeFileSync } from "node:fs";
import { describe, expect, inject, it, onTestFinished } from "vitest";
import { CLIPPY_LOG, workflowJob, workflowRun } from "../hub/failing-run.ts";
import { deliver, getJson, type Home, makeHome, startReadyHub } from "../hub/hub-process.ts";
import { type GitHubMock, startGitHubMock } from "../support/github/github-mock.ts";
import { startLogServer } from "../support/github/log-server.ts";
import { putFailedRun } from "../support/github/put-failed-run.ts";
import { type AnyCodeRun, newNamespace } from "./support/namespace.ts";
import { type CodeRunEnd, startController } from "./support/stand-in-controller.ts";

const REPOSITORY = "5dlabs/cto";
const BRANCH = "fix/parser";
const PULL_REQUEST = 7;
const FIX_URL = `https://github.com/${REPOSITORY}/pull/${PULL_REQUEST}`;
const SHA = "1111111111111111111111111111111111111111";
const REX = { login: "5DLabs-Rex[bot]", type: "Bot" };
const ESLINT_LOG = [
	"2026-11-22T12:00:00.0000000Z ##[group]Run eslint",
	"2026-11-22T12:00:01.0000000Z src/app.ts",
	"2026-11-22T12:00:01.0000000Z   1:1  error  'x' is never used  no-unused-vars",
	"2026-11-22T12:00:02.0000000Z ##[error]Process completed with exit code 1.",
	"",
].join("\n");
/** Each step takes some seconds here; a busy machine may need longer. */
const SOON = { timeout: 60_000, interval: 100 };

describe("a remediation on a cluster, from failure to end", () => {
	it("is retried with what the first attempt tried, and is fixed when CI passes on the agent's push", async () => {
		const { home, namespace, id } = await failOnce(701, (coderun) =>
			attemptOf(coderun) === 1
				? { phase: "Failed", message: "the loop is still there" }
				: { phase: "Succeeded", pullRequestUrl: FIX_URL },
		);
		await expect.poll(() => incident(home, id), SOON).toMatchObject({ status: "awaiting_ci" });
		const [first, second, ...others] = (await namespace.coderuns()).sort((a, b) => attemptOf(a) - attemptOf(b));
		expect(others).toEqual([]);
		expect(first?.spec.promptModification).toContain("error: this loop never actually loops");
		expect(first?.spec.promptModification).not.toContain("the loop is still there");
		expect(second?.spec.promptModification).toContain("attempt 1 by rex ended agent_failed: the loop is still there");

		await deliver(home, "workflow_run", greenRun(702));
		await expect
			.poll(() => incident(home, id), SOON)
			.toMatchObject({
				status: "fixed",
				fixed_by: "agent",
				attempts: [
					{ attempt: 1, agent: "rex", outcome: "Failed", result: "agent_failed" },
					{ attempt: 2, agent: "rex", outcome: "Succeeded", result: "fixed", pull_request_url: FIX_URL },
				],
			});
		const { timeline } = (await incident(home, id)) as { timeline: { event: string; attempt: number; at: string }[] };
		// On a busy machine the second attempt may have to wait until the first one's end is seen.
		const steps = timeline.filter(({ event }) => event !== "deferred");
		expect(steps.map(({ event, attempt }) => `${attempt} ${event}`)).toEqual([
			"1 spawned",
			"1 retry_scheduled",
			"2 spawned",
			"2 agent_finished",
			"2 ci_passed",
		]);
		expect(timeline.map(({ at }) => at)).toEqual(timeline.map(({ at }) => at).sort());
		expect(await getJson(home, "/api/insights")).toMatchObject({
			total: { incidents: 1, attempts: 2, remediations: 1, fixed: 1, fix_rate: 1, duplicates: { made: 0 } },
		});
		expect(await namespace.coderuns()).toHaveLength(2);
	});

	it("goes from rex to blaze when a run needs both, and is fixed by the second", async () => {
		const { home, namespace, github, storage } = await startOn(() => ({ phase: "Succeeded" }));
		const rust = { name: "lint-rust", step: "Run cargo clippy", log: storage.put({ kind: "text", text: CLIPPY_LOG }) };
		const frontend = {
			name: "frontend-lint",
			step: "Run eslint",
			log: storage.put({ kind: "text", text: ESLINT_LOG }),
		};
		putFailedRun(github, { runId: 901, branch: BRANCH, sha: SHA, jobs: [rust, frontend] });
		const { body } = await deliver(home, "workflow_run", workflowRun({ runId: 901, branch: BRANCH, workflow: "CI" }));
		const id = String(body.incident_id);
		await expect.poll(() => incident(home, id), SOON).toMatchObject({ status: "awaiting_ci", agent: "rex" });

		// rex mended its part.
		putFailedRun(github, { runId: 902, branch: BRANCH, sha: "2".repeat(40), jobs: [frontend] });
		await deliver(
			home,
			"workflow_job",
			ofNow(workflowJob({ runId: 902, branch: BRANCH, workflow: "CI" }), { name: "frontend-lint" }),
		);
		await deliver(home, "workflow_run", redRun(902));
		await expect
			.poll(() => incident(home, id), SOON)
			.toMatchObject({ status: "awaiting_ci", agent: "blaze", attempt: 2 });
		await deliver(home, "workflow_run", greenRun(903, { login: "5DLabs-Blaze[bot]", type: "Bot" }, "CI"));
		await expect
			.poll(() => incident(home, id), SOON)
			.toMatchObject({
				status: "fixed",
				fixed_by: "agent",
				attempts: [
					{ agent: "rex", result: "handed_over" },
					{ agent: "blaze", result: "fixed" },
				],
			});
		const [first, second, ...others] = (await namespace.coderuns()).sort((a, b) => attemptOf(a) - attemptOf(b));
		expect(others).toEqual([]);
		expect(first?.spec.promptModification).toContain("error: this loop never actually loops");
		expect(second?.spec.promptModification).toContain("no-unused-vars");
		expect(second?.spec.promptModification).not.toContain("this loop never actually loops");
	});

	it("escalates to a person with one comment and a label, which is removed when somebody fixes it after all", async () => {
		const { home, namespace, github, id } = await failOnce(801, (coderun) => ({
			phase: "Failed",
			message: `attempt ${attemptOf(coderun)} is at its end`,
		}));
		await expect
			.poll(() => incident(home, id), SOON)
			.toMatchObject({
				status: "escalated",
				escalation_url: expect.stringMatching(`^${FIX_URL}#issuecomment-\\d+$`),
				attempts: [{ agent: "rex" }, { agent: "rex" }, { agent: "atlas" }],
			});
		expect(await namespace.coderuns()).toHaveLength(3);
		const repository = github.repository(REPOSITORY);
		const [comment, ...others] = [...repository.comments.values()];
		expect(others).toEqual([]);
		expect(comment?.issue).toBe(PULL_REQUEST);
		for (const attempt of [1, 2, 3]) expect(comment?.body).toContain(`Message: \` attempt ${attempt} is at its end \``);
		expect(labelsOf(github)).toEqual(["needs-human"]);

		await deliver(home, "workflow_run", greenRun(802, { login: "octocat", type: "User" }));
		await expect.poll(() => incident(home, id), SOON).toMatchObject({ status: "fixed", fixed_by: "other" });
		// The comment is updated by the sweep, once a minute.
		await expect.poll(() => labelsOf(github), { ...SOON, timeout: 90_000 }).toEqual([]);
		expect([...repository.comments.values()].map(({ body }) => body?.split("\n")[1])).toEqual([
			expect.stringMatching(/^### Healer no longer needs a person here: ` fixed `/),
		]);
		expect(await namespace.coderuns()).toHaveLength(3);
	});
});

/** A hub on its own namespace, with GitHub, and a controller that ends CodeRuns like this. */
async function startOn(endOf: (coderun: AnyCodeRun) => CodeRunEnd) {
	const github = await startGitHubMock();
	const storage = await startLogServer();
	const namespace = await newNamespace();
	const home = await makeHome();
	withoutWaits(home);
	const hub = await startReadyHub(home, {
		HEALER_SINK: "kubernetes",
		HEALER_NAMESPACE: namespace.name,
		KUBECONFIG: inject("kubeconfig"),
		...github.variables,
	});
	onTestFinished(async () => {
		hub.signalGroup("SIGTERM");
		await hub.ended();
		await storage.close();
		await github.close();
	});
	await startController(namespace, endOf);
	return { home, namespace, github, storage };
}

/** The same with one failed run of a pull request. */
async function failOnce(runId: number, endOf: (coderun: AnyCodeRun) => CodeRunEnd) {
	const { home, namespace, github, storage } = await startOn(endOf);
	putFailedRun(github, { runId, branch: BRANCH, sha: SHA, log: storage.put({ kind: "text", text: CLIPPY_LOG }) });
	const head = { ref: BRANCH, sha: SHA, repo: { full_name: REPOSITORY }, user: { login: "5dlabs" } };
	github.repository(REPOSITORY).putPull({ number: PULL_REQUEST, state: "open", title: "Parse", head });
	const payload = workflowJob({ runId, branch: BRANCH }) as { workflow_job: object };
	Object.assign(payload.workflow_job, { head_sha: SHA, run_attempt: 1 });
	const { body } = await deliver(home, "workflow_job", payload);
	return { home, namespace, github, id: String(body.incident_id) };
}

/** The shipped pipeline with shorter waits before processing and between two attempts. */
function withoutWaits({ pipelineFile }: Home): void {
	const text = readFileSync(pipelineFile, "utf8");
	writeFileSync(pipelineFile, text.replace("settle: 5s", "settle: 0s").replace("pause: 2m", "pause: 1s"));
}

/** A run on the branch's newer commit that passed. */
function greenRun(runId: number, actor = REX, workflow?: string): unknown {
	const payload = workflowRun({ runId, branch: BRANCH, ...(workflow !== undefined && { workflow }) });
	return ofNow(payload, { conclusion: "success" }, actor);
}

/** A run on rex's commit that failed. */
function redRun(runId: number): unknown {
	return ofNow(workflowRun({ runId, branch: BRANCH, workflow: "CI" }), {});
}

/** The payload of a run or job that began just now, on a newer commit that this agent pushed. */
function ofNow(payload: unknown, changes: object, actor = REX): unknown {
	const now = new Date().toISOString();
	const times = { run_started_at: now, started_at: now, updated_at: now, completed_at: now };
	const fields = { head_sha: "2".repeat(40), run_attempt: 1, actor, triggering_actor: actor, ...times, ...changes };
	const { workflow_run, workflow_job, ...rest } = payload as { workflow_run?: object; workflow_job?: object };
	return {
		...rest,
		...(workflow_run && { workflow_run: { ...workflow_run, ...fields } }),
		...(workflow_job && { workflow_job: { ...workflow_job, ...fields } }),
		sender: actor,
	};
}

async function incident(home: Home, id: string): Promise<unknown> {
	return await getJson(home, `/api/incidents/${id}`);
}

function labelsOf(github: GitHubMock): readonly string[] {
	return (github.repository(REPOSITORY).labels.get(PULL_REQUEST) ?? []).map(({ name }) => name);
}

function attemptOf({ metadata }: AnyCodeRun): number {
	return Number(metadata.annotations["healer/attempt"]);
}
