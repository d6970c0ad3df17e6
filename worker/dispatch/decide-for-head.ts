import type { IncidentKind } from "../../pipeline/incident.ts";
import type { SpawnRequest } from "../../wire/spawn.ts";
import { askBranchHead } from "../context/recheck/branch-head.ts";
import type { Recheck } from "../context/recheck/recheck.ts";
import type { Effects } from "../effects.ts";
import { newerHeads } from "../journal/attempts.ts";
import { redecide } from "../journal/decisions.ts";
import type { IncidentRow, LockedIncident } from "../journal/incidents.ts";
import type { Progress } from "./waiting.ts";

// A branch that moves all the time would never get its agent.
const MOST_HEADS = 3;

/** Kinds whose prompt is about a commit. An alert is about the repository, a play about its stage. */
const OF_A_COMMIT: Readonly<Record<IncidentKind, boolean>> = {
	ci: true,
	change: true,
	manual: true,
	review: true,
	security: false,
	play: false,
};

/**
 * Decides an incident again as its next attempt if its branch's head is not the commit that it was decided on: at most once for
 * a head, and a few times in all. No budget is used, and the bytes of the earlier decision stay as they were: the relay
 * confirms first that they made no CodeRun. Undefined if the decision stands, or nobody says otherwise.
 */
export async function decideForHead(
	effects: Effects,
	locked: LockedIncident,
	request: SpawnRequest,
	about: Recheck,
): Promise<Progress | undefined> {
	const { head_sha, kind } = about.incident;
	if (!OF_A_COMMIT[kind] || head_sha === undefined) return undefined;
	const heads = await newerHeads(effects.journal, locked);
	if (heads.length >= MOST_HEADS) return undefined;
	const head = await askBranchHead(about);
	if (head === undefined || head === head_sha || heads.includes(head)) return undefined;
	if (!(await hasNoCodeRun(effects, request))) return undefined;

	const now = effects.now();
	const reason = `its branch moved to ${head.slice(0, 7)} while it waited; decided again`;
	const { failing_since, tries } = locked;
	const done = await redecide(effects.journal, locked, { reason, newer_head: head, failing_since, tries, now });
	if (!done) return { state: "lock_lost" };
	await effects.wake(locked.id, 0);
	return { state: "waiting", reason, next_try_at: now };
}

/** The head of its branch, if that is not the commit that its newest decision is about. */
export async function headSince(
	effects: Effects,
	row: Pick<IncidentRow, "id" | "attempt">,
	about: Recheck,
): Promise<string | undefined> {
	const { head_sha, kind } = about.incident;
	if (!OF_A_COMMIT[kind] || head_sha === undefined) return undefined;
	const decided = (await newerHeads(effects.journal, row)).at(-1) ?? head_sha;
	const head = await askBranchHead(about);
	return head === decided ? undefined : head;
}

/** Whether the relay says that no earlier send of this attempt made a CodeRun. */
export async function hasNoCodeRun(
	effects: Effects,
	{ incident_id, attempt, coderun }: SpawnRequest,
): Promise<boolean> {
	const answer = await effects.askStatus({ incident_id, attempt, coderun_name: coderun.metadata.name });
	return answer.ok && answer.status.state === "gone";
}
