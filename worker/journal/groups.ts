import { MINUTE_MS } from "../../wire/durations.ts";
import { bindNamed } from "./bind-named.ts";
import { FIELDS, type IncidentRow, type LockedIncident } from "./incidents.ts";
import { type Query, rowQuery, rowsQuery, runQueries, runQuery } from "./query.ts";
import { statusList, UNENDED } from "./state-machine.ts";
import { type Step, stepQuery } from "./transitions.ts";

/** Which failures of one cause are a group: `group` in pipeline.yaml. */
export interface GroupRules {
	readonly scope: "repository" | "organization";
	readonly window_ms: number;
	/** It waits for a person itself, so it may join what waits for one. */
	readonly awaitsApproval?: boolean;
}

/** What a decision says about the cause of a red check. */
export interface Cause {
	/** The fingerprint's key. */
	readonly fingerprint: string;
	/** See `incidents.own_branch` and `incidents.base`. */
	readonly own_branch: string | null;
	readonly base: string | null;
}

type Member = Pick<IncidentRow, "id" | "repository"> & Cause;

/** SQL, of `leader`: it is on the default branch, as far as that is known. */
const IS_ON_DEFAULT = "(leader.own_branch IS NOT NULL AND leader.own_branch = leader.base)";

/**
 * SQL, of `leader`: whether a failure of its cause waits for it. Once its fix waits to be merged there is nothing that another
 * agent could do; once its attempts are used up, a person has it. While its jobs run again nobody joins: what passes then makes no
 * other check green. Nobody waits for a person's approval of another one who needs none. `:since`: when the window of now began.
 */
const TAKES_MEMBERS = `(leader.status = 'awaiting_merge' OR (leader.led_at > :since AND (
	leader.status IN (${statusList(UNENDED.filter((status) => status !== "rerunning" && status !== "awaiting_approval"))})
	OR (leader.status = 'awaiting_approval' AND :awaits_approval = 1) OR (leader.status IN ('failed', 'escalated') AND leader.coderun_name IS NOT NULL)
)))`;

/** SQL: the leaders of a cause, but for the incident itself. */
const LEADERS = `incidents AS leader WHERE leader.fingerprint = :fingerprint AND leader.leader_id IS NULL AND leader.id <> :id
	AND leader.led_at IS NOT NULL AND ${TAKES_MEMBERS}
	AND CASE :scope WHEN 'organization' THEN lower(substr(leader.repository, 1, length(:owner))) = :owner
		ELSE lower(leader.repository) = lower(:repository) END`;

/** SQL, of `leader`: no CodeRun of it was seen yet. */
const IS_UNSENT = "(leader.status IN ('accepted', 'waiting', 'awaiting_approval') AND leader.coderun_name IS NULL)";

function valuesOf(
	{ id, repository, fingerprint, own_branch, base }: Member,
	{ scope, window_ms, awaitsApproval }: GroupRules,
	now: number,
) {
	const owner = `${repository.split("/")[0]}/`.toLowerCase();
	return {
		id,
		repository,
		fingerprint,
		own_branch,
		base,
		scope,
		owner,
		since: now - window_ms,
		now,
		awaits_approval: awaitsApproval ? 1 : 0,
	};
}

/**
 * Makes an undecided incident a member of the group that its cause has, before its own decision would be stored: belongs at the
 * beginning of that transaction. Whoever is decided first leads, so there is one leader. A failure on the default branch leads
 * itself unless somebody works on its cause already; the others follow it before they are sent (`leaderQuery`). `isJoined`: its
 * lock is released.
 */
