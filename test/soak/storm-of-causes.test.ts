import { randomUUID } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, it } from "vitest";
import { parseDocument } from "yaml";
import { eventually } from "../hub/eventually.ts";
import { workflowRun } from "../hub/failing-run.ts";
import { codeRuns, deliver, getJson, type Home, type HubProcess, makeHome, startReadyHub } from "../hub/hub-process.ts";
import { type GitHubMock, startGitHubMock } from "../support/github/github-mock.ts";
import { type LogServer, startLogServer } from "../support/github/log-server.ts";
import { seededChance } from "../support/seeded-chance.ts";

const REPOSITORIES = ["5dlabs/cto", "5dlabs/docs"] as const;
const BRANCHES = 40;
const OTHER_CAUSES = 20;

/** A red run. Cause 0 is the break of main. */
interface RedRun {
	readonly run: number;
	readonly repository: (typeof REPOSITORIES)[number];
	readonly branch: string;
	readonly cause: number;
}

describe("one break of main in two repositories, 40 branches, their merge queues, and 20 other causes", () => {
	let hub: HubProcess | undefined;
	let github: GitHubMock | undefined;
	let storage: LogServer | undefined;
	afterEach(async () => {
		hub?.signalGroup("SIGKILL");
		await hub?.ended();
		await storage?.close();
		await github?.close();
	});

	it.each([
		{ scope: "organization", expected: 1 + OTHER_CAUSES },
		{ scope: "repository", expected: REPOSITORIES.length + OTHER_CAUSES },
	])(
		"are $expected CodeRuns in a $scope, each delivered five times, shuffled, over two kill -9",
		async ({ scope, expected }) => {
			const chance = seededChance();
			github = await startGitHubMock();
			storage = await startLogServer();
			const runs = redRuns();
			for (const run of runs) put(github, storage, run);
			const home = await makeHome();
			await raiseLimits(home, scope);
			const { variables } = github;
			hub = await startReadyHub(home, variables);
			const deliveries = runs.flatMap((run) => fiveOf(run));
			const shuffled = chance.shuffled(deliveries);
			const sending = Promise.all(inTurns(shuffled, 8).map((part) => sendAll(home, part)));
			for (const least of [Math.floor(expected / 4), Math.floor(expected / 2)]) {
				await eventually(() => codeRuns(home).length >= least, `${least} CodeRuns`, 240_000);
				hub.signalGroup("SIGKILL");
				await hub.ended();
				hub = await startReadyHub(home, variables);
			}
			await sending;
			const counts = async () =>
				((await getJson(home, "/api/status")) as { incidents: Record<string, number> }).incidents;
			let seen: Record<string, number> = {};
			await eventually(
				async () => {
					seen = await counts();
					const { accepted = 0, waiting = 0, running = 0, grouped = 0 } = seen;
					return accepted + waiting === 0 && running + grouped === runs.length;
				},
				() => `an end of ${JSON.stringify(seen)}`,
				300_000,
			);
			expect(codeRuns(home)).toHaveLength(expected);
			expect(seen).toMatchObject({ running: expected, grouped: runs.length - expected });
		},
	);
});

function redRuns(): readonly RedRun[] {
	let run = 70_000;
	const next = (repository: RedRun["repository"], branch: string, cause: number): RedRun => ({
		run: run++,
		repository,
		branch,
		cause,
	});
	const broken = REPOSITORIES.flatMap((repository, at) => [
		next(repository, "main", 0),
		next(repository, `gh-readonly-queue/main/pr-${at + 1}-${"c".repeat(40)}`, 0),
	]);
	const branches = Array.from({ length: BRANCHES }, (_, n) =>
		next(REPOSITORIES[n % 2] ?? REPOSITORIES[0], `broken/${n}`, 0),
	);
	// Each on two branches of one repository.
	const others = Array.from({ length: OTHER_CAUSES }, (_, n) => {
		const repository = REPOSITORIES[n % 2] ?? REPOSITORIES[0];
		return [next(repository, `other/${n}/a`, n + 1), next(repository, `other/${n}/b`, n + 1)];
	});
	return [...broken, ...branches, ...others.flat()];
}

function logOf(cause: number): string {
	return `error[E0308]: mismatched types\n  --> src/module_${String.fromCharCode(97 + cause)}.rs:12:5\n`;
}

function shaOf({ run }: RedRun): string {
	return run.toString(16).padStart(40, "0");
}

function put(github: GitHubMock, storage: LogServer, of: RedRun): void {
	const { run, repository: full_name, branch, cause } = of;
	const repository = github.repository(full_name);
	const failed = { status: "completed", conclusion: "failure" } as const;
	const sha = shaOf(of);
	repository.putRun({
		id: run,
		head_branch: branch,
		head_sha: sha,
		run_number: run,
		head_repository: { full_name },
		...failed,
	});
	repository.putCommit({ sha, commit: { message: "Change it" } });
	repository.putBranch(branch, sha);
	const steps = [{ ...failed, name: "Run cargo build", number: 4 }];
	const log = storage.put({ kind: "text", text: logOf(cause) });
	repository.putJob({ id: run * 10 + 1, run_id: run, name: "build", ...failed, steps }, log);
}

/** Many agents at once, and a busy machine is no failing GitHub. */
async function raiseLimits(home: Home, scope: string): Promise<void> {
	const pipeline = parseDocument(await readFile(home.pipelineFile, "utf8"));
	for (const agent of ["rex", "blaze", "bolt", "cipher", "atlas"]) pipeline.setIn(["agents", agent, "max_active"], 0);
	pipeline.setIn(["settings", "repositories"], ["5dlabs/*"]);
	for (const part of ["run", "pull_request", "changed_files", "commit", "job_logs"]) {
		pipeline.setIn(["context", part, "timeout"], "60s");
	}
	pipeline.setIn(["group", "scope"], scope);
	await writeFile(home.pipelineFile, String(pipeline));
}

interface Told {
	readonly id: string;
	readonly payload: unknown;
}

/** One delivery three times, and the same event twice more with other ids. */
function fiveOf(of: RedRun): readonly Told[] {
	const text = JSON.stringify(workflowRun({ runId: of.run, branch: of.branch }));
	const payload = JSON.parse(text.replaceAll("5dlabs/cto", of.repository)) as Record<string, Record<string, unknown>>;
	const repository = { ...payload.repository, id: 1 + REPOSITORIES.indexOf(of.repository), default_branch: "main" };
	const workflow_run = { ...payload.workflow_run, head_sha: shaOf(of), run_attempt: 1, head_repository: repository };
	const told = { ...payload, workflow_run, repository };
	const id = randomUUID();
	return [id, id, id, randomUUID(), randomUUID()].map((one) => ({ id: one, payload: told }));
}

function inTurns<T>(all: readonly T[], parts: number): readonly (readonly T[])[] {
	return Array.from({ length: parts }, (_, part) => all.filter((_one, at) => at % parts === part));
}

/** GitHub's redelivery in short: what got no 202 is sent again. */
async function sendAll(home: Home, told: readonly Told[]): Promise<void> {
	for (const { id, payload } of told) {
		for (let tries = 0; ; tries++) {
			const answer = await deliver(home, "workflow_run", payload, id).catch(() => undefined);
			if (answer !== undefined && answer.status < 300) break;
			if (tries === 600) throw new Error("never accepted");
			await sleep(100);
		}
		// The kills fall into the middle of it.
		await sleep(50);
	}
}
