import type { Artefact, Incident } from "../../pipeline/index.ts";
import { arePartsOfOneRun, isOwnJob, isToBeMerged } from "../../pipeline/index.ts";
import { DAY_MS } from "../../wire/durations.ts";
import type { Assumption } from "./assumptions.ts";
import { type CheckIdentity, checkMatcher, checkOf } from "./check-identity.ts";
import { FIELDS } from "./incidents.ts";
import { type Query, rowsQuery, runQuery } from "./query.ts";
import { readStored } from "./stored-json.ts";
import { insertTransitions } from "./transitions.ts";

// A branch has as many open fixes as it has failing checks.
const MOST = 20;
const MOST_DELIVERIES = 200;
/** An open pull request that a person was asked about keeps further failures to itself for this long. */
const ASKED_FOR_MS = 7 * DAY_MS;

/** SQL: whether an agent was sent for the incident, and its fix may still be merged; `since`: when an escalation still counts. */
const hasOpenFix = (
	since: string,
) => `(status IN ('running', 'awaiting_ci', 'awaiting_merge') OR (status = 'waiting' AND attempt > 1)
	OR (status IN ('failed', 'escalated') AND ended_at > ${since} AND EXISTS (
		SELECT 1 FROM attempts a WHERE a.incident_id = incidents.id AND a.pull_request IS NOT NULL AND NOT EXISTS (
			SELECT 1 FROM pull_requests p WHERE p.repository = incidents.repository AND p.number = a.pull_request
		)
	)))`;

/** SQL: whether the run is in the incident's timeline already: it stays there, also when the fix has ended since. */
const recorded = (reason: string) =>
	`id IN (SELECT incident_id FROM transitions WHERE event = 'failed_again' AND reason = ${reason})`;

/**
 * The incident whose open fix a failure belongs to: on a branch to which fixes are merged, the same check stays red until
 * that happens, whoever pushes meanwhile. If other jobs failed, it is another failure.
 */
export async function findOpenFix(
	db: D1Database,
	{ failure, policy, now }: { readonly failure: Incident; readonly policy: Artefact["outcome"]; readonly now: number },
	read?: readonly OpenFixRow[],
): Promise<string | undefined> {
	const check = checkOf(failure);
	if (check === undefined || !mayHaveOpenFix(failure, policy)) return undefined;
	const candidates = read ?? (await runQuery(db, rowsQuery<OpenFixRow>(ofFailure(db, failure, now))));
	const same = candidates.filter((row) => isOfCheck(row.incident, failure, check, policy));
	const known = await knownJobs(db, same);
	return same.find((row) => !areOtherJobs(jobsOf(failure), known.get(row.id) ?? []))?.id;
}

function mayHaveOpenFix(failure: Incident, policy: Artefact["outcome"]): boolean {
	const { kind, branch } = failure;
	return (
		kind === "ci" && branch !== undefined && checkOf(failure) !== undefined && isToBeMerged(owned(failure), policy)
	);
}

/** That no fix of its branch is open, so that `findOpenFix` would find none. Nothing to assume where it does not ask. */
export function assumeNoOpenFix({
	failure,
	policy,
	now,
}: {
	readonly failure: Incident;
	readonly policy: Artefact["outcome"];
	readonly now: number;
}): readonly Assumption[] {
	if (!mayHaveOpenFix(failure, policy)) return [];
	const { id, repository, head_repository, branch, run_id, run_attempt, head_sha, event } = failure;
	// Those fields that are read: the rest of the failure is bound twice already, where it is stored.
	const fields = JSON.stringify({ repository, head_repository, branch, run_id, run_attempt, head_sha, event });
	const values = { fix_failure: fields, fix_id: id, fix_since: now - ASKED_FOR_MS, fix_most: MOST };
	return [{ sql: NO_OPEN_FIX, values }];
}

/** An incident whose open fix a failure of the same branch may belong to. */
export interface OpenFixRow {
	readonly id: string;
	/** JSON. */
	readonly incident: string;
}

/** Those for an incident that is in the journal, by its own row; none once a CodeRun of it was seen. */
export function openFixQuery(db: D1Database, id: string, now: number): Query<readonly OpenFixRow[]> {
	const failure = `SELECT ${FIELDS} AS fields FROM incidents WHERE id = ?1 AND kind = 'ci' AND ended_at IS NULL
		AND NOT EXISTS (SELECT 1 FROM attempts WHERE incident_id = ?1 AND spawned_at IS NOT NULL)`;
	return rowsQuery(db.prepare(candidatesOf(failure)).bind(id, now - ASKED_FOR_MS, MOST));
}

function ofFailure(db: D1Database, failure: Incident, now: number): D1PreparedStatement {
	return db
		.prepare(candidatesOf("SELECT ?4 AS fields, ?1 AS id"))
		.bind(failure.id, now - ASKED_FOR_MS, MOST, JSON.stringify(failure));
}

/**
 * SQL: how the timeline names a failure, whose JSON is `fields`. A rerun that fails is another failure than the run's first
 * attempt.
 */
const WHICH_RUN = `CASE
		WHEN fields ->> 'run_id' IS NOT NULL THEN 'run ' || (fields ->> 'run_id') || CASE
			WHEN fields ->> 'run_attempt' > 1 THEN ', attempt ' || (fields ->> 'run_attempt') || ',' ELSE ''
		END
		WHEN fields ->> 'head_sha' IS NOT NULL THEN 'commit ' || (fields ->> 'head_sha')
		ELSE fields ->> 'event'
	END || ' on ' || (fields ->> 'branch')`;

