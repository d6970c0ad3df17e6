import type { Incident } from "../../pipeline/index.ts";
import { askHead } from "../context/github/ask-head.ts";
import type { Effects } from "../effects.ts";
import { storeHead } from "../journal/check-heads.ts";
import type { CheckRow } from "../journal/checks.ts";
import type { Cost } from "../runtime/budget.ts";

// Of one result: at most four questions, and the journal.
const COST: Cost = { statements: 10, subrequests: 10 };
// A remediation has few results that nobody named; the rest is asked for when it is processed next.
const MOST_AT_ONCE = 5;

/**
 * Asks GitHub whose branch the results are on that a job, a check or a status reported: only then do they count. Returns
 * whether anything was learnt. What GitHub does not answer now stays open.
 */
export async function learnHeads(
	effects: Pick<Effects, "github" | "journal" | "budget" | "log">,
	failure: Pick<Incident, "id" | "installation_id">,
	unnamed: readonly CheckRow[],
): Promise<boolean> {
	const { github, journal, budget } = effects;
	let hasLearnt = false;
	for (const row of unnamed.slice(0, MOST_AT_ONCE)) {
		if (github === undefined || !budget.has(COST)) break;
		const { repository, branch, run_id, head_sha, pr_number } = row;
		const about = {
			...{ repository, branch },
			...(failure.installation_id !== undefined && { installation_id: failure.installation_id }),
			...(run_id !== null && { run_id }),
			...(head_sha !== null && { head_sha }),
			...(pr_number !== null && { pr_number }),
		};
		const head = await askHead(github, about);
		if (head.kind === "silent") {
			effects.log.warn("a result's branch is not known", {
				incident_id: failure.id,
				check: row.check_name,
				why: head.why,
			});
			break;
		}
		await storeHead(journal, row, head.kind === "known" ? head.head_repository : undefined);
		hasLearnt = true;
	}
	return hasLearnt;
}
