import { DAY_MS } from "../../wire/durations.ts";
import { FIELDS } from "./incidents.ts";
import { defineTable, integer, nullable, type RowOf, text, time } from "./table.ts";

/** What passed on the same commit when it was run again, once for each time: the flake ledger. */
export const flakesTable = defineTable("flakes", {
	incident_id: text(),
	/** The last attempt of the run that had failed. */
	run_attempt: integer(),
	repository: text(),
	workflow: text(),
	/** The failed jobs. */
	job: text(),
	/** The fingerprint's key, else the failure type. */
	cause: text(),
	/** The same, for people. */
	text: text(),
	failure_type: text(),
	/** The login of the commit's author, else of whoever started the run. */
	author: nullable(text()),
	seen_at: time(),
});

/** How long a flake is remembered after it was last seen. */
export const FLAKE_MS = 14 * DAY_MS;
// The query that decisions read has a bound.
const MOST_KNOWN = 500;

/** SQL: a field of the stored explanation; none if the row is damaged. */
const FINGERPRINT = "CASE WHEN json_valid(explanation) THEN explanation ->> '$.fingerprint";

/** SQL, of a member: what it fails for was fixed, and a new run of its pull request is merged with that. */
const IS_MENDED = `EXISTS (SELECT 1 FROM incidents AS leader
	WHERE leader.id = incidents.leader_id AND leader.status = 'fixed' AND leader.fixed_by IN ('agent', 'other'))`;

/**
 * Notes a failure that a rerun cured, whoever asked for it: belongs behind the step that ends the incident. What was never
 * decided has no failure type, and is not noted.
 */
export function flakeStatement(db: D1Database, incidentId: string, now: number): D1PreparedStatement {
	const insert = flakesTable.insertSelect(
		{
			incident_id: "id",
			run_attempt: "coalesce(run_attempt, 1)",
			repository: "repository",
			workflow: `coalesce(${FIELDS} ->> '$.workflow.name', ${FIELDS} ->> '$.workflow.path', '')`,
			job: `substr(coalesce((SELECT group_concat(value, ', ') FROM json_each(${FIELDS}, '$.jobs')), ${FIELDS} ->> '$.job', ''), 1, 200)`,
			cause: `coalesce(${FINGERPRINT}.key' END, failure_type)`,
			text: `coalesce(${FINGERPRINT}.text' END, failure_type)`,
			failure_type: "failure_type",
			author: `coalesce(${FIELDS} ->> '$.author.login', ${FIELDS} ->> '$.actor.login')`,
			seen_at: "?2",
		},
		`FROM incidents WHERE id = ?1 AND fixed_by = 'rerun' AND ended_at = ?2 AND failure_type IS NOT NULL
			AND NOT ${IS_MENDED} ON CONFLICT DO NOTHING`,
	);
	return db.prepare(insert).bind(incidentId, now);
}

/** SQL, in a statement whose ?1 is the incident's id: the causes that are known as flaky in its repository, as JSON. */
export const knownFlakes = (since: string) => `(SELECT json_group_array(cause) FROM (
	SELECT flakes.cause FROM incidents AS own CROSS JOIN flakes ON flakes.repository = own.repository
	WHERE own.id = ?1 AND flakes.seen_at > ${since} GROUP BY flakes.cause
	ORDER BY max(flakes.seen_at) DESC LIMIT ${MOST_KNOWN}
))`;

/** One line of the ledger. */
export interface FlakeRow
	extends Omit<RowOf<typeof flakesTable>, "incident_id" | "run_attempt" | "author" | "seen_at"> {
	/** How often it passed when it was run again. */
	readonly seen: number;
	/** How often it failed again for the same cause. */
	readonly failed_again: number;
	readonly first_seen_at: number;
	readonly last_seen_at: number;
	/** JSON: logins of the authors, without those that are unknown, and how often it cost each. */
	readonly authors: string;
	/** The newest incident of it. */
	readonly incident_id: string;
}

export interface FlakeQuery {
	readonly repository?: string | undefined;
	readonly now: number;
	readonly limit: number;
}

/** The ledger, what was seen most often first. */
export async function listFlakes(db: D1Database, { repository, now, limit }: FlakeQuery): Promise<readonly FlakeRow[]> {
	const { results } = await db
		.prepare(
			`WITH known AS (
				SELECT repository, workflow, job, cause, count(*) AS seen, min(seen_at) AS first_seen_at,
					max(seen_at) AS last_seen_at, max(seen_at || ' ' || incident_id) AS newest,
					max(text) AS text, max(failure_type) AS failure_type
				FROM flakes WHERE ?1 IS NULL OR repository = ?1
				GROUP BY repository, workflow, job, cause HAVING max(seen_at) > ?2
			)
			SELECT repository, workflow, job, cause, text, failure_type, seen, first_seen_at, last_seen_at,
				substr(newest, instr(newest, ' ') + 1) AS incident_id,
				(SELECT count(*) FROM reruns JOIN incidents ON incidents.id = reruns.incident_id
					WHERE reruns.fingerprint = known.cause AND reruns.result = 'failed'
						AND incidents.repository = known.repository) AS failed_again,
				(SELECT json_group_array(json_object('login', author, 'times', times)) FROM (
					SELECT author, count(*) AS times FROM flakes WHERE flakes.repository = known.repository
						AND flakes.workflow = known.workflow AND flakes.job = known.job AND flakes.cause = known.cause
						AND author IS NOT NULL
					GROUP BY author ORDER BY times DESC, author LIMIT 20
				)) AS authors
			FROM known ORDER BY seen DESC, last_seen_at DESC, cause LIMIT ?3`,
		)
		.bind(repository ?? null, now - FLAKE_MS, limit)
		.all<FlakeRow>();
	return results;
}

/** SQL: forgets flakes that were not seen since ?1, at most ?2 rows. */
export const FORGET_FLAKES = `DELETE FROM flakes WHERE rowid IN (
	SELECT old.rowid FROM flakes AS old WHERE old.seen_at <= ?1 AND NOT EXISTS (
		SELECT 1 FROM flakes AS newer WHERE newer.repository = old.repository AND newer.workflow = old.workflow
			AND newer.job = old.job AND newer.cause = old.cause AND newer.seen_at > ?1
	) ORDER BY old.seen_at LIMIT ?2
)`;
