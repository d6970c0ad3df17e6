import { MINUTE_MS } from "../../wire/durations.ts";
import type { Effects } from "../effects.ts";
import type { GitHub } from "../github/github.ts";
import { putCheckRun } from "../github/put-check-run.ts";
import { describeFailure, retryTime } from "../github/read-failure.ts";
import {
	dueCheckRuns,
	failCheckRun,
	findLeftAlone,
	type LeftAlone,
	type LockedCheckRun,
	lockCheckRun,
	planCheckRuns,
	recordCheckRun,
} from "../journal/check-runs.ts";
import { asCode } from "../remediation/markdown.ts";
import type { Cost } from "../runtime/budget.ts";

const MOST_PLANNED = 50;
const MOST_DUE = 20;
const MOST_TRIES = 20;
const LONGEST_BRANCH = 100;
const LONGEST_MS = 20_000;
const ASKING_MS = 10_000;
// Longer than all requests for one.
const LOCK_MS = 2 * MINUTE_MS;
/** How soon it says that there is a pull request with the fix, or that it is left alone no longer. */
const LOOK_AGAIN_MS = 5 * MINUTE_MS;
/** Of one check run: who we are, the list, the write, tokens; each perhaps tried again. */
const COST: Cost = { statements: 3, subrequests: 15 };
export const CHECK_RUNS_COST: Cost = { statements: 20, subrequests: 40 };

/**
 * Posts what Healer leaves alone as a neutral check run on the head of the pull request, where `group.check_run` says so: once, and
 * again when there is something else to say.
 */
export async function postCheckRuns(effects: Effects): Promise<void> {
	const { github, journal, budget, now } = effects;
	const { group } = await effects.engine();
	if (github === undefined || group?.check_run !== true || group.scope === "off") return;
	const until = now() + LONGEST_MS;
	await planCheckRuns(journal, now(), MOST_PLANNED);
	for (const incident_id of await dueCheckRuns(journal, now(), MOST_DUE)) {
		if (now() >= until || !budget.has(COST)) return;
		const at = { now: now(), lock: effects.newId(), locked_until: now() + LOCK_MS };
		const locked = await lockCheckRun(journal, incident_id, at);
		if (locked !== undefined) await post(effects, github, locked);
	}
}

async function post(effects: Effects, github: GitHub, locked: LockedCheckRun): Promise<void> {
	const { journal, now, log, notifications } = effects;
	const { check_run_id, posted, incident_id, tries } = locked;
	const left = await findLeftAlone(journal, incident_id);
	// It left the group before anything was posted.
	if (left === undefined || (posted === null && left.status !== "grouped")) {
		return await recordCheckRun(journal, locked, { check_run_id, posted, next_try_at: null });
	}
	const { title, summary } = checkRunText(left);
	const next_try_at = left.status === "grouped" ? now() + LOOK_AGAIN_MS : null;
	if (title === posted) return await recordCheckRun(journal, locked, { check_run_id, posted, next_try_at });
	const run = {
		of: { repository: left.repository, installation_id: left.installation_id ?? undefined },
		...{ head_sha: left.head_sha, external_id: `healer-${incident_id}`, title, summary },
		details_url: notifications.page_url && `${notifications.page_url}/incidents/${incident_id}`,
		id: check_run_id ?? undefined,
	};
	const answer = await putCheckRun(github, run, AbortSignal.timeout(ASKING_MS));
	if (answer.ok) {
		return await recordCheckRun(journal, locked, { check_run_id: answer.value, posted: title, next_try_at });
	}
	const { failure } = answer;
	const isDenied = failure.reason === "forbidden" || failure.reason === "not_found";
	const why = describeFailure(failure);
	const problem = isDenied ? `the GitHub App needs the permission Checks: write (${why})` : why;
	const until = tries < MOST_TRIES ? retryTime(effects, failure, { tries, since: now() }) : undefined;
	log.warn("check run not posted", { incident_id, reason: failure.reason, problem, until });
	await failCheckRun(journal, locked, { problem, until });
}

/** What the check run says. A branch's name is others' text: a title is none but text, a summary is Markdown. */
function checkRunText({ status, base, fix }: Pick<LeftAlone, "status" | "base" | "fix">): {
	readonly title: string;
	readonly summary: string;
} {
	const branch = (base ?? "the base branch").slice(0, LONGEST_BRANCH).toWellFormed();
	const by = fix === null ? "being fixed there" : `being fixed in #${fix}`;
	switch (status) {
		case "grouped":
			return {
				title: `Healer left this alone: broken on ${branch}, ${by}`,
				summary: `${asCode(branch)} fails for the same cause, and an agent works on it. Nothing is to be done on this pull request until it is fixed there.`,
			};
		case "fixed":
			return {
				title: `Fixed: it was broken on ${branch}`,
				summary: `The check passes. It had failed for the cause for which ${asCode(branch)} failed.`,
			};
		default:
			return {
				title: `Healer no longer leaves this to ${branch}`,
				summary: `It is not waiting for a fix on ${asCode(branch)} any more.`,
			};
	}
}
