import { isFork } from "../../pipeline/head-repository.ts";
import { incidentOfFixBranch, type Signal } from "../../pipeline/index.ts";
import { insertRow } from "./bind-named.ts";
import { NEWER_CHECK, nameHeadsOfRun, UNNAMED_HEAD } from "./check-heads.ts";
import { beganAt, checkName, checksTable, isWorkflow, positionOf } from "./checks.ts";
import { pullRequestsTable } from "./pull-requests.ts";
import { insertTransitions } from "./transitions.ts";

// These incidents are notified at once; the sweep processes the rest of a branch.
const MOST_AFFECTED = 50;

/** The statements of one transaction, and how to read their results. */
export interface SignalStatements {
	readonly all: readonly D1PreparedStatement[];
	/** The ids of the remediations of the signal's branch or pull request. */
	affected(results: readonly D1Result[]): readonly string[];
}

/**
 * Stores a signal and makes the remediations of its branch or pull request due, in one transaction. Idempotent, and
 * independent of the order in which signals arrive.
 */
export function signalStatements(
	db: D1Database,
	signal: Signal,
	at: { readonly now: number; readonly reconsider_ms: number },
): SignalStatements {
	const affected = affectedBy(signal, at);
	return {
		all: [
			...factsOf(db, signal, at.now),
			...noteOf(db, signal, affected, at.now),
			db.prepare(`SELECT id FROM incidents WHERE id IN (${affected.sql})`).bind(...affected.values),
			db
				.prepare(
					`UPDATE incidents SET next_try_at = min(coalesce(next_try_at, ?9), ?9)
					WHERE id IN (${affected.sql}) AND status NOT IN ('accepted', 'waiting')`,
				)
				.bind(...affected.values, at.now),
		],
		affected: (results) => ((results.at(-2)?.results ?? []) as { id: string }[]).map(({ id }) => id),
	};
}

interface Affected {
	readonly sql: string;
	readonly values: readonly [string, string | null, string, number | null, number, number, string, string | null];
}

/**
 * Remediations of the branch that failed, of its pull request (what failed in a merge queue is on another branch), of the fix's
 * branch, and of the fix's pull request.
 */
function affectedBy(signal: Signal, at: { readonly now: number; readonly reconsider_ms: number }): Affected {
	const { repository, branch, pr_number } = signal;
	const prefix = incidentOfFixBranch(branch ?? "") ?? "none";
	const open = `(status NOT IN ('superseded', 'cancelled', 'dead', 'fixed') OR (status = 'fixed' AND ended_at > ?5))`;
	const sql = `SELECT id FROM (
			SELECT id FROM incidents WHERE repository = ?1 AND branch = ?2 AND ${open}
				AND (?8 IS NULL OR coalesce(incident ->> '$.head_repository', ?8) = ?8 COLLATE NOCASE)
			ORDER BY created_at DESC LIMIT ?6
		)
		UNION SELECT id FROM (
			SELECT id FROM incidents WHERE repository = ?1 AND json_extract(incident, '$.pr_number') = ?4 AND ${open}
			ORDER BY created_at DESC LIMIT ?6
		)
		UNION SELECT id FROM incidents WHERE id >= ?3 AND id < ?7 AND repository = ?1
		UNION SELECT incident_id FROM attempts WHERE pull_request = ?4
			AND EXISTS (SELECT 1 FROM incidents WHERE id = incident_id AND repository = ?1)`;
	const since = at.now - at.reconsider_ms;
	// Anybody may call a branch of a fork like one of ours.
	const fork = isFork(signal) ? (signal.head_repository ?? null) : null;
	const names = [repository, branch ?? null, prefix, pr_number ?? null] as const;
	return { sql, values: [...names, since, MOST_AFFECTED, `${prefix}g`, fork] };
}

function factsOf(db: D1Database, signal: Signal, now: number): D1PreparedStatement[] {
	switch (signal.reports) {
		case "success":
		case "failure":
			return checkStatement(db, signal, signal.reports, now);
		case "merged":
		case "closed":
			return pullRequestStatement(db, signal, signal.reports, now);
		case "reviewed":
		case "queued":
		case "dequeued":
			return [];
		default:
			return signal.reports satisfies never;
	}
}

function checkStatement(
	db: D1Database,
	signal: Signal,
	conclusion: "success" | "failure",
	now: number,
): D1PreparedStatement[] {
	const check_name = checkName(signal);
	const { repository, branch, job = "" } = signal;
	if (check_name === undefined || branch === undefined) return [];
	// One passed job of a workflow says nothing about the others.
	if (conclusion === "success" && isWorkflow(check_name) && job !== "") return [];
	const { actor } = signal;
	return [
		insertRow(
			db,
			checksTable,
			{
				repository,
				head_repository: signal.head_repository ?? UNNAMED_HEAD,
				branch,
				check_name,
				job,
				conclusion,
				position: positionOf(signal) ?? positionOf({ occurred_at: new Date(now).toISOString() }) ?? "",
				head_sha: signal.head_sha ?? null,
				run_id: signal.run_id ?? null,
				pr_number: signal.pr_number ?? null,
				actor_login: actor?.login ?? null,
				actor_type: actor?.type ?? null,
				failed_steps: signal.failed_steps === undefined ? null : JSON.stringify(signal.failed_steps),
				url: signal.url ?? null,
				started_at: beganAt(signal) ?? now,
				received_at: now,
			},
			{ onConflict: NEWER_CHECK },
		),
		...(signal.run_id === undefined ? [] : nameHeadsOfRun(db, { repository, branch, run_id: signal.run_id })),
	];
}

function pullRequestStatement(
	db: D1Database,
	{ repository, pr_number, branch }: Signal,
	state: "merged" | "closed",
	now: number,
): D1PreparedStatement[] {
	if (pr_number === undefined) return [];
	return [
		insertRow(
			db,
			pullRequestsTable,
			{ repository, number: pr_number, branch: branch ?? "", state, closed_at: now },
			{
				onConflict: `ON CONFLICT (repository, number) DO UPDATE SET state = excluded.state
				WHERE excluded.state > pull_requests.state`,
			},
		),
	];
}

/** Adds signals that change no state to the timeline, once however often they are delivered. */
function noteOf(db: D1Database, signal: Signal, affected: Affected, now: number): D1PreparedStatement[] {
	if (signal.reports === "success" || signal.reports === "failure") return [];
	return [
		db
			.prepare(
				insertTransitions(
					{ at: "?9", event: "?10", to_status: "status", reason: "?11" },
					`FROM incidents WHERE id IN (${affected.sql}) AND NOT EXISTS (
						SELECT 1 FROM transitions WHERE incident_id = incidents.id AND event = ?10 AND reason = ?11
					)`,
				),
			)
			.bind(...affected.values, now, signal.reports, describeSignal(signal)),
	];
}

/** Two signals with the same text are the same one. A merge group has no time; its commit tells it from the next one. */
function describeSignal({ pr_number, conclusion = "", sender, occurred_at, head_sha }: Signal): string {
	const state = /^[a-z_]{1,40}$/.test(conclusion) ? conclusion.replaceAll("_", " ") : "";
	const group = head_sha === undefined ? "" : `commit ${head_sha.slice(0, 7)}`;
	const parts = [
		pr_number === undefined ? "" : `pull request #${pr_number}`,
		state,
		sender === undefined ? "" : `by ${sender.login}`,
		occurred_at ?? group,
	];
	return parts.filter(Boolean).join(", ");
}
