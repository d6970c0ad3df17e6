import { bindNamed } from "./bind-named.ts";
import { type Query, rowQuery, runQuery } from "./query.ts";
import { compareInQueue, goesBefore, type QueuePlace, queueOrder } from "./queue-order.ts";

export interface QueuedAhead {
	readonly id: string;
	readonly blocked_on: string;
	readonly next_try_at: number;
}

/** What an incident needs, and what it has of that already. */
export interface Needs {
	/** Everything that it may have to wait for, as values of `incidents.blocked_on`. */
	readonly targets: readonly string[];
	/** Those of them that it holds since an earlier attempt: it does not queue for them. */
	readonly held: readonly string[];
	/** Its agent, if that may have too many CodeRuns. */
	readonly agent: string | undefined;
}

/** What `ahead` waits for, or needs next. */
const NEXT_NEED = `(CASE WHEN ahead.blocked_on IN (SELECT value FROM json_each(:queued)) THEN ahead.blocked_on ELSE 'agent:' || ahead.agent END)`;

/**
 * The first incident ahead of this one that waits for one of the same things, or that needs the same agent and is due to be
 * tried: this one queues behind it (docs/architecture.md#what-is-guaranteed). Waits cannot form a lasting circle: the order is
 * total among those that wait for the same thing, each asks again, and no incident queues behind one that waits for what it holds
 * itself. A holder may not know that it is one, because the answer to its request was lost; an incident ahead that the cluster sent
 * away until later names it and wakes it (`wakeHolder`).
 */
export async function nextInQueue(
	db: D1Database,
	place: QueuePlace,
	needs: Needs,
	now: number,
): Promise<QueuedAhead | undefined> {
	return await runQuery(db, aheadQuery(db, place, needs, now));
}

export function aheadQuery(
	db: D1Database,
	place: QueuePlace,
	{ targets, held, agent }: Needs,
	now: number,
): Query<QueuedAhead | undefined> {
	const queued = targets.filter((target) => !held.includes(target));
	const first = bindNamed(
		db,
		`SELECT id, ${NEXT_NEED} AS blocked_on, next_try_at
		FROM incidents ahead
		WHERE id IN (
				SELECT id FROM incidents WHERE blocked_on IN ${QUEUED} AND status = 'waiting'
				UNION SELECT id FROM incidents WHERE agent = :agent AND next_try_at <= :now AND status = 'waiting'
			)
			AND ${goesBefore("ahead", NEXT_NEED)}
			AND NOT EXISTS (
				SELECT 1 FROM incidents other WHERE other.blocked_on = ahead.blocked_on AND other.status = 'waiting'
					AND other.blocked_by = :id AND other.next_try_at > :now AND ${goesBefore("other", "other.blocked_on")}
			)
			AND NOT (:held <> '[]' AND EXISTS (${NEEDS_HELD}))
		ORDER BY ${queueOrder("ahead", NEXT_NEED)} LIMIT 1`,
		{
			...{
				id: place.id,
				queue_rank: place.queue_rank,
				created_at: place.created_at,
				repository: place.repository,
				now,
			},
			// Who needs nothing more queues for nobody.
			agent: queued.length === 0 ? null : (agent ?? null),
			queued: JSON.stringify(queued),
			held: JSON.stringify(held),
		},
	);
	return rowQuery(first);
}

const QUEUED = "(SELECT value FROM json_each(:queued))";

/** SQL: the current attempt of `ahead` claims something held, whatever it is blocked on at the moment. */
const NEEDS_HELD = `SELECT 1 FROM attempts, json_each(attempts.request, '$.claims') AS claim
	WHERE attempts.incident_id = ahead.id AND attempts.attempt = ahead.attempt AND json_valid(attempts.request)
		AND 'claim:' || (claim.value ->> 'key') IN (SELECT value FROM json_each(:held))`;

/** SQL: due now, or already before, but never before the pause between two attempts ends. */
const dueNow = (now: string) => `max(coalesce(not_before, 0), min(next_try_at, ${now}))`;

/**
 * Makes the first incident that waits for each of these things due now, and returns their ids. The ones behind it are
 * woken after it has been processed.
 */
export async function wakeWaiting(db: D1Database, targets: readonly string[], now: number): Promise<readonly string[]> {
	if (targets.length === 0) return [];
	const woken = await db.batch<{ id: string }>(
		targets.map((target) =>
			db
				.prepare(
					`UPDATE incidents SET next_try_at = ${dueNow("?2")} WHERE id = (
						SELECT id FROM incidents AS first WHERE blocked_on = ?1 AND status = 'waiting'
						ORDER BY ${queueOrder("first", "?1")} LIMIT 1
					) RETURNING id`,
				)
				.bind(target, now),
		),
	);
	return [...new Set(woken.flatMap(({ results }) => results.map((row) => row.id)))];
}

/**
 * Makes the holder of a claim due now that the cluster named to an incident ahead of it, and returns whether it waited. The
 * answer to its own request was lost: it may stand in the queue behind the very incident that it holds up, and its next try
 * tells it so. Never one that is older: two that hold what the other needs would wake each other without an end.
 */
export async function wakeHolder(db: D1Database, holder: string, ahead: QueuePlace, now: number): Promise<boolean> {
	const { meta } = await bindNamed(
		db,
		`UPDATE incidents SET next_try_at = ${dueNow(":now")}
		WHERE id = :holder AND status = 'waiting' AND (queue_rank, created_at, id) > (:queue_rank, :created_at, :id)`,
		{ ...ahead, holder, now },
	).run();
	return meta.changes > 0;
}

/** The repositories of the incidents that a pause deferred. */
export async function pausedRepositories(db: D1Database): Promise<readonly string[]> {
	const { results } = await db
		.prepare("SELECT DISTINCT repository FROM incidents WHERE status = 'waiting' AND paused = 1")
		.all<{ repository: string }>();
	return results.map(({ repository }) => repository);
}

/** Makes every incident of these that a pause deferred due now, but not of these agents; returns their ids, the oldest first. */
export async function releasePaused(
	db: D1Database,
	{ repositories, notOf }: { readonly repositories: readonly string[]; readonly notOf: readonly string[] },
	now: number,
): Promise<readonly string[]> {
	if (repositories.length === 0) return [];
	const { results } = await db
		.prepare(
			`UPDATE incidents SET next_try_at = ?1 WHERE status = 'waiting' AND paused = 1 AND next_try_at > ?1
				AND repository IN (SELECT value FROM json_each(?2))
				AND coalesce(agent, '') NOT IN (SELECT value FROM json_each(?3))
			RETURNING id, queue_rank, created_at, repository`,
		)
		.bind(now, JSON.stringify(repositories), JSON.stringify(notOf))
		.all<QueuePlace>();
	return results.toSorted(compareInQueue).map(({ id }) => id);
}
