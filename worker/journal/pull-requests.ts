import { insertRow } from "./bind-named.ts";
import { defineTable, integer, type NewRow, nullable, type RowOf, text, time } from "./table.ts";

/** Closed and merged pull requests. */
export const pullRequestsTable = defineTable("pull_requests", {
	repository: text(),
	number: integer(),
	branch: text(),
	state: text<"closed" | "merged">(),
	/** When that was learnt. */
	closed_at: time(),
	/** The repository of its branch; null: not known. */
	head_repository: nullable(text()),
	/** When it happened, as GitHub says; null: not known. */
	ended_at: nullable(time()),
});

/** When it was closed or merged, as well as that is known. */
export function endOf({
	ended_at,
	closed_at,
}: Pick<RowOf<typeof pullRequestsTable>, "ended_at" | "closed_at">): number {
	return ended_at ?? closed_at;
}

/** Stores that a pull request was closed or merged. One that was closed may be opened again and merged, not the other way. */
export function endedPullRequest(db: D1Database, row: NewRow<typeof pullRequestsTable.columns>): D1PreparedStatement {
	return insertRow(db, pullRequestsTable, row, {
		onConflict: `ON CONFLICT (repository, number) DO UPDATE SET state = excluded.state,
			head_repository = coalesce(excluded.head_repository, head_repository),
			ended_at = coalesce(excluded.ended_at, iif(excluded.state = state, ended_at, NULL)),
			closed_at = iif(excluded.state = state, closed_at, excluded.closed_at)
			WHERE excluded.state > state
				OR (excluded.state = state AND (ended_at IS NULL OR head_repository IS NULL))`,
	});
}
