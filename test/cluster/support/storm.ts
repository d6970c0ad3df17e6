import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { workflowJob, workflowRun } from "../../hub/failing-run.ts";
import { deliver, type Home } from "../../hub/hub-process.ts";
import { inParallel } from "../../support/in-parallel.ts";
import type { Chance } from "../../support/seeded-chance.ts";
import type { AnyCodeRun } from "./namespace.ts";

const CONNECTIONS = 16;
/** For three agents: rex, blaze and bolt. */
const FAILURES = [
	{ workflow: "Controller CI", step: "cargo clippy" },
	{ workflow: "Frontend CI", step: "eslint" },
	{ workflow: "Docker Build", step: "docker build" },
] as const;

/** Delivers `count` failed runs, each five times, from 16 connections; returns when each was first accepted. */
export async function storm(home: Home, chance: Chance, count: number): Promise<ReadonlyMap<number, number>> {
	const acceptedAt = new Map<number, number>();
	const all = Array.from({ length: count }, (_, at) => tellings(runIdOf(at))).flat();
	await inParallel(CONNECTIONS, chance.shuffled(all), async ({ runId, event, payload, id }) => {
		await untilAccepted(() => deliver(home, event, payload, id));
		if (!acceptedAt.has(runId)) acceptedAt.set(runId, Date.now());
	});
	return acceptedAt;
}

/** One delivery twice, the same event with another id, another job of the run, and the run itself. */
function tellings(runId: number) {
	const run = failingRun(runId);
	const twice = { runId, event: "workflow_job", payload: failedJob(run), id: randomUUID() };
	return [
		twice,
		twice,
		{ ...twice, id: randomUUID() },
		{ ...twice, payload: failedJob(run, 2), id: randomUUID() },
		{ ...twice, event: "workflow_run", payload: workflowRun(run), id: randomUUID() },
	];
}

/** Each on its own branch, which its prompt has to name. */
export function failingRun(runId: number) {
	const failure = FAILURES[runId % FAILURES.length] ?? FAILURES[0];
	return { runId, branch: `storm/${runId}/fix`, ...failure };
}

/** The run's job with the failed step. */
export function failedJob(run: ReturnType<typeof failingRun>, job = 1): unknown {
	return JSON.parse(JSON.stringify(workflowJob(run, job)).replaceAll("cargo clippy", run.step));
}

export function runIdOf(at: number): number {
	return 40_000 + at;
}

/** Run ids that have CodeRuns, each with the branches that its prompt names, in order. */
export function servedRuns(coderuns: readonly AnyCodeRun[]): readonly string[] {
	return coderuns
		.map(({ metadata, spec }) => {
			const branches = String(spec.promptModification).match(/storm\/\d+\/fix/g) ?? [];
			return `${metadata.labels["healer/workflow-run-id"]}: ${[...new Set(branches)].join(", ")}`;
		})
		.sort();
}

/** The expected `servedRuns` when each of `count` runs has its CodeRun, and its own prompt. */
export function eachRunOnce(count: number): readonly string[] {
	return Array.from({ length: count }, (_, at) => `${runIdOf(at)}: storm/${runIdOf(at)}/fix`).sort();
}

/** GitHub's redelivery in short: what got no 202 is sent again. */
export async function untilAccepted(send: () => Promise<{ readonly status: number }>): Promise<void> {
	for (let tries = 0; tries < 600; tries++) {
		const answer = await send().catch(() => undefined);
		if (answer?.status === 202) return;
		await delay(100);
	}
	throw new Error("never accepted");
}
