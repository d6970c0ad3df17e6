import type { Incident } from "../../pipeline/incident.ts";
import type { SpawnRequest } from "../../wire/spawn.ts";
import { askBranch } from "../context/github/ask-branch.ts";
import { type Recheck, recheckOf } from "../context/recheck/recheck.ts";
import type { Effects } from "../effects.ts";
import type { GitHub } from "../github/github.ts";
import { wasTried } from "../journal/attempts.ts";
import type { LockedIncident } from "../journal/incidents.ts";
import { newerIncident } from "../journal/remediations.ts";
import { needStored } from "../journal/stored-json.ts";
import { goneWith } from "./ask-where.ts";
import { supersedeDecided } from "./conclude-send.ts";
import { decideForHead } from "./decide-for-head.ts";
import { askNewer } from "./newer-result.ts";
import type { Progress } from "./waiting.ts";

// Shorter than the row's lock.
const LONGEST_MS = 10_000;

/**
 * Looks again at an incident that is free to continue after it was deferred or waited for a person, and had no CodeRun yet: ends
 * it if nothing is left to fix, and decides it again if its branch moved. Undefined if it continues as decided, also where GitHub is
 * silent (docs/github.md). Later attempts get this from CI's results.
 */
export async function endSuperseded(
	effects: Effects,
	locked: LockedIncident,
	request: SpawnRequest,
	isApproved = false,
): Promise<Progress | undefined> {
	if (effects.github === undefined || (locked.blocked_on === null && !isApproved)) return undefined;
	if (locked.attempt > 1 && (await wasTried(effects.journal, locked.id))) return undefined;
	const incident = needStored("incidents.incident", locked.incident, locked.id);
	const signal = AbortSignal.timeout(LONGEST_MS);
	const about = recheckOf(effects.github, incident, signal);
	const reason = (await effects.nothingLeft(about)) ?? (await supersededBy(effects, locked, about, signal));
	if (reason === undefined) return await decideForHead(effects, locked, request, about);
	return await supersedeDecided(effects, locked, request, reason);
}

/**
 * Why a failure of CI is superseded, as one sentence: its branch is gone with its pull request, the same workflow or check passes
 * on its branch, or its newer failure is itself an incident. A failure on an agent's push does not supersede it.
 */
async function supersededBy(
	effects: Pick<Effects, "github" | "journal">,
	locked: LockedIncident,
	{ incident }: Recheck,
	signal: AbortSignal,
): Promise<string | undefined> {
	if (effects.github === undefined) return undefined;
	const gone = await goneBranch(effects.github, incident);
	if (gone !== undefined) return gone;
	const newer = await askNewer(effects.github, incident, signal);
	if (newer === undefined) return undefined;
	if (newer.result === "passed") return newer.what;
	const of = "run_id" in newer ? { run_id: newer.run_id } : { app: newer.app, head_sha: newer.head_sha };
	const other = await newerIncident(effects.journal, {
		id: locked.id,
		repository: locked.repository,
		branch: locked.branch,
		of,
	});
	return other === undefined ? undefined : `its newer failure is incident ${other}`;
}

/** Only a branch that an agent would push to is asked for: it was there when the incident was decided. */
async function goneBranch(github: GitHub, incident: Incident): Promise<string | undefined> {
	const { branch, branch_state } = incident;
	if (branch === undefined || branch_state !== "exists") return undefined;
	const found = await askBranch(github, { ...incident, branch });
	return found.kind === "deleted" && found.pull !== undefined ? goneWith(found.pull) : undefined;
}
