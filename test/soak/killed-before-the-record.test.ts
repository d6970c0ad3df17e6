import { afterAll, describe, expect, it } from "vitest";
import { eventually } from "../hub/eventually.ts";
import { workflowRun } from "../hub/failing-run.ts";
import { codeRuns, deliver, getJson, type HubProcess, makeHome, startReadyHub } from "../hub/hub-process.ts";
import { startGitHubMock } from "../support/github/github-mock.ts";
import { startLogServer } from "../support/github/log-server.ts";
import { putFailedRun } from "../support/github/put-failed-run.ts";

const RUN = 4711;
const SHA = "1111111111111111111111111111111111111111";
const POST_RERUN = "POST /repos/{owner}/{repo}/actions/runs/{run_id}/rerun-failed-jobs";
const DNS = [
	"2026-11-22T12:00:00.0000000Z ##[group]Run npm ci",
	"2026-11-22T12:00:01.0000000Z npm ERR! request to https://registry.npmjs.org/x failed, reason: getaddrinfo ENOTFOUND registry.npmjs.org",
	"2026-11-22T12:00:02.0000000Z ##[error]Process completed with exit code 1.",
	"",
].join("\n");

describe("a hub that is killed with -9 between the request of a rerun and its record", () => {
	let hub: HubProcess | undefined;
	afterAll(async () => {
		hub?.signalGroup("SIGKILL");
		await hub?.ended();
	});

	it("does not ask for it again, and counts the rerun that it asked for", async () => {
		const github = await startGitHubMock();
		const storage = await startLogServer();
		const home = await makeHome();
		hub = await startReadyHub(home, github.variables);
		putFailedRun(github, { runId: RUN, branch: "fix/x", sha: SHA, log: storage.put({ kind: "text", text: DNS }) });
		const cto = github.repository("5dlabs/cto");
		const begin = cto.putRun.bind(cto);
		// GitHub has begun it, and its answer finds nobody.
		cto.putRun = (run) => {
			hub?.signalGroup("SIGKILL");
			return begin(run);
		};
		const payload = workflowRun({ runId: RUN, branch: "fix/x" }) as { workflow_run: object };
		Object.assign(payload.workflow_run, { head_sha: SHA, run_attempt: 1 });
		const { body } = await deliver(home, "workflow_run", payload);
		const incident = `/api/incidents/${body.incident_id}`;
		await hub.ended();
		const asked = () => github.requests.filter(({ route }) => route === POST_RERUN).length;
		expect(asked()).toBe(1);
		expect(cto.runs.get(RUN)).toMatchObject({ run_attempt: 2, status: "in_progress" });

		cto.putRun = begin;
		hub = await startReadyHub(home, github.variables);
		expect(await getJson(home, incident)).toMatchObject({ status: "rerunning" });
		// Longer than one consumer may ask, and then the cron has looked.
		await eventually(
			async () => (await shown()).reruns[0]?.requested_at != null,
			"the run is looked at again",
			150_000,
		);
		expect(asked()).toBe(1);

		const passed = { ...payload.workflow_run, run_attempt: 2, conclusion: "success", status: "completed" };
		cto.putRun({
			id: RUN,
			head_branch: "fix/x",
			head_sha: SHA,
			run_attempt: 2,
			status: "completed",
			conclusion: "success",
		});
		await deliver(home, "workflow_run", { ...payload, workflow_run: passed });
		await eventually(async () => (await shown()).status === "fixed", "it is fixed by the rerun", 30_000);
		expect(await getJson(home, incident)).toMatchObject({ status: "fixed", fixed_by: "rerun" });
		expect(codeRuns(home)).toEqual([]);
		expect(asked()).toBe(1);
		await storage.close();
		await github.close();

		async function shown() {
			return (await getJson(home, incident)) as { status: string; reruns: { requested_at: string | null }[] };
		}
	}, 300_000);
});
