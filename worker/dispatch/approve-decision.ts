import { recheckOf } from "../context/recheck/recheck.ts";
import type { Effects } from "../effects.ts";
import { type Approver, approve, decideAgain } from "../journal/approvals.ts";
import { wasTried } from "../journal/attempts.ts";
import type { IncidentRow } from "../journal/incidents.ts";
import { type PastAttempt, remediationRows } from "../journal/remediations.ts";
import type { IncidentStatus } from "../journal/statuses.ts";
import { needStored } from "../journal/stored-json.ts";
import { APPROVAL_EXPIRED } from "../remediation/next-step.ts";
import { reconcile } from "../remediation/reconcile.ts";
import { headSince } from "./decide-for-head.ts";

/** What a person's approval came to. */
export type Approval =
	| { readonly ok: true; readonly status: IncidentStatus; readonly attempt: number }
	| { readonly ok: false; readonly reason: "not_found" | "raced" | "expired" }
	/** Somebody else did. */
	| { readonly ok: false; readonly reason: "approved"; readonly by: string }
	/** It does not wait for an approval. */
	| { readonly ok: false; readonly reason: "not_now"; readonly status: IncidentStatus }
	/** It was decided again since the person saw it. */
	| { readonly ok: false; readonly reason: "other_decision"; readonly attempt: number }
	/** Its branch has another head than the one that it was decided on: it is decided again. */
	| { readonly ok: false; readonly reason: "moved"; readonly head: string };

/** What the person saw: the attempt, or the time at which they said so. */
export interface Seen {
	readonly attempt?: number | undefined;
	readonly at?: number | undefined;
}

const MOST_TRIES = 3;
const LONGEST_MS = 10_000;

/**
 * Lets the decision be sent that waits for a person's approval. It is sent once, however many approve it at once, and whatever
 * crashes: the approval is one step of the state machine, and what follows is what any decision goes through. Nobody approves
 * what they did not see: a decision that was made again, or is about another commit, is refused.
 */
export async function approveDecision(
	effects: Effects,
	id: string,
	approver: Approver,
	seen: Seen = {},
): Promise<Approval> {
	for (let tries = 1; ; tries++) {
		const approval = await approveOnce(effects, id, approver, seen);
		if (approval.ok || approval.reason !== "raced" || tries === MOST_TRIES) return approval;
	}
}

async function approveOnce(effects: Effects, id: string, approver: Approver, seen: Seen): Promise<Approval> {
	const { journal } = effects;
	const found = await remediationRows(journal, id);
	if (found === undefined) return { ok: false, reason: "not_found" };
	const { incident } = found;
	const { status, attempt } = incident;
	const decided = found.attempts.find((one) => one.attempt === attempt);
	if (status !== "awaiting_approval" || decided === undefined) return notAwaited(incident, decided);
	if (isOther(seen, decided)) return { ok: false, reason: "other_decision", attempt };

	if (effects.now() >= (decided.approve_until ?? 0)) {
		await reconcile(effects, id);
		return { ok: false, reason: "expired" };
	}
	const head = await newerHead(effects, incident);
	const now = effects.now();
	if (head !== undefined) {
		const reason = `its branch moved to ${head.slice(0, 7)} before it was approved; decided again`;
		if ((await decideAgain(journal, incident, { head, reason }, now)) !== "done") return { ok: false, reason: "raced" };
		await effects.wake(id, 0);
		return { ok: false, reason: "moved", head };
	}
	if ((await approve(journal, incident, approver, now)) !== "done") return { ok: false, reason: "raced" };
	await effects.wake(id, 0);
	return { ok: true, status: "waiting", attempt };
}

function notAwaited({ status, reason }: IncidentRow, decided: PastAttempt | undefined): Approval {
	const by = decided?.approved_by ?? null;
	if (by !== null) return { ok: false, reason: "approved", by };
	const isExpired = status === "cancelled" && reason === APPROVAL_EXPIRED;
	return isExpired ? { ok: false, reason: "expired" } : { ok: false, reason: "not_now", status };
}

function isOther({ attempt, at }: Seen, decided: PastAttempt): boolean {
	return (attempt !== undefined && attempt !== decided.attempt) || (at !== undefined && at < decided.decided_at);
}

/**
 * Of a first attempt: later ones are about what an agent pushed. Undefined also where GitHub does not say; it is asked again before
 * the send.
 */
async function newerHead(effects: Effects, incident: IncidentRow): Promise<string | undefined> {
	if (effects.github === undefined || (await wasTried(effects.journal, incident.id))) return undefined;
	const failure = needStored("incidents.incident", incident.incident, incident.id);
	const about = recheckOf(effects.github, failure, AbortSignal.timeout(LONGEST_MS));
	return await headSince(effects, incident, about);
}

/** Why an approval was refused, as one clause for people and the audit trail. */
export function whyNotApproved(refused: Approval & { readonly ok: false }): string {
	switch (refused.reason) {
		case "not_found":
			return "there is no such incident";
		case "raced":
			return "the incident changed concurrently";
		case "expired":
			return APPROVAL_EXPIRED;
		case "approved":
			return `it was approved by ${refused.by}`;
		case "not_now":
			return `it is ${refused.status}, and does not wait for an approval`;
		case "other_decision":
			return `it was decided again since, as attempt ${refused.attempt}`;
		case "moved":
			return `its branch moved to ${refused.head.slice(0, 7)}; it is decided again`;
		default:
			return refused satisfies never;
	}
}
