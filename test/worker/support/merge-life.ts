import type { Incident } from "../../../pipeline/incident.ts";
import type { Signal } from "../../../pipeline/index.ts";
import { sweepDue, sweepOverdue } from "../../../worker/dispatch/due-incidents.ts";
import { type Acceptance, writeDelivery } from "../../../worker/ingest/write-delivery.ts";
import { findIncident, type IncidentRow } from "../../../worker/journal/incidents.ts";
import { happen, run, WORKFLOW } from "./remediation-life.ts";
import { sampleIncident } from "./sample-incident.ts";
import { type Stub, stubEffects, stubEngine } from "./stub-effects.ts";

export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;
const PERSON = { login: "octocat", type: "User" } as const;

/** A pipeline that protects `release/**`, so that each test may have a protected branch of its own. */
export function protectingStub(changes: Partial<ReturnType<typeof stubEngine>["outcome"]> = {}): Stub {
	const stub = stubEffects();
	const { outcome } = stubEngine();
	stub.activeEngine = stubEngine({ outcome: { ...outcome, protected_branches: ["release/**"], ...changes } });
	return stub;
}

/** A failure of a protected branch that a person pushed to, as its job's or its run's delivery reports it. */
export function redOf(
	stub: Stub,
	id: string,
	branch: string,
	run_id: number,
	changes: Partial<Incident> = {},
): Incident {
	return sampleIncident({
		id,
		branch,
		run_id: String(run_id),
		head_sha: `sha-${run_id}`,
		workflow: WORKFLOW,
		job: "clippy",
		url: `https://github.com/5dlabs/cto/actions/runs/${run_id}`,
		actor: PERSON,
		occurred_at: at(stub),
		...changes,
	});
}

/** Delivers a failure as GitHub does: it is an incident by its own rules, and a result for the others. */
export async function deliverRed(stub: Stub, incident: Incident, from = "github"): Promise<Acceptance> {
	const { kind: _kind, id: _id, jobs: _jobs, ...fields } = incident;
	const signal: Signal = { ...fields, reports: "failure", started_at: incident.started_at ?? at(stub) };
	const explanation = { pipeline: "v-test", stages: [] };
	const identity = `identity of ${incident.id}`;
	const content = { outcome: "incident", incident, identity, explanation, settle_ms: 5000, late_ms: HOUR } as const;
	const prepared = { delivery_id: incident.delivery_id, event: "workflow_job", received_at: stub.clock, content };
	stub.begin();
	// A sensor's payload has no action, and reports nothing by itself.
	const reported = from === "github" ? { signal: { signal, now: stub.clock, reconsider_ms: HOUR } } : {};
	return await writeDelivery(stub, { ...prepared, ...reported }, stub.log);
}

/** An incident of run 100 on a protected branch, whose agent is done. `pr`: the pull request that it named. */
export async function agentDone(stub: Stub, id: string, branch: string, pr?: number): Promise<void> {
	await deliverRed(stub, redOf(stub, id, branch, 100));
	await pass(stub, 6000);
	await finish(stub, id, 1, pr);
}

export async function finish(stub: Stub, id: string, attempt: number, pr?: number): Promise<void> {
	await happen(stub, id, { kind: "outcome", attempt, phase: "Succeeded", ...(pr !== undefined && { pr }) });
}

/** The end of a run that began now; a person caused it unless told otherwise. */
export async function runEnds(
	stub: Stub,
	id: string,
	reports: "success" | "failure",
	run_id: number,
	changes: Partial<Signal>,
): Promise<void> {
	await happen(stub, id, run(reports, run_id, stub, { actor: PERSON, started_at: at(stub), ...changes }));
}

/** A pull request of ours is closed or merged now. */
export async function pullRequest(
	stub: Stub,
	id: string,
	reports: "merged" | "closed",
	changes: Partial<Signal> & Pick<Signal, "branch" | "pr_number">,
): Promise<void> {
	const signal: Signal = {
		reports,
		event: reports,
		delivery_id: `d-${reports}-${changes.pr_number}`,
		repository: "5dlabs/cto",
		head_repository: "5dlabs/cto",
		occurred_at: at(stub),
		sender: PERSON,
		...changes,
	};
	await happen(stub, id, { kind: "signal", signal });
}

/** Lets time pass, at most an hour at once, with the cron's sweeps. */
export async function pass(stub: Stub, ms: number): Promise<void> {
	for (let left = ms; left > 0; left -= HOUR) {
		stub.clock += Math.min(left, HOUR);
		stub.begin();
		await sweepDue(stub);
		await sweepOverdue(stub);
	}
}

export async function rowOf(stub: Stub, id: string): Promise<IncidentRow> {
	const row = await findIncident(stub.journal, id);
	if (row === undefined) throw new Error("no such incident");
	return row;
}

function at(stub: Stub): string {
	return new Date(stub.clock).toISOString();
}