export function joinQueries(
	db: D1Database,
	locked: LockedIncident,
	{
		cause,
		rules,
		found,
		now,
	}: {
		readonly cause: Cause;
		readonly rules: GroupRules;
		/** What its decision found. */
		readonly found: NonNullable<Step["set"]>;
		readonly now: number;
	},
) {
	const values = { ...valuesOf({ ...locked, ...cause }, rules, now), lock: locked.lock, attempt: locked.attempt };
	const isOnDefault = cause.own_branch !== null && cause.own_branch === cause.base;
	const leader = `SELECT leader.id FROM ${LEADERS}
		${isOnDefault ? `AND (${IS_ON_DEFAULT} OR NOT ${IS_UNSENT})` : ""}
		ORDER BY ${IS_ON_DEFAULT} DESC, leader.own_branch IS :own_branch DESC, leader.created_at, leader.id LIMIT 1`;
	const choose = bindNamed(
		db,
		`UPDATE incidents SET leader_id = (${leader}) WHERE id = :id AND lock = :lock
			AND NOT EXISTS (SELECT 1 FROM attempts WHERE incident_id = :id AND attempt = :attempt)`,
		values,
	);
	return {
		leader: { statements: [choose], read: () => undefined },
		isJoined: joinStep(db, locked, { set: { ...found, ...cause }, now }),
		followers: isOnDefault ? followersDue(db, values) : { statements: [], read: () => [] },
	};
}

/**
 * SQL of its SET, and their values: an incident whose decision is the stored one may lead from then on. Null: nothing names its
 * cause, or it leads none.
 */
export function mayLead(cause: Cause | null, leads_at: number | null) {
	const { fingerprint = null, own_branch = null, base = null } = cause ?? {};
	return {
		sql: "fingerprint = :fingerprint, own_branch = :own_branch, base = :base, led_at = coalesce(led_at, :led_at)",
		values: { fingerprint, own_branch, base, led_at: fingerprint === null ? null : leads_at },
	};
}

/** Makes the members of a leader due that was decided again, on another cause than theirs. */
export function otherCauseStatement(
	db: D1Database,
	{ id }: LockedIncident,
	{ fingerprint }: Cause,
	now: number,
): D1PreparedStatement {
	return db
		.prepare(
			"UPDATE incidents SET next_try_at = ?3 WHERE leader_id = ?1 AND status = 'grouped' AND fingerprint IS NOT ?2",
		)
		.bind(id, fingerprint, now);
}

/** Joins the leader that its row names, with its own members, and releases its lock. */
function joinStep(db: D1Database, locked: LockedIncident, { set, now }: Pick<Step, "set" | "now">): Query<boolean> {
	const members = bindNamed(
		db,
		`UPDATE incidents SET leader_id = (SELECT leader_id FROM incidents WHERE id = :id) WHERE leader_id = :id
			AND EXISTS (SELECT 1 FROM incidents WHERE id = :id AND lock = :lock AND leader_id IS NOT NULL)`,
		{ id: locked.id, lock: locked.lock },
	);
	const { statements, read } = stepQuery(db, locked.id, {
		event: "joined",
		reason: { sql: "'its cause is that of incident ' || leader_id" },
		only: "leader_id IS NOT NULL",
		now,
		when: locked,
		set: {
			...{ blocked_on: null, failing_since: null, tries: 0, not_before: null, led_at: null },
			...set,
			// It is due at once: what its leader waits for, it finds out itself.
			next_try_at: now,
		},
		with: [members],
	});
	return { statements, read: (results) => read(results) === "done" };
}

/** Makes those due that follow a failure on the default branch: leaders elsewhere for which nothing was sent. */
function followersDue(
	db: D1Database,
	values: ReturnType<typeof valuesOf> & { readonly lock: string },
): Query<readonly string[]> {
	const statement = bindNamed(
		db,
		`UPDATE incidents SET next_try_at = max(coalesce(not_before, 0), min(coalesce(next_try_at, :now), :now))
		WHERE id IN (SELECT leader.id FROM ${LEADERS} AND ${IS_UNSENT} AND leader.status = 'waiting' AND NOT ${IS_ON_DEFAULT})
			AND EXISTS (SELECT 1 FROM incidents WHERE id = :id AND lock = :lock)
		RETURNING id`,
		values,
	);
	const { statements, read } = rowsQuery<{ id: string }>(statement);
	return { statements, read: (results) => read(results).map(({ id }) => id) };
}

/** A leader that an incident follows. `isUnsent`: or that follows it, once the relay has said that it has no CodeRun. */
export interface Follows {
	readonly id: string;
	readonly isUnsent: boolean;
}

