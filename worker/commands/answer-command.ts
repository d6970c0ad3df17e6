import type { Effects } from "../effects.ts";
import { describeFailure, retryTime } from "../github/failures.ts";
import { partsOf } from "../github/own-comments.ts";
import {
	endCommand,
	type LockedCommand,
	type LockedCommandRequest,
	lockCommand,
	readCommand,
	recordResult,
	waitCommand,
} from "../journal/commands.ts";
import { requestStatusComment } from "../journal/status-comments.ts";
import type { CommandResult } from "../journal/stored-json.ts";
import { backoffMs } from "../runtime/backoff.ts";
import { actOnCommand } from "./act-on-command.ts";
import { writeStatusComment } from "./status-comment.ts";

// A few questions to GitHub, each bounded by the client.
const LOCK_MS = 60_000;
const LONGEST_WAIT_S = 3600;

/**
 * Acts on one command and answers it, after its webhook was answered: what it came to is in the journal first, then comes
 * the reaction on its comment, then the pull request's own comment. May be called any number of times: every step is
 * found as done, or is the same when it is done again. What GitHub does not take now is tried again by the sweep.
 * Never throws.
 */
export async function answerCommand(effects: Effects, id: string): Promise<void> {
	const now = effects.now();
	try {
		const locked = await lockCommand(effects.journal, id, { now, lock: effects.newId(), locked_until: now + LOCK_MS });
		if (locked !== undefined) await processOrRetry(effects, locked);
	} catch (cause) {
		// The journal failing: the sweep tries again once the row is free.
		effects.log.error("a command could not be worked on", { command_id: id, cause });
	}
}

/** One that fails makes room for others; one that cannot be read is done with. */
async function processOrRetry(effects: Effects, locked: LockedCommand): Promise<void> {
	const read = readCommand(locked);
	if (!read.ok) {
		effects.log.error("a command cannot be read", { command_id: locked.id, reason: read.reason });
		return await endCommand(effects.journal, locked, `not answered: ${read.reason}`, effects.now());
	}
	try {
		await goOn(effects, read.value);
	} catch (cause) {
		effects.log.error("a command could not be worked on", { command_id: locked.id, cause });
		const until = effects.now() + backoffMs(locked.tries, effects.random(), LONGEST_WAIT_S);
		await waitCommand(effects.journal, locked, until);
	}
}

async function goOn(effects: Effects, locked: LockedCommandRequest): Promise<void> {
	const { request } = locked;
	const log = effects.log.with({ command: request.name, author: request.author, pr_number: request.pr_number });
	const result = locked.result ?? (await act(effects, locked));
	if (result === undefined) return;
	log.info("command acted upon", { reaction: result.reaction });

	const answer = await react(effects, locked, result);
	if (answer !== undefined) {
		await endCommand(effects.journal, locked, answer, effects.now());
		log.info("command answered", { answer });
	}
	await writeStatusComment(effects, request);
}

/** Undefined when it cannot be told yet whether its author may give it. */
async function act(effects: Effects, locked: LockedCommandRequest): Promise<CommandResult | undefined> {
	const { request } = locked;
	const acted = await actOnCommand(effects, locked);
	if ("until" in acted) {
		await waitCommand(effects.journal, locked, acted.until);
		return undefined;
	}
	const { author, name, installation_id } = request;
	const wanted = {
		last_command: { author, name, command_result: acted.message },
		installation_id,
		now: effects.now(),
	};
	await recordResult(effects.journal, locked, acted, requestStatusComment(effects.journal, request, wanted));
	return acted;
}

/** What is written down about the answer; undefined when it waits. */
async function react(
	effects: Effects,
	locked: LockedCommandRequest,
	result: CommandResult,
): Promise<string | undefined> {
	const { github } = effects;
	if (github === undefined) return "not answered: no GitHub App is configured";
	const { repository, installation_id, comment_id } = locked.request;
	// The same reaction of the same App is one, however often it is made:
	// https://docs.github.com/en/rest/reactions/reactions#create-reaction-for-an-issue-comment
	const reacted = await github.asInstallation(
		{ repository, installation_id },
		"POST /repos/{owner}/{repo}/issues/comments/{comment_id}/reactions",
		{ ...partsOf(repository), comment_id, content: result.reaction },
	);
	if (reacted.ok) return result.reaction;
	const until = retryTime(effects, reacted.failure, { tries: locked.tries, since: locked.received_at });
	effects.log.warn("a command was not answered", { reason: reacted.failure.reason, until });
	if (until === undefined) return `not answered: ${describeFailure(reacted.failure)}`;
	await waitCommand(effects.journal, locked, until);
	return undefined;
}
