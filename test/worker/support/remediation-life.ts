import type { Signal } from "../../../pipeline/index.ts";
import { sweepDue, sweepOverdue } from "../../../worker/dispatch/due-incidents.ts";
import { readSignal, trackSignal } from "../../../worker/ingest/track-signal.ts";
import { findAttempt, recordOutcome } from "../../../worker/journal/attempts.ts";
import { findIncident, type IncidentRow } from "../../../worker/journal/incidents.ts";
import { type PastAttempt, remediationRows } from "../../../worker/journal/remediations.ts";
import { reconcile } from "../../../worker/remediation/reconcile.ts";
import { sampleIncident } from "./sample-incident.ts";
import { journalIncident, type Stub, stubEngine } from "./stub-effects.ts";

export const WORKFLOW = { name: "Controller CI", path: ".github/workflows/controller-ci.yaml" };
const AGENT = { login: "5DLabs-Rex[bot]", type: "Bot" } as const;

/** One thing that happens to a remediation whose first CodeRun runs. */
export type Happening =
	| {
			readonly kind: "outcome";
			readonly attempt: number;
			readonly phase: string;
			readonly message?: string;
			readonly pr?: number;
	  }
	| { readonly kind: "signal"; readonly signal: Signal };

/** An incident of run 100 on a branch, its first CodeRun running. */
export async function runningRemediation(stub: Stub, id: string, branch = "fix/parser"): Promise<void> {
	const incident = sampleIncident({
		id,
		branch,
		run_id: "100",
		head_sha: "sha-100",
		workflow: WORKFLOW,
		job: "clippy",
		occurred_at: new Date(stub.clock).toISOString(),
	});
	await journalIncident(stub, incident);
	await sweepDue(stub);
}

/** The end of a workflow's run, as an agent's push makes it unless told otherwise. */
export function run(
	reports: "success" | "failure",
	run_id: number,
	stub: Stub,
	changes: Partial<Signal> = {},
): Happening {
	const started_at = new Date(stub.clock + run_id * 1000).toISOString();
	const signal: Signal = {
		reports,
		event: `run_${reports}`,
		delivery_id: `d-${run_id}-${reports}`,
		repository: "5dlabs/cto",
		head_repository: changes.repository ?? "5dlabs/cto",
		branch: "fix/parser",
		head_sha: `sha-${run_id}`,
		run_id: String(run_id),
		run_attempt: 1,
		workflow: WORKFLOW,
		actor: AGENT,
		url: `https://github.com/5dlabs/cto/actions/runs/${run_id}`,
		started_at,
		...changes,
	};
	return { kind: "signal", signal };
}

export async function happen(stub: Stub, id: string, happening: Happening): Promise<void> {
	stub.begin();
	if (happening.kind === "signal") {
		stub.activeEngine = stubEngine({
			...stub.activeEngine,
			readSignal: async () => happening.signal,
		});
		const told = await readSignal(stub, { event: "x", delivery_id: "x", payload: {} });
		if (told !== undefined) await trackSignal(stub, told, stub.log);
		await reconcile(stub, id);
		return;
	}
	const { attempt, phase, message = null, pr } = happening;
	const stored = await findAttempt(stub.journal, id, attempt);
	if (stored === undefined) return;
	const outcome = {
		coderun_name: stored.coderun_name,
		incident_id: id,
		attempt,
		phase,
		pull_request_url: pr === undefined ? null : `https://github.com/5dlabs/cto/pull/${pr}`,
		message,
		started_at: null,
		finished_at: null,
	};
	await recordOutcome(stub.journal, outcome, { digest: "d", pull_request: pr ?? null, now: stub.clock });
	await reconcile(stub, id);
}

/** Lets time pass in steps, with the cron's sweeps, until nothing is due any more. Throws when it is never so. */
export async function passUntilQuiet(stub: Stub, id: string, step_ms = 60_000, most = 2000): Promise<IncidentRow> {
	for (let minute = 0; minute < most; minute++) {
		stub.begin();
		await sweepDue(stub);
		await sweepOverdue(stub);
		const row = await findIncident(stub.journal, id);
		if (row === undefined) throw new Error("no such incident");
		if (row.next_try_at === null) return row;
		stub.clock = Math.max(stub.clock + step_ms, Math.min(row.next_try_at, stub.clock + 3 * 3600_000));
	}
	throw new Error("something is still due after all that time");
}

export async function attemptsOf(stub: Stub, id: string): Promise<readonly PastAttempt[]> {
	return (await remediationRows(stub.journal, id))?.attempts ?? [];
}

export interface TimelineRow {
	readonly event: string;
	readonly from_status: string;
	readonly to_status: string | null;
	readonly attempt: number;
	readonly reason: string | null;
	readonly at: number;
}

export async function timelineOf(stub: Stub, id: string): Promise<readonly TimelineRow[]> {
	const asked = stub.journal.prepare("SELECT * FROM transitions WHERE incident_id = ?1 ORDER BY id").bind(id);
	return (await asked.all<TimelineRow>()).results;
}
