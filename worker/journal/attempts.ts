import type { PreviousAttempt } from "../../pipeline/index.ts";
import { isTerminalPhase, NOT_STARTED, type WireOutcome } from "../../wire/outcome.ts";
import type { IncidentRow } from "./incidents.ts";
import { type Query, rowQuery } from "./query.ts";
import type { AttemptResult } from "./statuses.ts";
import { defineTable, integer, nullable, packed, type RowOf, text, time, withDefault } from "./table.ts";
import { insertTransitions, isUnlocked, type SeenIncident } from "./transitions.ts";

export const attemptsTable = defineTable("attempts", {
	incident_id: text(),
	attempt: integer(),
	agent: text(),
	failure_type: text(),
	rule: text(),
	coderun_name: text(),
	/** JSON: the body of `POST /v1/spawn` without its CodeRun, of which it has the hash; all of it in decisions of older versions. */
	request: text(),
	/** The version that decided it. */
	pipeline: text(),
	decided_at: time(),
	/** The phase in which its CodeRun ended; null while that is unknown. */
	outcome: nullable(text()),
	pull_request_url: nullable(text()),
	message: nullable(text()),
	/** ISO 8601, as is `finished_at`. */
	started_at: nullable(text()),
	finished_at: nullable(text()),
	/** SHA-256 of the outcome's body: another body with the same webhook-id is refused. */
	outcome_digest: nullable(text()),
	/** How the attempt ended for its incident. */
	result: nullable(text<AttemptResult>()),
	ended_at: nullable(time()),
	/** When its CodeRun was first seen; null again if no controller started it. */
	spawned_at: nullable(time()),
	/** When the outcome arrived. */
	outcome_at: nullable(time()),
	/** 1 if the escalation chose the agent. */
	escalated: withDefault(integer()),
	/** What tells this failure from another one: two equal ones in a row stop an agent early. */
	signature: nullable(text()),
	/** CI's verdict after it: one sentence. */
	ci_summary: nullable(text()),
	ci_url: nullable(text()),
	/** The number in `pull_request_url`, if that is one of the repository's. */
	pull_request: nullable(integer()),
	/** 1 if the CodeRun already existed when the spawn was requested. */
	existed: withDefault(integer()),
	/** Why it was decided again as the next attempt: it never had a CodeRun. */
	refused: nullable(text()),
	/** When the relay is next asked about its CodeRun; null: at its deadline, or an hour after it was created. */
	ask_at: nullable(time()),
	/** The newer head of its branch for which it was decided again as the next attempt: it never had a CodeRun. */
	newer_head: nullable(text()),
	/** When it became known whether a controller started its CodeRun, which is so unless `outcome` is `NotStarted`. */
	start_known_at: nullable(time()),
	/** The field of the failure; null in decisions of older versions. */
	failure_category: nullable(text()),
	/** JSON: names of the jobs that were red when it was decided. */
	red_jobs: nullable(text()),
	/** JSON: the newest red run when it ended, on which the next attempt works. */
	ended_on: nullable(text()),
	/** 1 if it handed over because its own part is green. */
	was_right: withDefault(integer()),
	/** When GitHub was last asked about the pull request of its fix. */
	merge_asked_at: nullable(time()),
	/** When GitHub is asked next about that; null: as soon as somebody has to know. */
	merge_ask_at: nullable(time()),
	/** When people are next reminded of that pull request; null: three days after CI passed. */
	remind_at: nullable(time()),
	reminded_at: nullable(time()),
	/** JSON: the checks that were red on the head when it was decided; null in decisions of older versions and for CI. */
	red: nullable(text()),
	/** When GitHub was last asked about its result. */
	results_asked_at: nullable(time()),
	/** When GitHub is asked again; null: when the deadline of CI is over, or something passed. */
	ask_results_at: nullable(time()),
	/** The agent that a person gave the incident to while this attempt was under way, which stopped it. */
	given_to: nullable(text()),
	/** The agent that a person named instead of the one that the rules chose for this attempt. */
	corrected_to: nullable(text()),
	/** How far it may go without a person; null: it acts. */
	autonomy: nullable(text<"observe" | "approve">()),
	/** Until when a person's approval is waited for, and who gave it when. */
	approve_until: nullable(time()),
	approved_at: nullable(time()),
	approved_by: nullable(text()),
	/** How long its CodeRun took, in seconds; null: its times are not known. */
	agent_s: nullable(integer()),
	/** The body of `POST /v1/spawn`, packed: `request` has what SQL reads of it. Null in decisions of older versions, and once trimmed. */
	body: nullable(packed()),
	/** The context with its data, packed after the body. Only the incident's newest decision has it. */
	facts: nullable(packed()),
	/** JSON, packed: the explanation's stages. */
	stages: nullable(packed()),
	/** JSON, packed: what else the explanation has, and the context's summary. Null in decisions of older versions. */
	found: nullable(packed()),
});

