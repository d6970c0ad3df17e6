import type { Effects } from "../effects.ts";
import type { GitHub } from "../github/github.ts";
import { putOwnComment } from "../github/put-own-comment.ts";
import { describeFailure, whenAgain } from "../github/when-again.ts";
import { pullRequestRemediations } from "../journal/pull-request-remediations.ts";
import {
	failSticky,
	recordSticky,
	type Said,
	type StickyKey,
	type TakenSticky,
	takeSticky,
} from "../journal/stickies.ts";
import { messageOf } from "../log.ts";
import { backoffMs } from "../spawn/backoff.ts";
import { stickyText } from "./sticky-text.ts";

// The comments of a long pull request are many pages, each bounded by the client.
const HOLD_MS = 120_000;
const MOST_SHOWN = 20;
const LONGEST_WAIT_S = 3600;
/** What tells it from what Healer says about one incident. */
const MARK = "<!-- healer:pull-request -->";

/**
 * Writes the one comment of a pull request, if that is due: as the journal stands now, and not at all when that is what
 * it says already. One that a person deleted comes back only when it is asked for again.
 */
export async function writeSticky(effects: Effects, key: StickyKey): Promise<void> {
	const { github } = effects;
	const looked_at = effects.now();
	const at = { now: looked_at, lock: effects.newId(), locked_until: looked_at + HOLD_MS };
	const taken = await takeSticky(effects.journal, key, at);
	if (taken === undefined) return;
	if (github === undefined) {
		return await failSticky(effects.journal, taken, { problem: "no GitHub App is configured", until: undefined });
	}
	if (!taken.said.ok) {
		effects.log.error("a pull request's comment cannot be read", { ...key, reason: taken.said.reason });
		return await failSticky(effects.journal, taken, { problem: taken.said.reason, until: undefined });
	}
	try {
		await write(effects, github, { ...taken, said: taken.said.value });
	} catch (cause) {
		// It makes room for others.
		const problem = `internal error: ${messageOf(cause)}`;
		effects.log.error("a pull request's comment could not be written", { ...key, cause: messageOf(cause) });
		const until = effects.now() + backoffMs(taken.tries, effects.random(), LONGEST_WAIT_S);
		await failSticky(effects.journal, taken, { problem, until });
	}
}

type ReadSticky = Omit<TakenSticky, "said"> & { readonly said: Said };

async function write(effects: Effects, github: GitHub, taken: ReadSticky): Promise<void> {
	const looked_at = effects.now();
	const { repository, pr_number, installation_id, comment_id } = taken;
	const remediations = await pullRequestRemediations(effects.journal, taken, MOST_SHOWN + 1);
	const text = stickyText(taken, remediations.slice(0, MOST_SHOWN), remediations.length > MOST_SHOWN);
	if (comment_id !== null && text === taken.posted) {
		return await recordSticky(effects.journal, taken, { comment_id, posted: text, looked_at });
	}
	const written = await putOwnComment(github, {
		of: { repository, installation_id: installation_id ?? undefined },
		number: pr_number,
		mark: MARK,
		body: text,
		id: comment_id ?? undefined,
		isNewWanted: comment_id === null || taken.wanted_at > taken.looked_at,
	});
	if (written.ok) {
		await recordSticky(effects.journal, taken, { comment_id: written.value?.id, posted: text, looked_at });
		return;
	}
	const until = whenAgain(effects, written.failure, { tries: taken.tries, since: looked_at });
	effects.log.warn("a pull request's comment was not written", {
		repository,
		pr_number,
		reason: written.failure.reason,
		until,
	});
	await failSticky(effects.journal, taken, { problem: describeFailure(written.failure), until });
}
