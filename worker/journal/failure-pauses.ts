import type { LimitRules } from "../../pipeline/limits.ts";
import { bindNamed, insertRow } from "./bind-named.ts";
import { notificationEventsTable } from "./notification-events.ts";
import type { AttemptResult } from "./statuses.ts";
import { defineTable, text, time } from "./table.ts";

/** When a person last resumed a repository or an agent: failures before that no longer count. */
export const resumedFailuresTable = defineTable("resumed_failures", {
	scope: text<"repository" | "agent">(),
	name: text(),
	at: time(),
});

/** How an attempt fails. What a person stopped, and what nobody can say anything about, neither counts nor ends a series. */
const FAILED: readonly AttemptResult[] = ["agent_failed", "ci_still_failing", "timed_out", "unmerged"];
const COUNTED = [...FAILED, "fixed"].map((result) => `'${result}'`).join(", ");

/** The attempt that has just ended. */
interface Ended {
	readonly id: string;
	readonly attempt: number;
	readonly repository: string;
	readonly agent: string;
}

/**
 * Pauses the repository and the agent of an attempt if it was the last of so many that failed in a row, and adds the event for
 * notifications: belongs in the transaction that ends the attempt, after that. It counts what the journal has, so it may run twice.
 */
export function pauseAfterFailures(
	db: D1Database,
	{ id, attempt, repository, agent }: Ended,
	{ breaker }: LimitRules,
	now: number,
): readonly D1PreparedStatement[] {
	return (["repository", "agent"] as const).flatMap((scope) => {
		const failures = breaker[scope];
		if (failures === undefined) return [];
		const name = scope === "repository" ? repository : agent;
		const reason = `the last ${failures} attempts ${scope === "repository" ? `in ${name}` : `of agent ${name}`} failed`;
		const values = { id, attempt, name, reason, now, failures, subject: `${scope}:${name}` };
		const table = `${scope}_pauses`;
		// A pause without an end is kept as it is, and nobody is notified of it again.
		const where = `${failedInARow(scope)}
			AND NOT EXISTS (SELECT 1 FROM ${table} WHERE ${scope} = :name AND until IS NULL)`;
		const event = notificationEventsTable.insertSelect(
			{
				id: "'paused:' || :subject || ':' || :now",
				event: "'paused'",
				incident_id: ":id",
				at: ":now",
				attempt: ":attempt",
				reason: ":reason",
				subject: ":subject",
			},
			`WHERE ${where} ON CONFLICT (id) DO NOTHING`,
		);
		return [
			bindNamed(db, event, values),
			bindNamed(
				db,
				`INSERT INTO ${table} (${scope}, reason, since, until, set_by)
				SELECT :name, :reason, :now, NULL, 'failures' WHERE ${where}
				ON CONFLICT (${scope}) DO UPDATE SET
					reason = excluded.reason, since = excluded.since, until = NULL, set_by = excluded.set_by`,
				values,
			),
		];
	});
}

/** SQL: the last `:failures` attempts of `:name` that say anything all failed, since a person last resumed it. */
function failedInARow(scope: "repository" | "agent"): string {
	const from =
		scope === "agent"
			? "attempts AS a WHERE a.agent = :name"
			: "incidents AS i JOIN attempts AS a ON a.incident_id = i.id WHERE i.repository = :name";
	return `(SELECT coalesce(sum(result <> 'fixed'), 0) FROM (
		SELECT a.result FROM ${from} AND a.result IN (${COUNTED}) AND a.ended_at > coalesce(
			(SELECT at FROM resumed_failures WHERE scope = '${scope}' AND name = :name), 0
		) ORDER BY a.ended_at DESC, a.incident_id DESC, a.attempt DESC LIMIT :failures
	)) = :failures`;
}

/** A person resumed it: what failed before counts no more. */
export function forgetFailures(
	db: D1Database,
	{ repository, agent }: { readonly repository?: string | undefined; readonly agent?: string | undefined },
	now: number,
): readonly D1PreparedStatement[] {
	const name = repository ?? agent;
	if (name === undefined) return [];
	const scope = repository === undefined ? "agent" : "repository";
	const onConflict = "ON CONFLICT (scope, name) DO UPDATE SET at = excluded.at";
	return [insertRow(db, resumedFailuresTable, { scope, name, at: now }, { where: "true", onConflict })];
}