/** What is only read where it is shown. */
const decidedColumns = attemptsTable.pick("facts", "stages", "found");
export const attemptColumns = attemptsTable.omit(...decidedColumns.names);

/** A row of `attempts`, as stored, without what its decision found. */
export type AttemptRow = RowOf<typeof attemptColumns>;

/** The stored decision of one attempt, if there is one. */
export async function findAttempt(db: D1Database, id: string, attempt: number): Promise<AttemptRow | undefined> {
	const row = await db
		.prepare(`SELECT ${attemptColumns.list} FROM attempts WHERE incident_id = ?1 AND attempt = ?2`)
		.bind(id, attempt)
		.first<AttemptRow>();
	return row ?? undefined;
}

/** The stored decision of an incident's current attempt; `where`: SQL about the incident, only then. */
export function currentAttemptQuery(db: D1Database, id: string, where: string): Query<AttemptRow | undefined> {
	return rowQuery(
		db
			.prepare(
				`SELECT ${attemptColumns.list} FROM attempts
				WHERE incident_id = ?1 AND attempt = (SELECT attempt FROM incidents WHERE id = ?1) AND ${where}`,
			)
			.bind(id),
	);
}

const pastColumns = attemptsTable.pick(
	"attempt",
	"agent",
	"outcome",
	"pull_request_url",
	"pull_request",
	"message",
	"result",
	"ci_summary",
	"ci_url",
	"was_right",
);

/**
 * Earlier attempts of all budgets and their results, oldest first, for the next agent's prompt. Leaves out those that the relay
 * refused, those that no controller started, and those that were not sent because a person gave them to another agent, nobody
 * approved them or nothing was to be sent: they never ran.
 */
export async function previousAttempts(
	db: D1Database,
	{ id, attempt }: Pick<IncidentRow, "id" | "attempt">,
): Promise<readonly PreviousAttempt[]> {
	if (attempt === 1) return [];
	const { results } = await db
		.prepare(
			`SELECT ${pastColumns.list}, (
				SELECT p.state FROM pull_requests p JOIN incidents i ON p.repository = i.repository
				WHERE i.id = attempts.incident_id AND p.number = attempts.pull_request
			) AS pull_request_state FROM attempts
			WHERE incident_id = ?1 AND attempt < ?2 AND refused IS NULL AND outcome IS NOT ?3
				AND ((given_to IS NULL AND autonomy IS NULL) OR spawned_at IS NOT NULL) ORDER BY attempt`,
		)
		.bind(id, attempt, NOT_STARTED)
		.all<RowOf<typeof pastColumns> & { readonly pull_request_state: "closed" | "merged" | null }>();
	return results.map((row) => {
		const ci = [row.ci_summary, row.ci_url].filter(Boolean).join(" ");
		return {
			attempt: row.attempt,
			agent: row.agent,
			outcome: row.result ?? row.outcome ?? "unfinished",
			...(row.message ? { message: row.message } : {}),
			...(row.pull_request_url ? { pull_request_url: row.pull_request_url } : {}),
			...(row.pull_request === null ? {} : { pull_request: row.pull_request }),
			...(row.pull_request_state === null ? {} : { pull_request_state: row.pull_request_state }),
			...(ci === "" ? {} : { ci }),
			...(row.was_right === 1 && { is_green: true }),
		};
	});
}

/**
 * Records that a person gave the incident to this agent. `corrected`: the attempt whose agent the rules chose; if it is that
 * one, nobody corrected it. `stopped`: the attempt that this ends. They belong in the transaction of the step that gives it
 * away, and change nothing if its incident changed.
 */
