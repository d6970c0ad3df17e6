import type { RefusedReason } from "../../wire/spawn.ts";
import type { Effects } from "../effects.ts";
import { adoptCodeRun, findAttempt } from "../journal/attempts.ts";
import { redecide } from "../journal/decisions.ts";
import type { LockedIncident } from "../journal/incidents.ts";
import { failTry, type Progress } from "./waiting.ts";

/** Refusals that a change of the relay's or the pipeline's configuration can fix. The others have other causes. */
const FIXABLE: Readonly<Record<RefusedReason, boolean>> = {
	namespace_not_allowed: true,
	repository_not_allowed: true,
	github_app_not_allowed: true,
	invalid_coderun: true,
	wrong_name: false,
	name_taken: false,
	earlier_attempt: false,
};

export function isFixable(reason: RefusedReason): boolean {
	return FIXABLE[reason];
}

// The maximum of `attemptSchema`.
const MOST_ATTEMPTS = 1000;

/**
 * The relay refused the decision, so this attempt has no CodeRun. If the pipeline has changed, the incident is decided again
 * as its next attempt. That is safe even if a request of this attempt is still in flight: the relay never lets two attempts
 * run at once. Under the same pipeline, the same bytes are retried later; after a day the incident is dead, and can be
 * released. Each pushed version decides once, so decisions and refusals cannot loop.
 */
export async function waitForFix(effects: Effects, locked: LockedIncident, reason: string): Promise<Progress> {
	const attempt = await findAttempt(effects.journal, locked.id, locked.attempt);
	const { version } = await effects.engine();
	if (attempt === undefined || attempt.pipeline === version) return await failTry(effects, locked, reason);
	return await decideAgain(effects, locked, `${reason}; decided again by pipeline ${version.slice(0, 12)}`);
}

/** How many attempts in a row the relay may report without a CodeRun: more is a bug, not a restored journal. */
const MOST_IN_A_ROW = 10;

/**
 * The relay has another request under this attempt, or a later attempt, so the journal was restored from an older backup.
 * Queries the relay for the existing CodeRun and adopts its name. Without a CodeRun, the next attempt is decided; if that one
 * exists too, it is handled in the same way. Undefined if this does not end.
 */
export async function findExistingCodeRun(
	effects: Effects,
	locked: LockedIncident,
	{ coderun_name, reason }: { readonly coderun_name: string; readonly reason: string },
): Promise<{ readonly coderun_name: string } | Progress | undefined> {
	const { id: incident_id, attempt } = locked;
	const answer = await effects.askStatus({ incident_id, attempt, coderun_name });
	if (!answer.ok) return await failTry(effects, locked, `${reason}; the relay could not be queried: ${answer.reason}`);
	const { status } = answer;
	if (status.state === "gone") {
		if (locked.tries >= MOST_IN_A_ROW) return undefined;
		return await decideAgain(effects, locked, `${reason}; attempt ${attempt} has no CodeRun`);
	}
	const name = status.state === "running" ? status.coderun_name : status.outcome.coderun_name;
	await adoptCodeRun(effects.journal, locked, name);
	return { coderun_name: name };
}

async function decideAgain(effects: Effects, locked: LockedIncident, reason: string): Promise<Progress> {
	if (locked.attempt >= MOST_ATTEMPTS) return await failTry(effects, locked, reason);
	const now = effects.now();
	const failing_since = locked.failing_since ?? now;
	const tries = locked.tries + 1;
	if (!(await redecide(effects.journal, locked, { reason, failing_since, tries, now }))) return { state: "lock_lost" };
	await effects.wake(locked.id, 0);
	return { state: "waiting", reason, next_try_at: now };
}
