import { isHeadUnknown, isOwnBranch } from "../../pipeline/head-repository.ts";
import type { Incident } from "../../pipeline/incident.ts";
import { queueEntryOf } from "../../pipeline/merge-queue.ts";
import { ASKING_BRANCH_MS, askBranch, type EndedPull } from "../context/github/ask-branch.ts";
import { ASKING_HEAD_MS, askHead } from "../context/github/ask-head.ts";
import type { Silence } from "../context/github/silence.ts";
import type { Effects } from "../effects.ts";
import type { GitHub } from "../github/github.ts";
import type { LockedIncident } from "../journal/incidents.ts";
import { type Progress, supersede, waitForGitHub } from "./waiting.ts";

/** How long asking takes at most. */
export const ASKING_WHERE_MS = ASKING_HEAD_MS + ASKING_BRANCH_MS;

/**
 * Asks GitHub for what the event and its context do not say of the branch: whose it is, and whether it is one. The agent pushes
 * there, and the filters refuse forks, so the incident waits for the answers. Without an App nobody can be asked: then the fix
 * gets a branch of its own. An incident of a branch that is gone with its pull request ends here.
 */
export async function askWhere(
	effects: Effects,
	locked: LockedIncident,
	incident: Incident,
): Promise<Incident | Progress> {
	const { github } = effects;
	// The answer to an earlier attempt may be out of date.
	const { branch_state: _, ...asked } = incident;
	if (github === undefined) return asked;
	const headed = await withHead(github, asked);
	if (headed.kind === "silent") {
		const why = `GitHub does not say which repository the branch ${incident.branch} is in: ${headed.why}`;
		return await waitForGitHub(effects, locked, { why, untilMs: headed.until });
	}
	const found = await withBranch(github, headed.incident);
	switch (found.kind) {
		case "silent": {
			const why = `GitHub does not say whether ${incident.branch} is a branch: ${found.why}`;
			return await waitForGitHub(effects, locked, { why, untilMs: found.until });
		}
		case "gone":
			return await supersede(effects, locked, goneWith(found.pull));
		case "incident":
			return found.incident;
		default:
			return found satisfies never;
	}
}

/** Why a branch that was deleted after its pull request ended needs no fix, as one sentence. */
export function goneWith({ number, ended }: EndedPull): string {
	return `pull request #${number} was ${ended}, and its branch was deleted`;
}

type Known = { readonly kind: "incident"; readonly incident: Incident };

async function withHead(github: GitHub, incident: Incident): Promise<Known | Silence> {
	if (!isHeadUnknown(incident)) return { kind: "incident", incident };
	const head = await askHead(github, incident);
	switch (head.kind) {
		case "known":
			return { kind: "incident", incident: { ...incident, head_repository: head.head_repository } };
		case "unknown":
			return { kind: "incident", incident };
		case "silent":
			return head;
		default:
			return head satisfies never;
	}
}

async function withBranch(
	github: GitHub,
	incident: Incident,
): Promise<Known | Silence | { readonly kind: "gone"; readonly pull: EndedPull }> {
	const { branch } = incident;
	if (branch === undefined || !mayBeGone(incident)) return { kind: "incident", incident };
	const found = await askBranch(github, { ...incident, branch });
	switch (found.kind) {
		case "exists":
		case "tag":
			return { kind: "incident", incident: { ...incident, branch_state: found.kind } };
		case "deleted":
			return found.pull === undefined
				? { kind: "incident", incident: { ...incident, branch_state: "deleted" } }
				: { kind: "gone", pull: found.pull };
		case "unknown":
			return { kind: "incident", incident };
		case "silent":
			return found;
		default:
			return found satisfies never;
	}
}

/** Nobody pushes to a fork's branch, to the default branch or to a queue's, whether it is there or not. */
function mayBeGone(incident: Incident): boolean {
	return isOwnBranch(incident) && incident.branch !== incident.default_branch && queueEntryOf(incident) === undefined;
}
