import type { Effects } from "../effects.ts";
import type { GitHub } from "../github/github.ts";
import { putOwnComment } from "../github/put-own-comment.ts";
import { describeFailure, retryTime } from "../github/when-again.ts";
import { pullRequestRemediations } from "../journal/pull-request-remediations.ts";
import {
	failStatusComment,
	type LastCommand,
	type LockedStatusComment,
	lockStatusComment,
	recordStatusComment,
	type StatusCommentKey,
} from "../journal/status-comments.ts";
import { messageOf } from "../log.ts";
import { backoffMs } from "../spawn/backoff.ts";
import { statusCommentText } from "./sticky-text.ts";

// The comments of a long pull request are many pages, each bounded by the client.
const LOCK_MS = 120_000;
const MOST_SHOWN = 20;
const LONGEST_WAIT_S = 3600;
/** What tells it from what Healer says about one incident. */
const MARK = "<!-- healer:pull-request -->";

/**
 * Writes the one comment of a pull request, if that is due: as the journal stands now, and not at all when that is what
 * it says already. One that a person deleted comes back only when it is asked for again.
 */
export async function writeStatusComment(effects: Effects, key: StatusCommentKey): Promise<void> {
	const { github } = effects;
	const rendered_at = effects.now();
	const at = { now: rendered_at, lock: effects.newId(), locked_until: rendered_at + LOCK_MS };
	const locked = await lockStatusComment(effects.journal, key, at);
	if (locked === undefined) return;
	if (github === undefined) {
		return await failStatusComment(effects.journal, locked, {
			problem: "no GitHub App is configured",
			until: undefined,
		});
	}
	if (!locked.last_command.ok) {
		effects.log.error("a pull request's comment cannot be read", { ...key, reason: locked.last_command.reason });
		return await failStatusComment(effects.journal, locked, { problem: locked.last_command.reason, until: undefined });
	}
	try {
		await write(effects, github, { ...locked, last_command: locked.last_command.value });
	} catch (cause) {
		// It makes room for others.
		const problem = `internal error: ${messageOf(cause)}`;
		effects.log.error("a pull request's comment could not be written", { ...key, cause: messageOf(cause) });
		const until = effects.now() + backoffMs(locked.tries, effects.random(), LONGEST_WAIT_S);
		await failStatusComment(effects.journal, locked, { problem, until });
	}
}

type ReadStatusComment = Omit<LockedStatusComment, "last_command"> & { readonly last_command: LastCommand };

async function write(effects: Effects, github: GitHub, locked: ReadStatusComment): Promise<void> {
	const rendered_at = effects.now();
	const { repository, pr_number, installation_id, comment_id } = locked;
	const remediations = await pullRequestRemediations(effects.journal, locked, MOST_SHOWN + 1);
	const text = statusCommentText(locked, remediations.slice(0, MOST_SHOWN), remediations.length > MOST_SHOWN);
	if (comment_id !== null && text === locked.posted) {
		return await recordStatusComment(effects.journal, locked, { comment_id, posted: text, rendered_at });
	}
	const written = await putOwnComment(github, {
		of: { repository, installation_id: installation_id ?? undefined },
		number: pr_number,
		mark: MARK,
		body: text,
		id: comment_id ?? undefined,
		createIfMissing: comment_id === null || locked.requested_at > locked.rendered_at,
	});
	if (written.ok) {
		await recordStatusComment(effects.journal, locked, { comment_id: written.value?.id, posted: text, rendered_at });
		return;
	}
	const until = retryTime(effects, written.failure, { tries: locked.tries, since: rendered_at });
	effects.log.warn("a pull request's comment was not written", {
		repository,
		pr_number,
		reason: written.failure.reason,
		until,
	});
	await failStatusComment(effects.journal, locked, { problem: describeFailure(written.failure), until });
}
