import type { Effects } from "../effects.ts";
import { releasePaused } from "../journal/incident-waits.ts";
import type { LockedIncident } from "../journal/incidents.ts";
import { activePause } from "../journal/pauses.ts";
import { acquireSlot, returnSlot, type SlotKey } from "../journal/rate-limit-slots.ts";
import type { SpawnAnswer } from "../relay/send-spawn.ts";

/** Nothing is spawned at present, and by whose word. */
export interface Pause {
	/** `settings.paused` in the pipeline, or `healer pause`. */
	readonly by: "pipeline" | "command";
	readonly reason: string | null;
	/** Milliseconds since 1970; null when the pipeline says so. */
	readonly since: number | null;
}

/** The kill switch (`settings.paused`, or ordered without a deploy): undefined when nothing is held back. */
export async function currentPause(effects: Pick<Effects, "engine" | "journal">): Promise<Pause | undefined> {
	const ordered = await activePause(effects.journal);
	if (ordered !== undefined) return { by: "command", ...ordered };
	const { guards } = await effects.engine();
	return guards.paused ? { by: "pipeline", reason: null, since: null } : undefined;
}

/** Why an incident is not sent although it is decided and its turn: it waits, and is looked at again. */
export interface Deferral {
	readonly reason: string;
	readonly blocked_on: string;
	readonly next_try_at: number;
	readonly paused?: boolean;
}

// Whoever ends a pause wakes those that it holds back; this is how often they look by themselves.
const PAUSED_RETRY_MS = 10 * 60_000;

/** Held back by a pause? It keeps its place in the line for what it would wait for next. */
export async function checkPause(effects: Effects, targets: readonly string[]): Promise<Deferral | undefined> {
	if ((await currentPause(effects)) === undefined) return undefined;
	const next_try_at = effects.now() + PAUSED_RETRY_MS;
	return { reason: "paused", blocked_on: targets[0] ?? "pause", next_try_at, paused: true };
}

/** Held back by `settings.max_per_hour`? If not, it has a place of the hour now: `releaseSlot` when nothing came of it. */
export async function checkRateLimit(effects: Effects, locked: LockedIncident): Promise<Deferral | undefined> {
	const { max_per_hour } = (await effects.engine()).guards;
	if (max_per_hour === 0) return undefined;
	const next_try_at = await acquireSlot(effects.journal, spawningOf(locked), max_per_hour, effects.now());
	if (next_try_at === undefined) return undefined;
	const reason = `${locked.repository} had its ${max_per_hour} CodeRuns of this hour (settings.max_per_hour)`;
	return { reason, blocked_on: rateLimitBlocker(locked), next_try_at };
}

/** What those that the cap holds back wait for, oldest first. */
export function rateLimitBlocker({ repository }: Pick<LockedIncident, "repository">): string {
	return `cap:${repository.toLowerCase()}`;
}

/** After an answer that says that there is no CodeRun. Where that is not known, the place stays taken. */
export async function releaseSlot(effects: Effects, locked: LockedIncident, answer: SpawnAnswer): Promise<void> {
	const isMade = answer.ok && (answer.result.result === "created" || answer.result.result === "exists");
	const isUnknown = !answer.ok && !answer.for_good;
	if (isMade || isUnknown || (await effects.engine()).guards.max_per_hour === 0) return;
	await returnSlot(effects.journal, spawningOf(locked));
}

function spawningOf({ id, attempt, repository }: LockedIncident): SlotKey {
	return { incident_id: id, attempt, repository };
}

/** Lets everything go on that a pause held back, if there is none any more. Gives how many incidents that were. */
export async function endPauses(effects: Effects): Promise<number> {
	if ((await currentPause(effects)) !== undefined) return 0;
	const released = await releasePaused(effects.journal, effects.now());
	await effects.wakeAll(released);
	return released.length;
}
