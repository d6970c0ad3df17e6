import type { Autonomy } from "../../pipeline/autonomy.ts";
import type { Context } from "../../pipeline/context.ts";
import { dataFrom } from "../../pipeline/context-data.ts";
import type { Decision } from "../../pipeline/decision.ts";
import { isFork } from "../../pipeline/head-repository.ts";
import type { Incident } from "../../pipeline/incident.ts";
import { sharedCause } from "../../pipeline/index.ts";
import { readQueueBranch } from "../../pipeline/merge-queue.ts";
import { groupFor } from "../../pipeline/overrides.ts";
import type { SpawnRequest } from "../../wire/spawn.ts";
import type { Effects } from "../effects.ts";
import type { Engine } from "../engine.ts";
import { type Cause, type Follows, followLeader, type GroupRules } from "../journal/groups.ts";
import type { LockedIncident } from "../journal/incidents.ts";
import { wakeQueued } from "./conclude-send.ts";
import { hasNoCodeRun } from "./decide-for-head.ts";
import { deferFor, type Progress } from "./waiting.ts";

// The other one is due now: it follows, or has a CodeRun.
const LOOK_AGAIN_MS = 10_000;

/** `group` in pipeline.yaml, as a repository has it; undefined if its failures of one cause are no group. */
export function groupRules(engine: Pick<Engine, "group" | "overrides">, repository: string): GroupRules | undefined {
	const group = groupFor(engine, repository);
	return group === undefined || group.scope === "off"
		? undefined
		: { scope: group.scope, window_ms: group.window_s * 1000 };
}

/**
 * What identifies the cause of a red check, and whose fix reaches its branch; null if nothing identifies it. A branch without a
 * pull request is taken for one of the default branch.
 */
export function causeOf(
	incident: Incident,
	context: Context,
	decision: Pick<Decision & { readonly outcome: "spawn" }, "fingerprint">,
): Cause | null {
	const { branch, branch_state, default_branch } = incident;
	const fingerprint = sharedCause(incident, decision);
	if (fingerprint === null) return null;
	const own_branch = branch === undefined || branch_state === "tag" || isFork(incident) ? null : branch;
	const queued = own_branch === null ? undefined : readQueueBranch(own_branch);
	const base = queued?.base ?? dataFrom(context, "github.pull_request")?.base_branch ?? default_branch ?? null;
	return { fingerprint: fingerprint.key, own_branch, base };
}

/** The groups that an incident may join: none once an agent was sent for it, a person asked for one, or nothing is sent for it. */
export function joinable(
	{ apart, coderun_name, escalate_to }: Pick<LockedIncident, "apart" | "coderun_name" | "escalate_to">,
	rules: GroupRules | undefined,
	{ level }: Pick<Autonomy, "level">,
): GroupRules | undefined {
	const isOnItsOwn = apart === 1 || coderun_name !== null || escalate_to !== null || level === "observe";
	return rules === undefined || isOnItsOwn ? undefined : { ...rules, awaitsApproval: level === "approve" };
}

/**
 * Makes a decided incident that still waits a member of another leader's group: nobody is sent twice for one cause. Undefined if
 * it may have a CodeRun, or that leader has ended: it continues as decided.
 */
export async function follow(
	effects: Effects,
	locked: LockedIncident,
	request: SpawnRequest,
	{ id, isUnsent }: Follows,
): Promise<Progress | undefined> {
	if (isUnsent) {
		return await deferFor(effects, locked, {
			reason: `incident ${id} with the same cause may be sent already`,
			blocked_on: `incident:${id}`,
			blocked_by: id,
			next_try_at: effects.now() + LOOK_AGAIN_MS,
		});
	}
	const rules = groupRules(await effects.engine(), locked.repository);
	if (rules === undefined || !(await hasNoCodeRun(effects, request))) return undefined;
	if (!(await followLeader(effects.journal, locked, { leader: id, rules, now: effects.now() }))) return undefined;
	await wakeQueued(effects, locked, request);
	return { state: "grouped", leader_id: id };
}
