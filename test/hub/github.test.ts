import { readFileSync, writeFileSync } from "node:fs";
import { afterEach, describe, expect, it } from "vitest";
import { type GitHubMock, startGitHubMock } from "../support/github/github-mock.ts";
import { eventually } from "./eventually.ts";
import { workflowJob } from "./failing-run.ts";
import { codeRuns, deliver, getJson, type Home, type HubProcess, makeHome, startReadyHub } from "./hub-process.ts";

const SECRET = "the-secret-of-the-app";

let hub: HubProcess | undefined;
let mock: GitHubMock | undefined;
afterEach(async () => {
	hub?.signalGroup("SIGKILL");
	await hub?.ended();
	await mock?.close();
	hub = undefined;
	mock = undefined;
});

async function gitHubFor(home: Home): Promise<GitHubMock> {
	mock = await startGitHubMock();
	mock.repository("5dlabs/cto");
	mock.webhook = { url: `${home.url}/webhooks/github`, secret: SECRET };
	return mock;
}

describe("a hub that was down while GitHub delivered", () => {
	it("recovers each of 50 lost deliveries once, 20 of which GitHub had tried twice", async () => {
		const home = await makeHome();
		const gitHub = await gitHubFor(home);
		const lost = Array.from({ length: 50 }, (_, n) => lose(gitHub, n));
		hub = await startReadyHub(home, { ...gitHub.variables, GITHUB_WEBHOOK_SECRET: SECRET });

		await eventually(() => codeRuns(home).length === 50, "a CodeRun for each", 150_000);
		const asked = gitHub.requests.filter(({ line }) => line.startsWith("POST /app/hook/deliveries/"));
		expect(asked).toHaveLength(50);
		// All in the first scan: the list was read once before the last redelivery was requested.
		const asking = gitHub.requests.indexOf(asked.at(-1) ?? asked[0] ?? raise("nothing was asked for"));
		const listings = gitHub.requests.slice(0, asking).filter(({ line }) => line.startsWith("GET /app/hook/deliveries"));
		expect(listings).toHaveLength(1);
		const { incidents } = (await getJson(home, "/api/incidents?limit=100")) as { incidents: { id: string }[] };
		expect(incidents).toHaveLength(50);
		const answers = await Promise.all(incidents.map(({ id }) => getJson(home, `/api/incidents/${id}`)));
		const deliveries = answers.flatMap((one) => (one as { deliveries: { delivery_id: string }[] }).deliveries);
		expect(deliveries.map(({ delivery_id }) => delivery_id).sort()).toEqual(lost.sort());

		await eventually(async () => (await redeliveryOf(home)).recovered === 50, "the look that sees them", 90_000);
		expect(await redeliveryOf(home)).toMatchObject({ pending: 0, recovered: 50, lost: 0, requests: 50, problem: null });
	});
});

describe("a deferred incident", () => {
	it("is superseded when its workflow has passed on its branch before it is released", async () => {
		const home = await makeHome();
		const gitHub = await gitHubFor(home);
		const cto = gitHub.repository("5dlabs/cto");
		const run = { workflow_id: 7, head_branch: "fix/parser", name: "Controller CI", status: "completed" };
		cto.putRun({ ...run, id: 8100, run_number: 1, conclusion: "failure" });
		const text = readFileSync(home.pipelineFile, "utf8");
		writeFileSync(home.pipelineFile, text.replace("paused: false", "paused: true"));
		// The key as in its file, line by line.
		hub = await startReadyHub(home, { ...gitHub.variables, GITHUB_PRIVATE_KEY: gitHub.app.privateKey });

		const { status: answered, body } = await deliver(
			home,
			"workflow_job",
			workflowJob({ runId: 8100, branch: "fix/parser" }),
		);
		expect(answered).toBe(202);
		const status = async () => (await getJson(home, `/api/incidents/${body.incident_id}`)) as Record<string, unknown>;
		await eventually(async () => (await status()).status === "waiting", "it waits", 60_000);
		cto.putRun({ ...run, id: 8200, run_number: 2, conclusion: "success", html_url: "https://github.test/runs/8200" });
		writeFileSync(home.pipelineFile, text);

		await eventually(async () => (await status()).status === "superseded", "it is superseded", 60_000);
		expect(await status()).toMatchObject({
			reason: "the workflow passed in the newer run 2: https://github.test/runs/8200",
		});
		expect(codeRuns(home)).toEqual([]);
	});
});

/** GitHub tried while the hub was down: once, or twice for the first 20. Returns the guid. */
function lose(gitHub: GitHubMock, n: number): string {
	const payload = workflowJob({ runId: 7000 + n, branch: `lost/${n}` });
	const delivered_at = new Date(Date.now() - (100 - n) * 60_000).toISOString();
	const { guid } = gitHub.putDelivery({ event: "workflow_job", payload, status_code: 502, delivered_at });
	if (n < 20) {
		gitHub.putDelivery({ event: "workflow_job", payload, status_code: 504, delivered_at, guid, redelivery: true });
	}
	return guid;
}

async function redeliveryOf(home: Home): Promise<Record<string, unknown>> {
	const { redelivery } = (await getJson(home, "/api/status")) as { redelivery: Record<string, unknown> };
	return redelivery;
}

function raise(message: string): never {
	throw new Error(message);
}
