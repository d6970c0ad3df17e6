import type { Incident } from "../../pipeline/incident.ts";
import { fixBranch } from "../../pipeline/index.ts";
import { HOUR_MS } from "../../wire/durations.ts";
import { NOT_STARTED } from "../../wire/outcome.ts";
import type { Engine } from "../engine.ts";
import { checkOf } from "../journal/check-identity.ts";
import { beganAt, type CheckRow, positionOf } from "../journal/checks.ts";
import { DamagedRow } from "../journal/d1-error.ts";
import type { IncidentRow } from "../journal/incidents.ts";
import { type BranchRows, branchRows, type PastAttempt, remediationRows } from "../journal/remediations.ts";
import { findResolved } from "../journal/resolved-alerts.ts";
import { needStored } from "../journal/stored-json.ts";
import { type FailedCheck, isOf, judgeCi } from "./ci-verdict.ts";
import type { EndedAttempt } from "./next-agent.ts";
import type { RelayStatus, RemediationState } from "./next-step.ts";

// If nothing has a deadline, the relay is queried every hour.
const ASK_AFTER_MS = HOUR_MS;

export interface Remediation {
	readonly incident: IncidentRow;
	readonly attempts: readonly PastAttempt[];
	readonly state: RemediationState;
	readonly failure: Incident;
	/** Results of the failed check that do not count, because nobody has named the repository of their branch. */
	readonly unnamed: readonly CheckRow[];
}

/** The state of one remediation in the journal. `overdueAfterMs`: see `Effects`. */
export async function loadState(
	db: D1Database,
	id: string,
	engine: Engine,
	at: {
		readonly now: number;
		readonly overdueAfterMs: number | undefined;
		readonly relayStatus?: RelayStatus | undefined;
	},
): Promise<Remediation | undefined> {
	const rows = await remediationRows(db, id);
	if (rows === undefined) return undefined;
	const { incident, attempts } = rows;
	const failure = needStored("incidents.incident", incident.incident, id);
	const fix_branch = fixBranch(id);
	const fixNumbers = attempts
		.flatMap(({ pull_request }) => pull_request ?? [])
		.filter((pr) => pr !== failure.pr_number);
	const branch = await branchRows(db, {
		id,
		repository: incident.repository,
		head_repository: failure.head_repository,
		branch: incident.branch,
		run_id: failure.run_id,
		fix_branch,
		pull_requests: failure.pr_number === undefined ? fixNumbers : [...fixNumbers, failure.pr_number],
	});

	const current = attempts.find(({ attempt }) => attempt === incident.attempt);
	if (current?.readable === 0) throw new DamagedRow(`incident ${id}: attempts.request is damaged: it is not JSON`);
	const fixBranches = new Set([fix_branch]);
	for (const row of branch.checks) {
		if (row.pr_number !== null && fixNumbers.includes(row.pr_number) && row.branch !== incident.branch) {
			fixBranches.add(row.branch);
		}
	}
	const failed = failedCheck(failure, incident.created_at);
	const ci = judgeCi({
		failed,
		checks: branch.checks,
		fixBranches: [...fixBranches],
		isOwnAgent: engine.isOwnAgent,
		incidentOf: (row) => branch.others.find((other) => isIncidentOf(other, row))?.id,
		...(current !== undefined && { since: current.decided_at }),
	});
	const state = {
		incident,
		ended: endedBefore(incident, attempts),
		unstarted: unstartedBefore(incident, attempts),
		...(current !== undefined && { current: currentOf(current, at.overdueAfterMs) }),
		ci,
		...closedOf(branch, failure.pr_number, fixNumbers),
		...(await alertDone(db, incident, failure)),
		wasTried: attempts.some(({ spawned_at }) => spawned_at !== null),
		now: at.now,
		...(at.relayStatus !== undefined && { relayStatus: at.relayStatus }),
	};
	const unnamed = branch.unnamed.filter(isOf(failed, [...branch.checks, ...branch.unnamed]));
	return { incident, attempts, state, failure, unnamed };
}

