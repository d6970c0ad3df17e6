import type { Incident } from "../../pipeline/index.ts";
import { FIELDS } from "./incidents.ts";
import { defineTable, integer, nullable, type RowOf, text, time } from "./table.ts";

export const checksTable = defineTable("checks", {
	repository: text(),
	/** The repository of the branch: another one for a fork, `UNNAMED_HEAD` while nobody named it. */
	head_repository: text(),
	branch: text(),
	/** `workflow-file:{path}`, `workflow:{name}`, `app:{slug}` or `status`: see `checkName`. */
	check_name: text(),
	/** The job, check run or status context; empty for the check as a whole. */
	job: text(),
	conclusion: text<"success" | "failure">(),
	/** Sorts by when the runs started: see `positionOf`. */
	position: text(),
	head_sha: nullable(text()),
	run_id: nullable(text()),
	pr_number: nullable(integer()),
	actor_login: nullable(text()),
	actor_type: nullable(text()),
	/** JSON: names of the failed steps. */
	failed_steps: nullable(text()),
	url: nullable(text()),
	started_at: time(),
	received_at: time(),
	/** The name of the workflow in that run, where `check_name` has its file. */
	workflow_name: nullable(text()),
});

/** The primary key: a check has one row a branch and job. */
export const checkKey = checksTable.pick("repository", "branch", "head_repository", "check_name", "job");

/** A row of `checks`, as stored: the newest result of a check on a branch. */
export type CheckRow = RowOf<typeof checksTable>;

/** The fields that order runs and checks. Times are ISO 8601. */
interface RunTimes {
	readonly run_id?: string;
	readonly run_attempt?: number;
	readonly started_at?: string;
	readonly occurred_at?: string;
}

/**
 * A key that sorts runs and checks by when they started. GitHub's run ids grow, and a rerun is a higher attempt of its run;
 * everything else sorts by time. The end would be the wrong key: an older run may end after a newer one. Undefined without
 * a run id or a time.
 */
export function positionOf(begun: RunTimes): string | undefined {
	const { run_id, run_attempt = 1 } = begun;
	if (run_id !== undefined && /^\d{1,18}$/.test(run_id)) {
		return `run.${run_id.padStart(18, "0")}.${String(run_attempt).padStart(5, "0")}`;
	}
	const at = beganAt(begun);
	return at === undefined ? undefined : `time.${String(at).padStart(15, "0")}`;
}

/** When it started, in milliseconds; without that, when it happened. */
export function beganAt({ started_at, occurred_at }: RunTimes): number | undefined {
	const at = [started_at, occurred_at].map((time) => Date.parse(time ?? "")).find((time) => Number.isFinite(time));
	return at !== undefined && at >= 0 ? at : undefined;
}

/** Whether `one` is newer than `other`; undefined if only one of them is a run: those cannot be compared. */
export function isNewer(one: string, other: string): boolean | undefined {
	return kindOf(one) === kindOf(other) ? one > other : undefined;
}

/** Whether both are attempts of the same run. */
export function isSameRun(one: string, other: string): boolean {
	return kindOf(one) === "run" && one.slice(0, -6) === other.slice(0, -6);
}

/** The attempt of the run at a position; undefined if it is no run. */
export function attemptOf(position: string): number | undefined {
	return kindOf(position) === "run" ? Number(position.slice(-5)) : undefined;
}

function kindOf(position: string): string {
	return position.slice(0, position.indexOf("."));
}

/**
 * Adds the actor to a failure whose event lacks one, from a known run of the same commit. Reports by an App or as a commit
 * status come from the App, regardless of who pushed the commit.
 */
export async function withKnownActor(db: D1Database, incident: Incident): Promise<Incident> {
	const { kind, repository, branch, head_sha, run_id = null } = incident;
	if (kind !== "ci" || incident.actor !== undefined || branch === undefined || head_sha === undefined) return incident;
	const known = await db
		.prepare(actorOf("SELECT ?1 AS repository, ?2 AS branch, ?3 AS head_sha, ?4 AS run_id"))
		.bind(repository, branch, head_sha, run_id)
		.first<KnownActor>();
	return known === null ? incident : withActor(incident, known);
}

export interface KnownActor {
	readonly login: string;
	readonly type: string | null;
}

export function withActor(incident: Incident, { login, type }: KnownActor): Incident {
	return { ...incident, actor: { login, ...(type !== null && { type }) } };
}

/** SQL: the actor that `withKnownActor` finds for the fields of an incident's own row; `id` is SQL, too. */
export const actorOfRow = (id: string) =>
	actorOf(`SELECT repository, ${FIELDS} ->> 'branch' AS branch, ${FIELDS} ->> 'head_sha' AS head_sha,
		${FIELDS} ->> 'run_id' AS run_id FROM incidents WHERE id = ${id} AND kind = 'ci'`);

/** SQL; `commit` selects what names it. */
const actorOf = (commit: string) => `WITH one AS MATERIALIZED (${commit})
	SELECT checks.actor_login AS login, checks.actor_type AS type FROM one CROSS JOIN checks
	WHERE checks.repository = one.repository AND checks.branch = one.branch AND checks.head_sha = one.head_sha
		AND checks.actor_login IS NOT NULL
	ORDER BY checks.run_id IS one.run_id DESC, checks.position DESC LIMIT 1`;
