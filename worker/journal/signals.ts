import { isFork } from "../../pipeline/head-repository.ts";
import { incidentOfFixBranch, type Signal } from "../../pipeline/index.ts";
import type { Assumption } from "./assumptions.ts";
import { type Bindings, insertSql, NamedSql } from "./bind-named.ts";
import { NEWER_CHECK, nameHeadsOfRun } from "./check-heads.ts";
import { checkResultOf, INSERT_CHECK_RESULT } from "./check-results.ts";
import { checkRowOf } from "./check-rows.ts";
import { beganAt, checksTable, positionOf } from "./checks.ts";
import { requestConflictScan } from "./conflict-scans.ts";
import { endedPullRequest } from "./pull-requests.ts";
import { recordedDeliveriesTable } from "./recorded-deliveries.ts";
import { alertTypes, resolvedStatement } from "./resolved-alerts.ts";
import { insertTransitions } from "./transitions.ts";

// GitHub needs a moment to compute which pull requests can still be merged.
const MOVED_MS = 10_000;

// These incidents are notified at once; the sweep processes the rest of a branch.
const MOST_AFFECTED = 50;

/** The statements of one transaction, and how to read their results. */
export interface SignalStatements {
	readonly all: readonly D1PreparedStatement[];
	/** Writes down which remediation its delivery is answered with; not for a delivery that has an incident of its own. */
	recorded(): D1PreparedStatement;
	/** The ids of the remediations that the signal is about: open ones first, and the newest of those. */
	affected(results: readonly D1Result[]): readonly string[];
}

/** When a signal arrived, and how long a fixed remediation may still turn to failed; ms. */
interface Moment {
	readonly now: number;
	readonly reconsider_ms: number;
}

/**
 * Stores a signal and makes the remediations of its branch, pull request or alert due, in one transaction. Idempotent, and
 * independent of the order in which signals arrive.
 */
export function signalStatements(db: D1Database, signal: Signal, at: Moment): SignalStatements {
	const { now } = at;
	const isAlert = signal.reports === "resolved";
	const sql = isAlert ? ON_ALERT : ON_BRANCH;
	const values = { ...(isAlert ? alertValues(signal, at) : branchValues(signal, at)), now };
	return {
		all: [
			...factsOf(db, signal, now),
			...(changesState(signal)
				? []
				: [sql.note.bind(db, { ...values, event: signal.reports, reason: describeSignal(signal) })]),
			sql.select.bind(db, values),
			sql.makeDue.bind(db, values),
		],
		recorded: () => sql.record.bind(db, { ...values, delivery_id: signal.delivery_id }),
		affected: (results) => ((results.at(-2)?.results ?? []) as { id: string }[]).map(({ id }) => id),
	};
}

/** That nothing under remediation is affected by the report of a check. */
export function assumeNothingAffected(signal: Signal, at: Moment): Assumption {
	return { sql: NOTHING_ON_BRANCH, values: branchValues(signal, at) };
}

function changesState({ reports }: Signal): boolean {
	return reports === "success" || reports === "failure" || reports === "moved";
}

const STILL_OPEN =
	"(status NOT IN ('superseded', 'cancelled', 'dead', 'fixed') OR (status = 'fixed' AND ended_at > :since))";

/**
 * Remediations of the branch that failed, of its pull request (what failed in a merge queue is on another branch), of the fix's
 * branch, and of the fix's pull request.
 */
const AFFECTED_ON_BRANCH = `SELECT id FROM (
		SELECT id FROM incidents WHERE repository = :repository AND branch = :branch AND ${STILL_OPEN}
			AND (:fork IS NULL OR coalesce(incident ->> '$.head_repository', :fork) = :fork COLLATE NOCASE)
		ORDER BY created_at DESC LIMIT ${MOST_AFFECTED}
	)
	UNION SELECT id FROM (
		SELECT id FROM incidents WHERE repository = :repository AND json_extract(incident, '$.pr_number') = :pr_number
			AND ${STILL_OPEN}
		ORDER BY created_at DESC LIMIT ${MOST_AFFECTED}
	)
	UNION SELECT id FROM incidents WHERE id >= :prefix AND id < :prefix_end AND repository = :repository
	UNION SELECT incident_id FROM attempts WHERE pull_request = :pr_number
		AND EXISTS (SELECT 1 FROM incidents WHERE id = incident_id AND repository = :repository)`;

const NOTHING_ON_BRANCH = `NOT EXISTS (${AFFECTED_ON_BRANCH})`;

function branchValues(signal: Signal, { now, reconsider_ms }: Moment): Bindings {
	const { repository, branch, pr_number, head_repository } = signal;
	const prefix = incidentOfFixBranch(branch ?? "") ?? "none";
	return {
		repository,
		branch: branch ?? null,
		pr_number: pr_number ?? null,
		// Anybody may call a branch of a fork like one of ours.
		fork: isFork(signal) ? (head_repository ?? null) : null,
		prefix,
		prefix_end: `${prefix}g`,
		since: now - reconsider_ms,
	};
}

/** Remediations of the alert, whichever event reported it. */
const AFFECTED_BY_ALERT = `SELECT id FROM (
		SELECT id FROM incidents WHERE repository = :repository AND kind = 'security'
			AND json_extract(incident, '$.alert.number') = :number
			AND incident ->> '$.alert.type' IN (SELECT value FROM json_each(:types)) AND ${STILL_OPEN}
		ORDER BY created_at DESC LIMIT ${MOST_AFFECTED}
	)`;

