import type { PreviousAttempt } from "../../pipeline/index.ts";
import type { IncidentRow } from "./incident-row.ts";

type PastRow = Record<
	"agent" | "result" | "outcome" | "message" | "pull_request_url" | "ci_summary" | "ci_url",
	string | null
>;

/** What was tried before this attempt and how it ended, the first one first: of all budgets, for the next agent to read. Those that the relay refused were never tried. */
export async function previousAttempts(
	db: D1Database,
	{ id, attempt }: Pick<IncidentRow, "id" | "attempt">,
): Promise<readonly PreviousAttempt[]> {
	const { results } = await db
		.prepare(
			`SELECT attempt, agent, result, outcome, message, pull_request_url, ci_summary, ci_url FROM attempts
			WHERE incident_id = ?1 AND attempt < ?2 AND refused IS NULL ORDER BY attempt`,
		)
		.bind(id, attempt)
		.all<PastRow & { readonly attempt: number; readonly agent: string }>();
	return results.map((row) => {
		const ci = [row.ci_summary, row.ci_url].filter(Boolean).join(" ");
		return {
			attempt: row.attempt,
			agent: row.agent,
			outcome: row.result ?? row.outcome ?? "unfinished",
			...(row.message ? { message: row.message } : {}),
			...(row.pull_request_url ? { pull_request_url: row.pull_request_url } : {}),
			...(ci === "" ? {} : { ci }),
		};
	});
}