export function givenStatements(
	db: D1Database,
	{ id, status, attempt, updated_at }: SeenIncident,
	given: {
		readonly to: string;
		readonly corrected: number | undefined;
		readonly stopped: number | undefined;
		readonly now: number;
	},
): readonly D1PreparedStatement[] {
	const record = (change: string, at: number | undefined) =>
		db
			.prepare(
				`UPDATE attempts SET ${change} WHERE incident_id = ?1 AND attempt = ?2 AND EXISTS (
					SELECT 1 FROM incidents WHERE id = ?1 AND status = ?4 AND attempt = ?5 AND updated_at = ?6 AND ${isUnlocked("?7")}
				)`,
			)
			.bind(id, at ?? null, given.to, status, attempt, updated_at, given.now);
	return [record("corrected_to = nullif(?3, agent)", given.corrected), record("given_to = ?3", given.stopped)];
}

/** Whether any attempt had a CodeRun. */
export async function wasTried(db: D1Database, id: string): Promise<boolean> {
	const found = await db
		.prepare("SELECT 1 AS found FROM attempts WHERE incident_id = ?1 AND spawned_at IS NOT NULL LIMIT 1")
		.bind(id)
		.first<number>("found");
	return found !== null;
}

/** The heads for which it was decided again, oldest first. */
export async function newerHeads(
	db: D1Database,
	{ id, attempt }: Pick<IncidentRow, "id" | "attempt">,
): Promise<readonly string[]> {
	if (attempt === 1) return [];
	const { results } = await db
		.prepare("SELECT newer_head FROM attempts WHERE incident_id = ?1 AND newer_head IS NOT NULL ORDER BY attempt")
		.bind(id)
		.all<{ newer_head: string }>();
	return results.map(({ newer_head }) => newer_head);
}

/**
 * Records the name of the CodeRun that the cluster already has for this attempt. After a restore, the journal may have
 * decided the attempt again, for another agent.
 */
export async function adoptCodeRun(
	db: D1Database,
	{ id, attempt }: Pick<IncidentRow, "id" | "attempt">,
	coderun_name: string,
): Promise<void> {
	await db
		.prepare(
			`UPDATE attempts SET coderun_name = ?3, agent = coalesce(?4, agent)
			WHERE incident_id = ?1 AND attempt = ?2 AND coderun_name <> ?3 AND outcome IS NULL`,
		)
		.bind(id, attempt, coderun_name, agentIn(coderun_name))
		.run();
}

/** The agent's name in a name made by `codeRunName`. */
function agentIn(coderun_name: string): string | null {
	return /^healer-ci-(.+)-[0-9a-f]{16}$/.exec(coderun_name)?.[1] ?? null;
}

/** Sets when the relay is next asked about the current attempt's CodeRun. */
export async function scheduleStatusQuery(
	db: D1Database,
	{ id, attempt }: Pick<IncidentRow, "id" | "attempt">,
	at: number,
): Promise<void> {
	await db
		.prepare("UPDATE attempts SET ask_at = ?3 WHERE incident_id = ?1 AND attempt = ?2")
		.bind(id, attempt, at)
		.run();
}

/** Records that GitHub was asked about the current attempt's result, and when it is asked again. */
export async function scheduleResultsQuery(
	db: D1Database,
	{ id, attempt }: Pick<IncidentRow, "id" | "attempt">,
	at: { readonly now: number; readonly again: number },
): Promise<void> {
	await db
		.prepare("UPDATE attempts SET results_asked_at = ?3, ask_results_at = ?4 WHERE incident_id = ?1 AND attempt = ?2")
		.bind(id, attempt, at.now, at.again)
		.run();
}

/**
 * Makes a relay query due now for each incident in `running`. A hub calls this at start: its journal may have been
 * restored, and CodeRuns may have ended since the backup.
 */
export async function queryRunning(db: D1Database, now: number): Promise<void> {
	await db.batch([
		db
			.prepare(
				`UPDATE attempts SET ask_at = ?1 WHERE outcome IS NULL AND (incident_id, attempt) IN (
					SELECT id, attempt FROM incidents WHERE status = 'running'
				)`,
			)
			.bind(now),
		db.prepare("UPDATE incidents SET next_try_at = ?1 WHERE status = 'running'").bind(now),
	]);
}

/**
 * Records how an attempt's CodeRun ended, once: a second call changes nothing. It also makes the incident due, so that
 * `reconcile` processes the outcome even if the caller stops here.
 */