/** Who cannot be processed for so long holds up nobody. */
const FAILING_FOR_MS = 10 * MINUTE_MS;

/**
 * The leader that a decided incident follows, if no CodeRun of it was seen: the one on the default branch; on the default branch
 * itself, whoever has a CodeRun, or may have one by a request whose answer was lost.
 */
export function leaderQuery(
	db: D1Database,
	incident: IncidentRow,
	rules: GroupRules | undefined,
	now: number,
): Query<Follows | undefined> {
	const { fingerprint, own_branch, base, apart, escalate_to, coderun_name } = incident;
	const isFree = apart === 0 && escalate_to === null && coderun_name === null;
	if (rules === undefined || fingerprint === null || !isFree) return { statements: [], read: () => undefined };
	const isOnDefault = own_branch !== null && own_branch === base;
	const found = bindNamed(
		db,
		`SELECT leader.id, ${IS_UNSENT} AND ${isOnDefault ? "TRUE" : "FALSE"} AS isUnsent FROM ${LEADERS}
			AND ${isOnDefault ? `NOT (${IS_UNSENT} AND (${IS_ON_DEFAULT} OR coalesce(leader.failing_since, :now) < :failing))` : IS_ON_DEFAULT}
		ORDER BY ${IS_UNSENT}, leader.created_at, leader.id LIMIT 1`,
		{ ...valuesOf({ ...incident, fingerprint }, rules, now), failing: now - FAILING_FOR_MS },
	);
	const { statements, read } = rowQuery<{ id: string; isUnsent: number }>(found);
	return {
		statements,
		read(results) {
			const row = read(results);
			return row && { id: row.id, isUnsent: row.isUnsent === 1 };
		},
	};
}

/** Makes a decided incident for which nothing was sent follow another leader. False if the lock was lost, or that one ended. */
export async function followLeader(
	db: D1Database,
	locked: LockedIncident,
	{ leader, rules, now }: { readonly leader: string; readonly rules: GroupRules; readonly now: number },
): Promise<boolean> {
	if (locked.fingerprint === null) return false;
	const values = valuesOf({ ...locked, fingerprint: locked.fingerprint }, rules, now);
	const choose = bindNamed(
		db,
		`UPDATE incidents SET leader_id = (SELECT leader.id FROM ${LEADERS} AND leader.id = :leader)
		WHERE id = :id AND lock = :lock`,
		{ ...values, leader, lock: locked.lock },
	);
	const joined = joinStep(db, locked, { now });
	return await runQuery(db, {
		statements: [choose, ...joined.statements],
		read: ([, ...results]) => joined.read(results),
	});
}

/** The leader of a group, as its members see it. */
export type LeaderRow = Pick<
	IncidentRow,
	| "id"
	| "status"
	| "fingerprint"
	| "repository"
	| "branch"
	| "own_branch"
	| "fixed_by"
	| "fixed_at"
	| "ended_at"
	| "led_at"
	| "coderun_name"
> & {
	/** The pull request of its newest fix, and when that was merged. */
	readonly fix: number | null;
	readonly merged_at: number | null;
};

/** SQL: how many members an incident leads, ended ones included. */
export const membersOf = (id: string) => `(SELECT count(*) FROM incidents AS member WHERE member.leader_id = ${id})`;

/** A member as its leader's reader sees it. */
export interface MemberRow extends Pick<IncidentRow, "id" | "status" | "repository" | "branch" | "created_at"> {
	readonly pr_number: number | null;
}

/** The members of a group, oldest first. */
export function membersQuery(db: D1Database, leader: string, limit: number): Query<readonly MemberRow[]> {
	return rowsQuery<MemberRow>(
		db
			.prepare(
				`SELECT id, status, repository, branch, created_at, ${FIELDS} ->> 'pr_number' AS pr_number FROM incidents
				WHERE leader_id = ?1 ORDER BY created_at, id LIMIT ?2`,
			)
			.bind(leader, limit),
	);
}

/** The first members of a group, for a person, and how many there are. */
export interface Members {
	readonly first: readonly MemberRow[];
	readonly count: number;
}

