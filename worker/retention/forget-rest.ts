/** What belongs to no one incident: all that is older than `before`, in milliseconds, but at most so many of each. */
export async function pruneUnowned(
	db: D1Database,
	{
		before,
		ignored_before,
		limit,
	}: { readonly before: number; readonly ignored_before: number; readonly limit: number },
): Promise<void> {
	const today = new Date(ignored_before).toISOString().slice(0, 10);
	await db.batch([
		db.prepare(PRUNE_CHECKS).bind(before, limit),
		db.prepare(PRUNE_PULL_REQUESTS).bind(before, limit),
		db.prepare(PRUNE_COMMANDS).bind(before, limit),
		db.prepare(PRUNE_STATUS_COMMENTS).bind(before, limit),
		db.prepare("DELETE FROM searched WHERE NOT EXISTS (SELECT 1 FROM facts WHERE facts.pipeline = searched.pipeline)"),
		db.prepare("DELETE FROM ignored WHERE day < ?1").bind(today),
	]);
}

/** What was told since an incident began that is not at its end yet may be what it waits for. */
const OLDEST_OPEN = `(
	SELECT min(created_at) FROM incidents WHERE status IN ('accepted', 'waiting', 'running', 'awaiting_ci')
)`;

const PRUNE_CHECKS = `DELETE FROM checks WHERE (repository, branch, head_repository, check_name, job) IN (
	SELECT repository, branch, head_repository, check_name, job FROM checks
	WHERE received_at < min(?1, coalesce(${OLDEST_OPEN}, ?1)) ORDER BY received_at LIMIT ?2
)`;

const PRUNE_PULL_REQUESTS = `DELETE FROM pull_requests WHERE (repository, number) IN (
	SELECT repository, number FROM pull_requests
	WHERE closed_at < min(?1, coalesce(${OLDEST_OPEN}, ?1)) ORDER BY closed_at LIMIT ?2
)`;

const PRUNE_COMMANDS = `DELETE FROM commands WHERE id IN (
	SELECT id FROM commands WHERE done_at IS NOT NULL AND received_at < ?1 ORDER BY received_at LIMIT ?2
)`;

/** The comment itself stays on its pull request, and is found there again. */
const PRUNE_STATUS_COMMENTS = `DELETE FROM status_comments WHERE (repository, pr_number) IN (
	SELECT repository, pr_number FROM status_comments WHERE next_try_at IS NULL AND requested_at < ?1 ORDER BY requested_at LIMIT ?2
)`;
