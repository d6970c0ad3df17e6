import { type CheckRow, checkKey, checksTable } from "./checks.ts";

/** `checks.head_repository` of a signal that did not name its branch's repository: a job, a check or a status never does. */
export const UNNAMED_HEAD = "";
/** The same once GitHub was asked, and could not tell either. */
const UNKNOWN_HEAD = "unknown";

/** SQL: whether nobody named the repository of a check's branch. */
export const HAS_NO_NAME = `head_repository IN ('${UNNAMED_HEAD}', '${UNKNOWN_HEAD}')`;

export function isNamed({ head_repository }: Pick<CheckRow, "head_repository">): boolean {
	return head_repository !== UNNAMED_HEAD && head_repository !== UNKNOWN_HEAD;
}

/** The newest result of a check on a branch stays. */
export const NEWER_CHECK = `ON CONFLICT (${checkKey.list}) DO UPDATE SET ${checksTable.omit(...checkKey.names).overwritten}
	WHERE (excluded.position, excluded.conclusion = 'failure') > (checks.position, checks.conclusion = 'failure')`;

/** Columns of a check, with another expression as its branch's repository. */
const withHead = (head: string) => ({
	...(Object.fromEntries(checksTable.names.map((name) => [name, `unnamed.${name}`])) as Record<keyof CheckRow, string>),
	head_repository: head,
});

/**
 * Gives the run's signals that did not name the branch's repository the one that its other signals named, in whatever order
 * they came: `workflow_run` tells what `workflow_job` does not.
 */
export function nameHeadsOfRun(
	db: D1Database,
	{ repository, branch, run_id }: { readonly repository: string; readonly branch: string; readonly run_id: string },
): readonly D1PreparedStatement[] {
	const values = [repository, branch, run_id];
	return [db.prepare(MOVE_UNNAMED).bind(...values), db.prepare(DELETE_UNNAMED).bind(...values)];
}

const OF_RUN = "repository = ?1 AND branch = ?2 AND run_id = ?3";
const NAMED = `SELECT head_repository FROM checks WHERE ${OF_RUN} AND NOT ${HAS_NO_NAME} LIMIT 1`;
const MOVE_UNNAMED = `${checksTable.insertSelect(
	withHead("named.head_repository"),
	`FROM (SELECT * FROM checks WHERE ${OF_RUN} AND ${HAS_NO_NAME}) AS unnamed, (${NAMED}) AS named WHERE true`,
)} ${NEWER_CHECK}`;
const DELETE_UNNAMED = `DELETE FROM checks WHERE ${OF_RUN} AND ${HAS_NO_NAME} AND EXISTS (${NAMED})`;

/** Stores what GitHub said of the branch's repository of one result; undefined: it could not tell. */
export async function storeHead(db: D1Database, row: CheckRow, head: string | undefined): Promise<void> {
	const isRow = `${checkKey.names.map((name, index) => `${name} = ?${index + 1}`).join(" AND ")} AND position = ?6`;
	const key = [...checkKey.names.map((name) => row[name]), row.position];
	const moved = checksTable.insertSelect(
		withHead("?7"),
		`FROM (SELECT * FROM checks WHERE ${isRow}) AS unnamed WHERE true`,
	);
	await db.batch([
		db.prepare(`${moved} ${NEWER_CHECK}`).bind(...key, head ?? UNKNOWN_HEAD),
		db.prepare(`DELETE FROM checks WHERE ${isRow}`).bind(...key),
	]);
}
