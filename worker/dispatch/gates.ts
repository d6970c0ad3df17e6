import { isSameRepository } from "../../pipeline/head-repository.ts";
import { describeLimit } from "../../pipeline/limits.ts";
import { settingsFor } from "../../pipeline/overrides.ts";
import { MINUTE_MS } from "../../wire/durations.ts";
import type { SpawnRequest } from "../../wire/spawn.ts";
import type { Effects } from "../effects.ts";
import { pausedRepositories, releasePaused } from "../journal/incident-queue.ts";
import type { LockedIncident } from "../journal/incidents.ts";
import { activePause, activePauses, deleteEndedPauses, type PauseScope, type StoredPause } from "../journal/pauses.ts";
import { acquireSlot, limitBlocker, returnSlot } from "../journal/rate-limit-slots.ts";
import type { SpawnAnswer } from "../relay/send-spawn.ts";

/** An active pause and its origin: nothing is spawned. */
export interface Pause {
	/** `settings.paused` in the pipeline, `healer pause`, or `limits.*.consecutive_failures`. */
	readonly by: "pipeline" | "command" | "failures";
	readonly reason: string | null;
	/** Milliseconds since 1970; null if the pipeline sets it. */
	readonly since: number | null;
	/** When it ends by itself, in milliseconds since 1970; null: when a person, or a push, ends it. */
	readonly until: number | null;
}

/**
 * The kill switch (`settings.paused`, or set without a deploy), of everything, or of this repository or agent: undefined if
 * spawning is allowed.
 */
export async function currentPause(
	{ engine, journal, now }: Pick<Effects, "engine" | "journal" | "now">,
	of: PauseScope = {},
): Promise<Pause | undefined> {
	const stored = await activePause(journal, now(), of);
	if (stored !== undefined) {
		const { set_by, ...pause } = stored;
		return { by: set_by, ...pause };
	}
	const { paused } = settingsFor(await engine(), of.repository);
	return paused ? { by: "pipeline", reason: null, since: null, until: null } : undefined;
}

/** Why an incident is deferred although it is decided and next in the queue. */
export interface Deferral {
	readonly reason: string;
	readonly blocked_on: string;
	readonly next_try_at: number;
	readonly paused?: boolean;
}

// Ending a pause wakes the incidents that it deferred; this is how often they are retried otherwise.
const PAUSED_RETRY_MS = 10 * MINUTE_MS;

/** Defers for an active pause. The incident keeps its place in the queue for its first blocker. */
export async function checkPause(
	effects: Effects,
	{ repository }: Pick<LockedIncident, "repository">,
	targets: readonly string[],
	stored: StoredPause | undefined,
): Promise<Deferral | undefined> {
	// `overrides` may pause one repository, or let one go on while the pipeline pauses all others.
	const isPaused = stored !== undefined || settingsFor(await effects.engine(), repository).paused;
	if (!isPaused) return undefined;
	const next_try_at = effects.now() + PAUSED_RETRY_MS;
	const reason = stored?.set_by === "failures" ? `paused: ${stored.reason}` : "paused";
	return { reason, blocked_on: targets[0] ?? "pause", next_try_at, paused: true };
}

// A CodeRun that ends wakes what waits for its place; this is how often that is tried otherwise.
const LIMITED_RETRY_MS = MINUTE_MS;

/** Defers for the pipeline's `limits`. Otherwise the attempt has a slot now: `releaseSlot` frees it if no CodeRun follows. */
export async function checkLimits(
	effects: Effects,
	{ id, attempt, repository }: LockedIncident,
	{ agent }: SpawnRequest,
): Promise<Deferral | undefined> {
	const { limits } = (await effects.engine()).limitsFor(repository, agent);
	if (limits.length === 0) return undefined;
	const now = effects.now();
	const reached = await acquireSlot(effects.journal, { incident_id: id, attempt, repository, agent }, limits, now);
	if (reached === undefined) return undefined;
	return {
		reason: `the limit of ${describeLimit(reached.limit)} is reached`,
		blocked_on: limitBlocker(reached.limit),
		next_try_at: reached.free_at ?? now + LIMITED_RETRY_MS,
	};
}

/** Releases the slot if the answer says that there is no CodeRun. If that is unknown, the slot stays acquired. */
export async function releaseSlot(
	effects: Effects,
	{ id, attempt, repository }: LockedIncident,
	{ agent }: SpawnRequest,
	answer: SpawnAnswer,
): Promise<void> {
	const isMade = answer.ok && (answer.result.result === "created" || answer.result.result === "exists");
	const isUnknown = !answer.ok && !answer.isFinal;
	if (isMade || isUnknown || (await effects.engine()).limitsFor(repository, agent).limits.length === 0) return;
	await returnSlot(effects.journal, { incident_id: id, attempt });
}

/**
 * Wakes everything that a pause deferred, but for repositories and agents for which one is still active. Returns the number of
 * incidents.
 */
export async function endPauses(effects: Effects): Promise<number> {
	const { journal, log, now } = effects;
	const over = await deleteEndedPauses(journal, now());
	if (over > 0) log.warn("pauses ended: their time is over", { pauses: over });
	const [deferred, active] = await Promise.all([pausedRepositories(journal), activePauses(journal, now())]);
	if (active.all !== undefined || deferred.length === 0) return 0;
	const engine = await effects.engine();
	const isPaused = (repository: string) =>
		settingsFor(engine, repository).paused ||
		active.repositories.some((paused) => isSameRepository(paused.repository, repository));
	const open = deferred.filter((repository) => !isPaused(repository));
	const agents = active.agents.map(({ agent }) => agent);
	const released = await releasePaused(journal, { repositories: open, notOf: agents }, now());
	await effects.wakeAll(released);
	return released.length;
}
