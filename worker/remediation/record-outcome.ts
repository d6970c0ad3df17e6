import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import { redactData } from "../../pipeline/redaction/redact-data.ts";
import type { WireOutcome } from "../../wire/outcome.ts";
import type { Effects } from "../effects.ts";
import { type AttemptRow, findAttempt, recordOutcome } from "../journal/attempts.ts";
import { wakeWaiting } from "../journal/incident-queue.ts";
import { agentBlocker, claimBlocker } from "../journal/incident-waits.ts";
import { findIncident } from "../journal/incidents.ts";
import { limitBlockers } from "../journal/rate-limit-slots.ts";
import { readStored } from "../journal/stored-json.ts";

/** The result of recording an outcome. `replayed`: another outcome of this attempt is already recorded. */
export type TakenOutcome =
	| { readonly status: "recorded"; readonly attempt: AttemptRow }
	| { readonly status: "known" | "replayed" | "unknown_attempt" };

/**
 * Records how an attempt's CodeRun ended, whether the relay posted it or was queried. `body` is the message as posted: the
 * first one of an attempt counts, and repeating it changes nothing.
 */
export async function takeOutcome(effects: Effects, sent: WireOutcome, body: string): Promise<TakenOutcome> {
	// The agent's message is stored and shown, so it is redacted; the digest is of the message as sent.
	const outcome = redactData(sent);
	const digest = bytesToHex(sha256(utf8ToBytes(body)));
	const { incident_id, attempt } = outcome;
	const stored = await findAttempt(effects.journal, incident_id, attempt);
	if (stored === undefined || stored.coderun_name !== outcome.coderun_name) {
		effects.log.warn("outcome of an unknown attempt", { incident_id, attempt, coderun_name: outcome.coderun_name });
		return { status: "unknown_attempt" };
	}
	if (stored.outcome_digest === digest) return { status: "known" };
	if (stored.outcome_digest !== null) return { status: "replayed" };

	const { repository = "" } = (await findIncident(effects.journal, incident_id)) ?? {};
	const pull_request = pullRequestNumber(outcome.pull_request_url, repository);
	await recordOutcome(effects.journal, outcome, { digest, pull_request, now: effects.now() });
	effects.log.info("outcome recorded", { incident_id, attempt, phase: outcome.phase });
	return { status: "recorded", attempt: stored };
}

/** Wakes the first incident that waits for each thing that the CodeRun held: it is free now, or soon. */
export async function wakeBlocked(effects: Effects, attempt: AttemptRow): Promise<void> {
	const read = readStored("attempts.request", attempt.request);
	// They are also due by themselves, a little later.
	if (!read.ok) return effects.log.error("waking blocked incidents failed", { reason: read.problem });
	const request = read.value;
	const { repository = "" } = (await findIncident(effects.journal, request.incident_id)) ?? {};
	const targets = [
		...request.claims.map(claimBlocker),
		agentBlocker(request.agent),
		`incident:${request.incident_id}`,
		...limitBlockers({ repository, agent: request.agent }),
	];
	const woken = await wakeWaiting(effects.journal, targets, effects.now());
	await Promise.all(woken.map((id) => effects.wake(id, 0)));
}

/**
 * The number in a pull request's URL, if it belongs to the repository. The URL comes from an agent and may be anything; null,
 * empty and `no-pr` mean none.
 */
function pullRequestNumber(url: string | null, repository: string): number | null {
	const found = /^https?:\/\/[\w.:-]+\/([\w.-]+\/[\w.-]+)\/pull\/(\d{1,9})(?:[/?#]|$)/.exec(url ?? "");
	return found?.[1]?.toLowerCase() === repository.toLowerCase() ? Number(found[2]) : null;
}