const PLACES = { id: "?1", since: "?2", most: "?3" };
const FIX_PLACES = { id: ":fix_id", since: ":fix_since", most: ":fix_most" };

/** SQL; `failure` selects the JSON of the failure whose id is at `id`. */
const candidatesOf = (failure: string, { id, since, most } = PLACES) => `WITH given AS MATERIALIZED (${failure}),
	failure AS MATERIALIZED (
		SELECT fields ->> 'repository' AS repository, fields ->> 'branch' AS branch,
			lower(coalesce(fields ->> 'head_repository', fields ->> 'repository')) AS head, ${WHICH_RUN} AS which FROM given
	)
	SELECT incidents.id, incidents.incident FROM failure CROSS JOIN incidents
	WHERE incidents.repository = failure.repository AND incidents.branch = failure.branch AND incidents.id <> ${id}
		AND incidents.kind = 'ci' AND (${hasOpenFix(since)} OR ${recorded("failure.which")})
		AND lower(coalesce(incidents.incident ->> 'head_repository', incidents.repository)) = failure.head
	ORDER BY incidents.created_at, incidents.id LIMIT ${most}`;

const NO_OPEN_FIX = `NOT EXISTS (${candidatesOf("SELECT :fix_failure AS fields", FIX_PLACES)})`;

/** A damaged incident matches no failure. */
function isOfCheck(incident: string, failure: Incident, check: CheckIdentity, policy: Artefact["outcome"]): boolean {
	const read = readStored("incidents.incident", incident);
	const other = read.ok ? checkOf(read.value) : undefined;
	if (!read.ok || other === undefined || !isToBeMerged(owned(read.value), policy)) return false;
	if (arePartsOfOneRun(failure, read.value.run_id)) return false;
	return checkMatcher([check, other])(check, other);
}

/** A job's event does not name the repository of its branch. A stranger's branch of this name has no fix of ours. */
function owned(incident: Incident): Incident {
	return { ...incident, head_repository: incident.head_repository ?? incident.repository };
}

/** The jobs that are known to have failed with each incident, from all of its deliveries. */
async function knownJobs(
	db: D1Database,
	incidents: readonly { readonly id: string; readonly incident: string }[],
): Promise<ReadonlyMap<string, readonly string[]>> {
	if (incidents.length === 0) return new Map();
	const { results } = await db
		.prepare(
			`SELECT incident_id AS id, incident FROM deliveries
			WHERE incident_id IN (SELECT value FROM json_each(?1)) LIMIT ?2`,
		)
		.bind(JSON.stringify(incidents.map(({ id }) => id)), MOST_DELIVERIES)
		.all<{ id: string; incident: string }>();
	const jobs = new Map<string, readonly string[]>();
	const parts = new Map<string, Incident>();
	for (const { id, incident } of incidents) {
		const read = readStored("incidents.incident", incident);
		if (read.ok) parts.set(id, read.value);
	}
	for (const { id, incident } of [...incidents, ...results]) {
		const read = readStored("deliveries.incident", incident);
		const own = read.ok ? jobsOf(read.value).filter((job) => isOwnJob(parts.get(id) ?? {}, job)) : [];
		jobs.set(id, [...(jobs.get(id) ?? []), ...own]);
	}
	return jobs;
}

function jobsOf({ jobs, job }: Incident): readonly string[] {
	return jobs ?? (job === undefined ? [] : [job]);
}

/** Whether both are known and have no job in common. The parts of a matrix count as one job: `test (1)` and `test (2)`. */
export function areOtherJobs(jobs: readonly string[], known: readonly string[]): boolean {
	const names = new Set(known.map(withoutMatrix));
	return jobs.length > 0 && names.size > 0 && !jobs.some((job) => names.has(withoutMatrix(job)));
}

function withoutMatrix(job: string): string {
	return job.replace(/ \([^()]*\)$/, "");
}

/** Whether the delivery's incident is in the journal: a failure that is already an incident stays one. */
export async function isIncident(db: D1Database, id: string): Promise<boolean> {
	return (await db.prepare("SELECT 1 FROM incidents WHERE id = ?1").bind(id).first()) !== null;
}

const WHICH = `(SELECT ${WHICH_RUN} FROM (SELECT ?3 AS fields))`;

/**
 * Adds a failure to the timeline of the incident with the open fix, once for each run. The last statement returns a row if it
 * is there, which it is not if that fix ended before.
 */
export function failedAgainStatements(
	db: D1Database,
	{ id, failure, now }: { readonly id: string; readonly failure: Incident; readonly now: number },
): readonly D1PreparedStatement[] {
	const fields = JSON.stringify(failure);
	return [
		db
			.prepare(
				insertTransitions(
					{ at: "?2", event: "'failed_again'", to_status: "status", reason: WHICH },
					`FROM incidents WHERE id = ?1 AND ${hasOpenFix("?4")} AND NOT (${recorded(WHICH)})`,
				),
			)
			.bind(id, now, fields, now - ASKED_FOR_MS),
		db
			.prepare(`SELECT id FROM incidents WHERE id = ?1 AND ${recorded(WHICH)} AND ?2 IS NOT NULL`)
			.bind(id, now, fields),
	];
}
