import type { Incident } from "../../pipeline/incident.ts";
import { arePartsOfOneRun, fixBranch, isToBeMerged } from "../../pipeline/index.ts";
import { outcomeFor, settingsFor } from "../../pipeline/overrides.ts";
import { HOUR_MS } from "../../wire/durations.ts";
import { NOT_STARTED } from "../../wire/outcome.ts";
import type { Engine } from "../engine.ts";
import { UNNAMED_HEAD } from "../journal/check-heads.ts";
import { type CheckRef, checkOf } from "../journal/check-identity.ts";
import { beganAt, type CheckRow, positionOf } from "../journal/checks.ts";
import { DamagedRow } from "../journal/d1-error.ts";
import type { IncidentRow } from "../journal/incidents.ts";
import { findObservation } from "../journal/observations.ts";
import { findOpenFix, type OpenFixRow } from "../journal/open-fixes.ts";
import {
	type BranchRows,
	countedChecks,
	type PastAttempt,
	type StateRows,
	stateRows,
} from "../journal/remediations.ts";
import { findRerun } from "../journal/reruns.ts";
import { findResolved } from "../journal/resolved-alerts.ts";
import { isEnded } from "../journal/state-machine.ts";
import { needStored, readStored } from "../journal/stored-json.ts";
import { type FailedCheck, isOf } from "./ci-verdict.ts";
import { branchDone, currentFix, mergeTimes } from "./fix-pull-requests.ts";
import { goalOf } from "./goal.ts";
import { groupState } from "./group-state.ts";
import { namedSpecialist } from "./hand-over.ts";
import { judgeGoal, splitParts } from "./judge-goal.ts";
import { judgeMerge, withHintOnFix } from "./merge-verdict.ts";
import type { EndedAttempt } from "./next-agent.ts";
import { explainOwn, ownResults } from "./own-jobs.ts";
import { isPart } from "./parts-of-runs.ts";
import type { RelayStatus, RemediationState } from "./remediation-state.ts";
import type { GitHubSays } from "./when-quiet.ts";

// If nothing has a deadline, the relay is queried every hour.
const ASK_AFTER_MS = HOUR_MS;

export interface Remediation {
	readonly incident: IncidentRow;
	readonly attempts: readonly PastAttempt[];
	readonly state: RemediationState;
	readonly failure: Incident;
	/** The branch of a fix. */
	readonly fix_branch: string;
	/** Results of the failed check that do not count while nobody names the repository of their branch. */
	readonly unnamed: readonly CheckRow[];
}