function isIncidentOf(other: BranchRows["others"][number], row: { run_id: string | null; head_sha: string | null }) {
	return row.run_id === null ? row.head_sha !== null && other.head_sha === row.head_sha : other.run_id === row.run_id;
}

function endedBefore({ attempt, budget_from }: IncidentRow, attempts: readonly PastAttempt[]): readonly EndedAttempt[] {
	return attempts.flatMap((past) => {
		const { result } = past;
		if (result === null || past.attempt >= attempt || past.attempt < budget_from) return [];
		const { agent, failure_type, signature } = past;
		return [{ attempt: past.attempt, agent, failure_type, escalated: past.escalated === 1, result, signature }];
	});
}

function unstartedBefore({ attempt, budget_from }: IncidentRow, attempts: readonly PastAttempt[]): number {
	const isOfBudget = (past: PastAttempt) => past.attempt >= budget_from && past.attempt < attempt;
	return attempts.filter((past) => isOfBudget(past) && past.outcome === NOT_STARTED).length;
}

function currentOf(current: PastAttempt, overdueAfterMs: number | undefined): NonNullable<RemediationState["current"]> {
	const { agent, failure_type, coderun_name, outcome, outcome_at, message, spawned_at, deadline_s } = current;
	const hasDeadline = overdueAfterMs !== undefined && spawned_at !== null && deadline_s !== null;
	const overdueAt = hasDeadline ? spawned_at + deadline_s * 1000 + overdueAfterMs : undefined;
	return {
		agent,
		failure_type,
		coderun_name,
		escalated: current.escalated === 1,
		outcome,
		outcome_at,
		message,
		ask_at: current.ask_at ?? overdueAt ?? (spawned_at ?? current.decided_at) + ASK_AFTER_MS,
		...(overdueAt !== undefined && { overdueAt }),
	};
}

/** Whether its alert was closed since it was reported: an alert that was opened again is another incident. */
async function alertDone(
	db: D1Database,
	{ repository, created_at }: IncidentRow,
	{ kind, alert, occurred_at }: Incident,
): Promise<Pick<RemediationState, "alertDone">> {
	const resolved = kind === "security" && alert !== undefined ? await findResolved(db, repository, alert) : undefined;
	const opened_at = beganAt({ ...(occurred_at !== undefined && { occurred_at }) }) ?? created_at;
	if (resolved === undefined || resolved.resolved_at < opened_at) return {};
	return { alertDone: { why: `alert #${alert?.number} was closed as ${resolved.how}` } };
}

function closedOf(
	{ pull_requests }: BranchRows,
	own: number | undefined,
	fixNumbers: readonly number[],
): Pick<RemediationState, "branchDone" | "fix"> {
	const done = pull_requests.find(({ number }) => number === own);
	// The fix may have several pull requests: the latest attempt's counts.
	const fix = pull_requests.find(({ number }) => number === fixNumbers.at(-1));
	return {
		...(done !== undefined && {
			branchDone: { why: `pull request #${done.number} was ${done.state}`, at: done.closed_at },
		}),
		...(fix !== undefined && { fix: { state: fix.state, number: fix.number, at: fix.closed_at } }),
	};
}

/** The check that has to pass again. Only CI incidents have one: an alert is fixed when the fix's own checks pass. */
function failedCheck(incident: Incident, created_at: number): FailedCheck {
	const check = incident.kind === "ci" ? checkOf(incident) : undefined;
	const failure = incident.jobs ?? (incident.job === undefined ? [] : [incident.job]);
	const jobs = check === undefined || check.kind === "workflow" ? [] : failure;
	const position = positionOf(incident);
	return {
		jobs,
		began_at: beganAt(incident) ?? created_at,
		...(check !== undefined && { check }),
		...(incident.branch !== undefined && { branch: incident.branch }),
		...(position !== undefined && { position }),
		...(incident.run_attempt !== undefined && { run_attempt: incident.run_attempt }),
		...(incident.head_sha !== undefined && { head_sha: incident.head_sha }),
	};
}
