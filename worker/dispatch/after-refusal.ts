import type { RefusedReason } from "../../wire/spawn.ts";
import type { Effects } from "../effects.ts";
import { adoptCodeRun, findAttempt } from "../journal/attempts.ts";
import { redecide } from "../journal/decisions.ts";
import type { LockedIncident } from "../journal/incidents.ts";
import { failTry, type Progress } from "./waiting.ts";

/** What configuration can cure, at the relay or in the pipeline. The others say that something else went wrong. */
const CURABLE: Readonly<Record<RefusedReason, boolean>> = {
	namespace_not_allowed: true,
	repository_not_allowed: true,
	github_app_not_allowed: true,
	invalid_coderun: true,
	wrong_name: false,
	name_taken: false,
	earlier_attempt: false,
};

export function isFixable(reason: RefusedReason): boolean {
	return CURABLE[reason];
}

// What an attempt's number may be at most: `attemptSchema`.
const MOST_ATTEMPTS = 1000;

/**
 * The relay refused what was decided, which proves that this attempt has no CodeRun. Under another pipeline it is decided
 * again, as the next attempt: whatever is still under way of this one, the relay lets none of two attempts run at once.
 * Under the same pipeline the same bytes are tried later; after a day of it the incident is dead, and can be released.
 * Each pushed version decides once, so the two cannot chase each other.
 */
export async function waitForFix(effects: Effects, locked: LockedIncident, reason: string): Promise<Progress> {
	const attempt = await findAttempt(effects.journal, locked.id, locked.attempt);
	const { version } = await effects.engine();
	if (attempt === undefined || attempt.pipeline === version) return await failTry(effects, locked, reason);
	return await decideAgain(effects, locked, `${reason}; decided again by pipeline ${version.slice(0, 12)}`);
}

/** How often in a row nothing is found of what the relay says is there: then it is a mistake, not a restored journal. */
const MOST_IN_A_ROW = 10;

/**
 * The relay knows more of this incident than the journal does: it has another request under this attempt, or a later
 * attempt. So the journal was restored from before that. What the cluster has is asked for, and its name is taken over;
 * nothing makes room for the next attempt, which meets what there is of it in the same way. Undefined: it never ends.
 */
export async function findExistingCodeRun(
	effects: Effects,
	locked: LockedIncident,
	{ coderun_name, reason }: { readonly coderun_name: string; readonly reason: string },
): Promise<{ readonly coderun_name: string } | Progress | undefined> {
	const { id: incident_id, attempt } = locked;
	const answer = await effects.askStatus({ incident_id, attempt, coderun_name });
	if (!answer.ok)
		return await failTry(effects, locked, `${reason}; what is there could not be asked: ${answer.reason}`);
	const { status } = answer;
	if (status.state === "gone") {
		if (locked.tries >= MOST_IN_A_ROW) return undefined;
		return await decideAgain(effects, locked, `${reason}; no CodeRun of attempt ${attempt} is there`);
	}
	const name = status.state === "running" ? status.coderun_name : status.outcome.coderun_name;
	await adoptCodeRun(effects.journal, locked, name);
	return { coderun_name: name };
}

async function decideAgain(effects: Effects, locked: LockedIncident, reason: string): Promise<Progress> {
	if (locked.attempt >= MOST_ATTEMPTS) return await failTry(effects, locked, reason);
	const now = effects.now();
	const failing_since = locked.failing_since ?? now;
	if (!(await redecide(effects.journal, locked, { reason, failing_since, now }))) return { state: "lock_lost" };
	await effects.wake(locked.id, 0);
	return { state: "waiting", reason, next_try_at: now };
}