/** The state of one remediation in the journal. `overdueAfterMs`: see `Effects`. `read`: its rows, if the caller has them. */
export async function loadState(
	db: D1Database,
	id: string,
	engine: Engine,
	at: {
		readonly now: number;
		readonly overdueAfterMs: number | undefined;
		readonly relayStatus?: RelayStatus | undefined;
		readonly canAskGitHub: boolean;
		readonly gitHubSays?: GitHubSays | undefined;
		/** What came of asking GitHub about the pull request of the fix. */
		readonly asked?: "answered" | "silent" | undefined;
		/** GitHub's answer whether a member's commit has its leader's fix, if it was just asked. */
		readonly hasFix?: boolean | undefined;
	},
	read?: StateRows,
): Promise<Remediation | undefined> {
	const rows = read ?? (await stateRows(db, id, at.now));
	if (rows === undefined) return undefined;
	const { incident, attempts } = rows;
	const failure = needStored("incidents.incident", incident.incident, id);
	const fix_branch = fixBranch(id);
	const fixNumbers = attempts
		.flatMap(({ pull_request }) => pull_request ?? [])
		.filter((pr) => pr !== failure.pr_number);
	const branch = { ...rows.branch, ...countedChecks(rows.branch.checks, failure) };

	const current = attempts.find(({ attempt }) => attempt === incident.attempt);
	if (current?.readable === 0) throw new DamagedRow(`incident ${id}: attempts.request is damaged: it is not JSON`);
	const fixBranches = new Set([fix_branch]);
	for (const row of branch.checks) {
		if (row.pr_number !== null && fixNumbers.includes(row.pr_number) && row.branch !== incident.branch) {
			fixBranches.add(row.branch);
		}
	}
	const failed = failedCheck(failure, incident.created_at);
	const budget = attempts.filter(({ attempt }) => attempt >= incident.budget_from);
	const goal = goalOf(failure, redOf(id, budget));
	const ofIncident = { incident, attempts, current, ended: branch.pull_requests, own: failure.pr_number, fix_branch };
	const fix = currentFix(ofIncident);
	const times = mergeTimes(ofIncident, fix);
	const last = attempts.at(-1);
	const settledBefore = at.now - settingsFor(engine, incident.repository).settle_s * 1000;
	const own = ownResults(failure, failed, branch.checks, settledBefore);
	const results = {
		checks: sinceReopened(failure, incident.reopened_at, own.checks),
		uncounted: branch.uncounted,
	};
	const others = branch.others.filter(({ run_id }) => !arePartsOfOneRun(failure, run_id));
	const judged = {
		failed,
		failed_jobs: failedJobs(failure),
		...splitParts(results, failed.check),
		fixBranches: [...fixBranches],
		isOwnAgent: engine.isOwnAgent,
		incidentOf: (row: CheckRow) => others.find((other) => isIncidentOf(other, row))?.id,
		...(current !== undefined && { since: current.decided_at }),
		...(budget[0] !== undefined && { from: budget[0].decided_at }),
	};
	const wasTried = attempts.some(({ spawned_at }) => spawned_at !== null);
	// An edited pipeline does not change what one already waits for.
	const policy = outcomeFor(engine, incident.repository);
	const waitsForMerge = incident.status === "awaiting_merge" || isToBeMerged(failure, policy);
	const isMerging = wasTried && last !== undefined && goal.kind !== "stage" && waitsForMerge;
	const byGoal = explainOwn(judgeGoal(goal, judged), own);
	const { ci, ...merge } = isMerging
		? withHintOnFix(judgeMerge({ ...judged, ...times, since: last.decided_at }), byGoal, judged)
		: { ci: byGoal };
	const state = {
		incident,
		ended: endedBefore(incident, attempts),
		unstarted: unstartedBefore(incident, attempts),
		...(current !== undefined && { current: currentOf(current, engine.agents, at.overdueAfterMs) }),
		goal,
		ci,
		canAskGitHub: at.canAskGitHub,
		...(at.gitHubSays !== undefined && { gitHubSays: at.gitHubSays }),
		...branchDone(ofIncident),
		...(fix.ended && { fix: { state: fix.ended.state, number: fix.ended.number, at: fix.ended.closed_at } }),
		...(isMerging && {
			merge: {
				...merge,
				...(fix.number !== undefined && { pullRequest: fix.number }),
				merges: times.merges,
				hasCheck: failed.check !== undefined,
				asks: at.canAskGitHub,
				...(at.asked !== undefined && { asked: at.asked }),
				asked_at: last.merge_asked_at,
				ask_at: last.merge_ask_at,
				remind_at: last.remind_at,
				reminded_at: last.reminded_at,
			},
		}),
		...(await openFixState(db, { incident, failure, wasTried, policy, now: at.now }, rows.fixes)),
		...(await alertDone(db, incident, failure)),
		...(incident.status === "grouped" && { group: await groupState(db, incident, failure, engine, at.hasFix) }),
		...(await rerunState(db, incident)),
		...(await observationState(db, incident)),
		wasTried,
		now: at.now,
		...(at.relayStatus !== undefined && { relayStatus: at.relayStatus }),
	};
	const isOfFailed = isOf(failed, [...branch.checks, ...branch.uncounted]);
	const unnamed = branch.uncounted.filter(
		// A part counts by its commit, of which GitHub is asked in any case.
		(row) => row.head_repository === UNNAMED_HEAD && isOfFailed(row) && !isPart(row, failed.check),
	);
	return { incident, attempts, state, failure, fix_branch, unnamed };
}

/** A stage of a play has no position of its own: what was green before it failed again says nothing. */
function sinceReopened(
	{ kind }: Incident,
	reopened_at: number | null,
	checks: readonly CheckRow[],
): readonly CheckRow[] {
	return kind === "play" && reopened_at !== null
		? checks.filter(({ received_at }) => received_at >= reopened_at)
		: checks;
}

function isIncidentOf(other: BranchRows["others"][number], row: { run_id: string | null; head_sha: string | null }) {
	return row.run_id === null ? row.head_sha !== null && other.head_sha === row.head_sha : other.run_id === row.run_id;
}

/** Names of the jobs that were red when an attempt was decided; none if nobody named them. */
export function redJobsOf({ red_jobs }: Pick<PastAttempt, "red_jobs">): readonly string[] {
	const read = red_jobs === null ? undefined : readStored("attempts.red_jobs", red_jobs);
	return read?.ok ? read.value : [];
}