export async function recordOutcome(
	db: D1Database,
	outcome: WireOutcome,
	as: { readonly digest: string; readonly pull_request: number | null; readonly now: number },
): Promise<void> {
	await db.batch([
		db
			.prepare(
				`UPDATE incidents SET coderun_name = ?3, next_try_at = ?4
				WHERE id = ?1 AND attempt = ?2 AND status IN ('accepted', 'waiting', 'running') AND EXISTS (
					SELECT 1 FROM attempts WHERE incident_id = ?1 AND attempt = ?2 AND outcome_digest IS NULL
				)`,
			)
			.bind(outcome.incident_id, outcome.attempt, outcome.coderun_name, as.now),
		db
			.prepare(
				`UPDATE attempts SET outcome = ?3, pull_request_url = ?4, message = ?5, started_at = ?6, finished_at = ?7,
					outcome_digest = ?8, outcome_at = ?9, pull_request = coalesce(?10, pull_request),
					spawned_at = CASE ?3 WHEN ?11 THEN NULL ELSE coalesce(spawned_at, ?9) END,
					start_known_at = CASE ?12 WHEN 1 THEN ?9 ELSE start_known_at END, agent_s = ?13
				WHERE incident_id = ?1 AND attempt = ?2 AND outcome_digest IS NULL`,
			)
			.bind(
				outcome.incident_id,
				outcome.attempt,
				outcome.phase,
				outcome.pull_request_url,
				outcome.message,
				outcome.started_at,
				outcome.finished_at,
				as.digest,
				as.now,
				as.pull_request,
				NOT_STARTED,
				// A CodeRun that was deleted or timed out may have had no phase.
				outcome.phase === NOT_STARTED || isTerminalPhase(outcome.phase) ? 1 : 0,
				agentSeconds(outcome),
			),
	]);
}

/** How long a CodeRun took, by its own times; null if one is unknown. */
function agentSeconds({ started_at, finished_at }: Pick<WireOutcome, "started_at" | "finished_at">): number | null {
	const took = Date.parse(finished_at ?? "") - Date.parse(started_at ?? "");
	return Number.isNaN(took) ? null : Math.max(0, Math.round(took / 1000));
}

/** The pull request of an attempt's fix, if its agent named none. */
export function pullRequestFound(
	db: D1Database,
	{ id, attempt }: Pick<IncidentRow, "id" | "attempt">,
	{ number, url }: { readonly number: number; readonly url: string | null },
): D1PreparedStatement {
	return db
		.prepare(
			`UPDATE attempts SET pull_request = ?3, pull_request_url = coalesce(?4, pull_request_url)
			WHERE incident_id = ?1 AND attempt = ?2 AND pull_request IS NULL`,
		)
		.bind(id, attempt, number, url);
}

/** Sets when GitHub is asked next about the pull request of an attempt's fix; `asked_at`: when it last answered. */
export function scheduleMergeQuery(
	db: D1Database,
	{ id, attempt }: Pick<IncidentRow, "id" | "attempt">,
	{ ask_at, asked_at = null }: { readonly ask_at: number; readonly asked_at?: number | null },
): D1PreparedStatement {
	return db
		.prepare(
			`UPDATE attempts SET merge_ask_at = ?3, merge_asked_at = coalesce(?4, merge_asked_at)
			WHERE incident_id = ?1 AND attempt = ?2`,
		)
		.bind(id, attempt, ask_at, asked_at);
}

/** Sets when people are next reminded of a fix; false if another caller did, or they were reminded. */
export async function scheduleReminder(
	db: D1Database,
	{ id, attempt }: Pick<IncidentRow, "id" | "attempt">,
	{ from, to }: { readonly from: number | null; readonly to: number },
): Promise<boolean> {
	const done = await db
		.prepare(
			`UPDATE attempts SET remind_at = ?4
			WHERE incident_id = ?1 AND attempt = ?2 AND remind_at IS ?3 AND reminded_at IS NULL`,
		)
		.bind(id, attempt, from, to)
		.run();
	return done.meta.changes === 1;
}

/** Records that people were reminded, and adds it to the timeline. */
export async function recordReminded(
	db: D1Database,
	{ id }: Pick<IncidentRow, "id">,
	{ attempt, number, at }: { readonly attempt: number; readonly number: number; readonly at: number },
): Promise<void> {
	await db.batch([
		db
			.prepare(insertTransitions(REMINDED, "FROM incidents WHERE id = ?1"))
			.bind(id, at, `pull request #${number} waits to be merged`),
		db.prepare("UPDATE attempts SET reminded_at = ?3 WHERE incident_id = ?1 AND attempt = ?2").bind(id, attempt, at),
	]);
}

const REMINDED = { at: "?2", event: "'reminded'", to_status: "status", reason: "?3" } as const;
