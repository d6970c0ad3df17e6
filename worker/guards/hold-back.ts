import type { Effects } from "../effects.ts";
import type { TakenIncident } from "../journal/incident-row.ts";
import { PAUSED } from "../journal/release-paused.ts";
import { freeSlot, type Spawning, takeSlot } from "../journal/spawn-slots.ts";
import type { SpawnAnswer } from "../spawn/relay-client.ts";
import { currentPause } from "./current-pause.ts";

/** Why an incident is not sent although it is decided and its turn: it waits, and is looked at again. */
export interface HeldBack {
	readonly reason: string;
	readonly waits_for: string;
	readonly next_try_at: number;
}

// Whoever ends a pause wakes those that it holds back; this is how often they look by themselves.
const LOOK_WHILE_PAUSED_MS = 10 * 60_000;

/** Held back by a pause? It keeps its place in the line for what it would wait for next. */
export async function heldByPause(effects: Effects, targets: readonly string[]): Promise<HeldBack | undefined> {
	if ((await currentPause(effects)) === undefined) return undefined;
	return { reason: PAUSED, waits_for: targets[0] ?? PAUSED, next_try_at: effects.now() + LOOK_WHILE_PAUSED_MS };
}

/** Held back by `settings.max_per_hour`? If not, it has a place of the hour now: `giveBackPlace` when nothing came of it. */
export async function heldByCap(effects: Effects, taken: TakenIncident): Promise<HeldBack | undefined> {
	const { max_per_hour } = (await effects.engine()).guards;
	if (max_per_hour === 0) return undefined;
	const next_try_at = await takeSlot(effects.journal, spawningOf(taken), max_per_hour, effects.now());
	if (next_try_at === undefined) return undefined;
	const reason = `${taken.repository} had its ${max_per_hour} CodeRuns of this hour (settings.max_per_hour)`;
	return { reason, waits_for: capTarget(taken), next_try_at };
}

/** What those that the cap holds back wait for, oldest first. */
export function capTarget({ repository }: Pick<TakenIncident, "repository">): string {
	return `cap:${repository.toLowerCase()}`;
}

/** After an answer that says that there is no CodeRun. Where that is not known, the place stays taken. */
export async function giveBackPlace(effects: Effects, taken: TakenIncident, answer: SpawnAnswer): Promise<void> {
	const isMade = answer.ok && (answer.result.result === "created" || answer.result.result === "exists");
	const isUnknown = !answer.ok && !answer.for_good;
	if (isMade || isUnknown || (await effects.engine()).guards.max_per_hour === 0) return;
	await freeSlot(effects.journal, spawningOf(taken));
}

function spawningOf({ id, attempt, repository }: TakenIncident): Spawning {
	return { incident_id: id, attempt, repository };
}