/** Attempts of the current budget whose end is known, before the current one. */
export function endedBefore(
	{ attempt, budget_from }: IncidentRow,
	attempts: readonly PastAttempt[],
): readonly EndedAttempt[] {
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

function currentOf(
	current: PastAttempt,
	agents: readonly string[],
	overdueAfterMs: number | undefined,
): NonNullable<RemediationState["current"]> {
	const named = namedSpecialist(current.message, current.agent, agents);
	const { agent, failure_type, coderun_name, outcome, outcome_at, message, spawned_at, deadline_s } = current;
	const { results_asked_at, ask_results_at, approve_until } = current;
	const overdueAt = spawned_at === null ? undefined : overdueOf({ spawned_at, deadline_s }, overdueAfterMs);
	return {
		agent,
		failure_type,
		coderun_name,
		escalated: current.escalated === 1,
		outcome,
		outcome_at,
		message,
		red_jobs: redJobsOf(current),
		...(named !== undefined && { named }),
		result: current.result,
		ask_at: current.ask_at ?? askRelayAt({ spawned_at: spawned_at ?? current.decided_at, deadline_s }, overdueAt),
		...(overdueAt !== undefined && { overdueAt }),
		results_asked_at,
		ask_results_at,
		approve_until,
	};
}

/** When a CodeRun without a reported end is overdue; undefined if nothing has a deadline. `overdueAfterMs`: see `Effects`. */
export function overdueOf(
	{ spawned_at, deadline_s }: CodeRunTimes,
	overdueAfterMs: number | undefined,
): number | undefined {
	return overdueAfterMs === undefined || deadline_s === null
		? undefined
		: spawned_at + deadline_s * 1000 + overdueAfterMs;
}

/** When the relay is first asked about a CodeRun whose end nobody reports. */
export function askRelayAt({ spawned_at }: CodeRunTimes, overdueAt: number | undefined): number {
	return overdueAt ?? spawned_at + ASK_AFTER_MS;
}

interface CodeRunTimes {
	readonly spawned_at: number;
	readonly deadline_s: number | null;
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

async function rerunState(db: D1Database, { id, status }: IncidentRow): Promise<Pick<RemediationState, "rerun">> {
	const rerun = status === "rerunning" ? await findRerun(db, id) : undefined;
	return rerun === undefined ? {} : { rerun };
}

async function observationState(
	db: D1Database,
	{ id, status }: IncidentRow,
): Promise<Pick<RemediationState, "observation">> {
	const observation = status === "observed" ? await findObservation(db, id) : undefined;
	return observation === undefined ? {} : { observation };
}

/** What was red when the agents of this budget were chosen. */
function redOf(id: string, budget: readonly PastAttempt[]): readonly CheckRef[] {
	return budget.flatMap(({ red }) => (red === null ? [] : needStored("attempts.red", red, id)));
}

function failedJobs({ jobs, job }: Incident): readonly string[] {
	return jobs ?? (job === undefined ? [] : [job]);
}

/** Another incident's open fix, if nothing was sent for this one yet. */
async function openFixState(
	db: D1Database,
	about: Omit<Parameters<typeof findOpenFix>[1], "failure"> & {
		readonly incident: IncidentRow;
		readonly failure: Incident;
		readonly wasTried: boolean;
	},
	read: readonly OpenFixRow[],
): Promise<Pick<RemediationState, "openFix">> {
	const { incident, failure, wasTried, policy, now } = about;
	if (wasTried || isEnded(incident.status)) return {};
	const openFix = await findOpenFix(db, { failure, policy, now }, read);
	return openFix === undefined ? {} : { openFix };
}

/** The check that has to pass again. Only CI incidents have one: an alert is fixed when the fix's own checks pass. */
function failedCheck(incident: Incident, created_at: number): FailedCheck {
	const check = incident.kind === "ci" ? checkOf(incident) : undefined;
	const known = failedJobs(incident);
	const jobs = check === undefined || check.kind === "workflow" ? [] : known;
	const position = positionOf(incident);
	return {
		jobs,
		...(check?.kind === "workflow" && { first_jobs: known }),
		began_at: beganAt(incident) ?? created_at,
		...(check !== undefined && { check }),
		...(incident.branch !== undefined && { branch: incident.branch }),
		...(position !== undefined && { position }),
		...(incident.run_attempt !== undefined && { run_attempt: incident.run_attempt }),
		...(incident.head_sha !== undefined && { head_sha: incident.head_sha }),
	};
}
