/** What tells a newer failure of the same branch. */
export interface NewerFailure {
	readonly id: string;
	readonly repository: string;
	readonly branch: string | null;
	/** Its run, or its App and commit. */
	readonly of: { readonly run_id: string } | { readonly app: string; readonly head_sha: string };
}

/** The incident that a newer failure is; undefined when it is none, or a filter refused it after all. */
export async function newerIncident(
	db: D1Database,
	{ id, repository, branch, of }: NewerFailure,
): Promise<string | undefined> {
	const asked =
		"run_id" in of
			? db
					.prepare(
						"SELECT id FROM incidents WHERE repository = ?1 AND run_id = ?2 AND id <> ?3 AND status <> 'cancelled' LIMIT 1",
					)
					.bind(repository, of.run_id, id)
			: db
					.prepare(
						`SELECT id FROM incidents WHERE repository = ?1 AND branch = ?2 AND id <> ?3 AND status <> 'cancelled'
						AND incident ->> 'app' = ?4 AND incident ->> 'head_sha' = ?5 LIMIT 1`,
					)
					.bind(repository, branch, id, of.app, of.head_sha);
	return (await asked.first<string>("id")) ?? undefined;
}
