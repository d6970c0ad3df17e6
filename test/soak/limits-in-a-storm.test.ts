import { readFileSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, it } from "vitest";
import { parse, parseDocument } from "yaml";
import { finishCodeRun } from "../../relay/cluster/directory/finish-coderun.ts";
import { eventually } from "../hub/eventually.ts";
import { workflowRun } from "../hub/failing-run.ts";
import { codeRuns, deliver, getJson, type Home, type HubProcess, makeHome, startReadyHub } from "../hub/hub-process.ts";

const REPOSITORIES = ["5dlabs/cto", "5dlabs/docs", "5dlabs/web"] as const;
const INCIDENTS = 36;

describe("36 incidents of three repositories at once, with limits, over three kill -9", () => {
	let hub: HubProcess | undefined;
	afterEach(async () => {
		hub?.signalGroup("SIGKILL");
		await hub?.ended();
	});

	it("are 10 CodeRuns within the hour, at most 4 of a repository, and at most 3 at once, as the relay counts", async () => {
		const home = await makeHome();
		await setLimits(home, { active: 3, per_hour: 10, repository: { per_hour: 4 } });
		hub = await startReadyHub(home);
		const sending = sendAll(home);
		const finished = new Set<string>();
		for (const least of [2, 5, 8]) {
			await untilMade(home, least, finished);
			hub.signalGroup("SIGKILL");
			await hub.ended();
			hub = await startReadyHub(home);
		}
		await sending;
		await untilMade(home, 10, finished);
		await finishAll(home, finished);
		// Whoever could still make one has been tried since the last one ended.
		let left: readonly string[] = [];
		await eventually(
			async () => {
				left = await reasonsOfUnsent(home);
				return left.length === INCIDENTS - 10 && left.every((reason) => LIMITED.test(reason));
			},
			() => `26 incidents that wait for a limit, among ${JSON.stringify(left)}`,
			180_000,
		);
		expect(codeRuns(home)).toHaveLength(10);
		const byRepository = Object.groupBy(codeRuns(home), (name) => String(codeRun(home, name).repository));
		for (const made of Object.values(byRepository)) expect(made?.length).toBeLessThanOrEqual(4);
		expect(Object.keys(byRepository)).toHaveLength(3);
	}, 600_000);
});

const LIMITED =
	/^the limit of 10 CodeRuns an hour of this installation|^the limit of 4 CodeRuns an hour for|^behind incident /;

/** Only this test ends CodeRuns, so there are never more of them at work than right before it ends some. */
async function untilMade(home: Home, least: number, finished: Set<string>): Promise<void> {
	await eventually(
		async () => {
			await finishAll(home, finished);
			return codeRuns(home).length >= least;
		},
		`${least} CodeRuns`,
		240_000,
	);
}

async function finishAll(home: Home, finished: Set<string>): Promise<void> {
	const unfinished = codeRuns(home).filter((name) => !finished.has(name));
	expect(unfinished.length).toBeLessThanOrEqual(3);
	for (const name of unfinished) {
		await finishCodeRun(home.stateDir, name.slice(0, -".yaml".length), "Succeeded", Date.now());
		finished.add(name);
	}
}

function codeRun(home: Home, name: string): { readonly repository: unknown } {
	const made = parse(readFileSync(path.join(home.stateDir, "coderuns", name), "utf8"));
	return { repository: made.spec.repositoryUrl };
}

async function reasonsOfUnsent(home: Home): Promise<readonly string[]> {
	const page = (await getJson(home, "/api/incidents?status=accepted,waiting&limit=100")) as {
		readonly incidents: readonly { readonly reason: string | null }[];
	};
	return page.incidents.map(({ reason }) => reason ?? "");
}

async function setLimits(home: Home, limits: unknown): Promise<void> {
	const pipeline = parseDocument(await readFile(home.pipelineFile, "utf8"));
	for (const agent of ["rex", "blaze", "bolt", "cipher", "atlas"]) pipeline.setIn(["agents", agent, "max_active"], 0);
	pipeline.setIn(["settings", "repositories"], ["5dlabs/*"]);
	pipeline.set("limits", limits);
	await writeFile(home.pipelineFile, String(pipeline));
}

/** Each delivered three times, one of them again later, as after an answer that was lost. */
async function sendAll(home: Home): Promise<void> {
	for (let n = 0; n < INCIDENTS; n++) {
		const repository = REPOSITORIES[n % REPOSITORIES.length] ?? REPOSITORIES[0];
		const text = JSON.stringify(workflowRun({ runId: 60_000 + n, branch: `broken/${n}` }));
		const told = JSON.parse(text.replaceAll("5dlabs/cto", repository)) as Record<string, Record<string, unknown>>;
		// Two names of one id would be a repository that was renamed.
		const named = { ...told.repository, id: 1 + (n % REPOSITORIES.length) };
		const workflow_run = { ...told.workflow_run, head_repository: named };
		const payload = { ...told, workflow_run, repository: named };
		for (const id of [`d-${n}`, `d-${n}`, `again-${n}`]) await untilAccepted(home, payload, id);
	}
}

async function untilAccepted(home: Home, payload: unknown, id: string): Promise<void> {
	for (let tries = 0; tries < 600; tries++) {
		const answer = await deliver(home, "workflow_run", payload, id).catch(() => undefined);
		if (answer !== undefined && answer.status < 300) return;
		await sleep(100);
	}
	throw new Error("never accepted");
}