function alertValues({ repository, alert }: Signal, { now, reconsider_ms }: Moment): Bindings {
	const types = JSON.stringify(alertTypes(alert?.type ?? ""));
	return { repository, number: alert?.number ?? null, types, since: now - reconsider_ms };
}

const OPEN_FIRST = "ORDER BY ended_at IS NOT NULL, created_at DESC, id DESC";

/** What is asked and written of the incidents that a signal affects; `affected`: SQL that selects their ids. */
function statementsOn(affected: string) {
	return {
		select: new NamedSql(`SELECT id FROM incidents WHERE id IN (${affected}) ${OPEN_FIRST}`),
		makeDue: new NamedSql(
			`UPDATE incidents SET next_try_at = min(coalesce(next_try_at, :now), :now)
			WHERE id IN (${affected}) AND status NOT IN ('accepted', 'waiting')`,
		),
		record: new NamedSql(
			`${recordedDeliveriesTable.insertSelect(
				{ delivery_id: ":delivery_id", incident_id: "id", received_at: ":now" },
				`FROM incidents WHERE id IN (${affected}) ${OPEN_FIRST} LIMIT 1`,
			)} ON CONFLICT (delivery_id, incident_id) DO NOTHING`,
		),
		/** Adds a signal that changes no state to the timeline, once however often it is delivered. */
		note: new NamedSql(
			insertTransitions(
				{ at: ":now", event: ":event", to_status: "status", reason: ":reason" },
				`FROM incidents WHERE id IN (${affected}) AND NOT EXISTS (
					SELECT 1 FROM transitions WHERE incident_id = incidents.id AND event = :event AND reason = :reason
				)`,
			),
		),
	};
}

const ON_BRANCH = statementsOn(AFFECTED_ON_BRANCH);
const ON_ALERT = statementsOn(AFFECTED_BY_ALERT);

function factsOf(db: D1Database, signal: Signal, now: number): D1PreparedStatement[] {
	switch (signal.reports) {
		case "success":
		case "failure":
			return checkStatement(db, signal, signal.reports, now);
		case "merged":
		case "closed":
			return pullRequestStatement(db, signal, signal.reports, now);
		case "resolved":
			return resolvedStatement(db, signal, now);
		case "moved":
			return requestConflictScan(db, signal, now + MOVED_MS);
		case "reviewed":
		case "queued":
		case "dequeued":
			return [];
		default:
			return signal.reports satisfies never;
	}
}

const INSERT_CHECK = insertSql(checksTable, checksTable, NEWER_CHECK);

/** A report without a time, such as a play's, may be a repetition: only another conclusion is news. */
const INSERT_OTHER_CHECK = insertSql(
	checksTable,
	checksTable,
	`${NEWER_CHECK} AND excluded.conclusion <> checks.conclusion`,
);

function checkStatement(
	db: D1Database,
	signal: Signal,
	conclusion: "success" | "failure",
	now: number,
): D1PreparedStatement[] {
	const row = checkRowOf(signal, conclusion, now);
	if (row === undefined) return [];
	const { repository, branch, run_id } = row;
	const isTimed = positionOf(signal) !== undefined;
	const result = isTimed ? checkResultOf(row) : undefined;
	return [
		(isTimed ? INSERT_CHECK : INSERT_OTHER_CHECK).bind(db, row),
		...(result === undefined ? [] : [INSERT_CHECK_RESULT.bind(db, result)]),
		...(run_id === null ? [] : nameHeadsOfRun(db, { repository, branch, run_id })),
	];
}

function pullRequestStatement(
	db: D1Database,
	{ repository, pr_number, branch, head_repository, occurred_at }: Signal,
	state: "merged" | "closed",
	now: number,
): D1PreparedStatement[] {
	if (pr_number === undefined) return [];
	const row = { repository, number: pr_number, branch: branch ?? "", state, closed_at: now };
	const ended_at = beganAt({ ...(occurred_at !== undefined && { occurred_at }) }) ?? null;
	return [endedPullRequest(db, { ...row, head_repository: head_repository ?? null, ended_at })];
}

/** Two signals of one kind with the same text are the same one. */
function describeSignal(signal: Signal): string {
	const { sender, occurred_at } = signal;
	const parts = [aboutOf(signal), sender && `by ${sender.login}`, occurred_at ?? mergeGroupOf(signal)];
	return parts.filter(Boolean).join(", ");
}

function aboutOf({ pr_number, alert, conclusion = "" }: Signal): string {
	const state = /^[a-z_]{1,40}$/.test(conclusion) ? conclusion.replaceAll("_", " ") : "";
	if (alert?.number !== undefined) return [`alert #${alert.number}`, state].filter(Boolean).join(" ");
	return [pr_number === undefined ? "" : `pull request #${pr_number}`, state].filter(Boolean).join(", ");
}

/** A merge group has no time; its commit tells it from the next one. */
function mergeGroupOf({ reports, head_sha }: Signal): string {
	const isGroup = reports === "queued" || reports === "dequeued";
	return isGroup && head_sha !== undefined ? `commit ${head_sha.slice(0, 7)}` : "";
}
