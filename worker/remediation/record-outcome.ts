import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import { redactData } from "../../pipeline/redaction/redact-data.ts";
import type { WireOutcome } from "../../wire/outcome.ts";
import type { Effects } from "../effects.ts";
import { type AttemptRow, findAttempt, recordOutcome } from "../journal/attempts.ts";
import { agentBlocker, claimBlocker, wakeWaiting } from "../journal/incident-waits.ts";
import { findIncident } from "../journal/incidents.ts";
import { readStored } from "../journal/stored-json.ts";

/** What became of an outcome. `replayed`: another one of this attempt is known. */
export type TakenOutcome =
	| { readonly status: "recorded"; readonly attempt: AttemptRow }
	| { readonly status: "known" | "replayed" | "unknown_attempt" };

/**
 * Writes down how an attempt's CodeRun ended, the same whether the relay posted it or was asked. `body` is the message
 * as it is posted: the first one of an attempt counts, and the same one again changes nothing.
 */
export async function takeOutcome(effects: Effects, sent: WireOutcome, body: string): Promise<TakenOutcome> {
	// What the agent said of itself is kept and shown; the digest is of what was sent.
	const outcome = redactData(sent);
	const digest = bytesToHex(sha256(utf8ToBytes(body)));
	const { incident_id, attempt } = outcome;
	const stored = await findAttempt(effects.journal, incident_id, attempt);
	if (stored === undefined || stored.coderun_name !== outcome.coderun_name) {
		effects.log.warn("an outcome of no known attempt", { incident_id, attempt, coderun_name: outcome.coderun_name });
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

/** What the CodeRun held is free, or soon: the oldest that waits for each looks again. */
export async function wakeBlocked(effects: Effects, attempt: AttemptRow): Promise<void> {
	const read = readStored("attempts.request", attempt.request);
	// They are due by themselves, too, a little later.
	if (!read.ok) return effects.log.error("nothing that waits for this attempt was woken", { reason: read.reason });
	const request = read.value;
	const targets = [...request.claims.map(claimBlocker), agentBlocker(request.agent), `incident:${request.incident_id}`];
	const woken = await wakeWaiting(effects.journal, targets, effects.now());
	await Promise.all(woken.map((id) => effects.wake(id, 0)));
}

/**
 * The number in a pull request's URL, if it is one of the repository's. An agent tells it, so it may be anything; null,
 * empty and `no-pr` are none.
 */
function pullRequestNumber(url: string | null, repository: string): number | null {
	const found = /^https?:\/\/[\w.:-]+\/([\w.-]+\/[\w.-]+)\/pull\/(\d{1,9})(?:[/?#]|$)/.exec(url ?? "");
	return found?.[1]?.toLowerCase() === repository.toLowerCase() ? Number(found[2]) : null;
}