export async function findMembers(db: D1Database, leader: string, limit: number): Promise<Members> {
	const counted = rowQuery<{ count: number }>(db.prepare(`SELECT ${membersOf("?1")} AS count`).bind(leader));
	const { first, count } = await runQueries(db, { first: membersQuery(db, leader, limit), count: counted });
	return { first, count: count?.count ?? 0 };
}

/** SQL: the pull request of the newest fix of an incident. */
export const fixOf = (id: string) => `(SELECT a.pull_request FROM attempts a
	WHERE a.incident_id = ${id} AND a.pull_request IS NOT NULL ORDER BY a.attempt DESC LIMIT 1)`;

/** The leader of a member; undefined if the retention removed it. */
export async function findLeader(db: D1Database, { leader_id }: IncidentRow): Promise<LeaderRow | undefined> {
	const found = await db
		.prepare(
			`SELECT id, status, fingerprint, repository, branch, own_branch, fixed_by, fixed_at, ended_at, led_at, coderun_name, fix, (
				SELECT coalesce(p.ended_at, p.closed_at) FROM pull_requests p
				WHERE p.repository = led.repository AND p.number = led.fix AND p.state = 'merged'
			) AS merged_at FROM (SELECT *, ${fixOf("incidents.id")} AS fix FROM incidents WHERE id = ?1) AS led`,
		)
		.bind(leader_id)
		.first<LeaderRow>();
	return found ?? undefined;
}

/** A leader as its member's reader sees it. */
export interface ShownLeaderRow extends Pick<IncidentRow, "id" | "status" | "branch" | "fixed_by"> {
	/** The pull request of its newest fix. */
	readonly fix: number | null;
}

/** The leader of an incident's group. */
export function leaderOfQuery(db: D1Database, member: string): Query<ShownLeaderRow | undefined> {
	return rowQuery<ShownLeaderRow>(
		db
			.prepare(
				`SELECT id, status, branch, fixed_by, ${fixOf("incidents.id")} AS fix FROM incidents
				WHERE id = (SELECT leader_id FROM incidents WHERE id = ?1)`,
			)
			.bind(member),
	);
}

/** SQL: of these members, those that the leader's fix is not for. `stay`: SQL that is true for those that it is for. */
const restOf = (stay: string) => `leader_id = :leader AND status = 'grouped' AND NOT (${stay})`;

/** SQL: members on the leader's branch, and those that get its fix with their base. */
const WITH_FIX = `repository = :repository AND (own_branch IS :own_branch OR base IS :own_branch) AND :own_branch IS NOT NULL`;

/** Whether its leader's end is a fix for some members, so that only the others are left to be looked at. */
export interface LeftBehind {
	readonly leader: Pick<LeaderRow, "id" | "repository" | "own_branch">;
	readonly isFixed: boolean;
}

const restValues = ({ leader: { id, repository, own_branch } }: LeftBehind) => ({ leader: id, repository, own_branch });

/** The member that leads next: the one on the default branch, else the oldest. */
export async function nextLeader(db: D1Database, behind: LeftBehind): Promise<string | undefined> {
	const found = await bindNamed(
		db,
		`SELECT id FROM incidents WHERE ${restOf(behind.isFixed ? WITH_FIX : "FALSE")}
		ORDER BY (own_branch IS NOT NULL AND own_branch = base) DESC, created_at, id LIMIT 1`,
		restValues(behind),
	).first<string>("id");
	return found ?? undefined;
}

/** Gives the members that an end left behind to the one that leads next. Belongs in the transaction of its step, before it. */
export function inheritStatement(
	db: D1Database,
	{ id, updated_at }: Pick<IncidentRow, "id" | "updated_at">,
	behind: LeftBehind,
): D1PreparedStatement {
	return bindNamed(
		db,
		`UPDATE incidents SET leader_id = :id WHERE ${restOf(behind.isFixed ? WITH_FIX : "FALSE")} AND id <> :id
			AND EXISTS (SELECT 1 FROM incidents WHERE id = :id AND status = 'grouped' AND updated_at = :updated_at)`,
		{ ...restValues(behind), id, updated_at },
	);
}
