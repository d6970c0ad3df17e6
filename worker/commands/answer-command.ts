import { backoffMs } from "../../wire/backoff.ts";
import { MINUTE_MS } from "../../wire/durations.ts";
import type { Effects } from "../effects.ts";
import { partsOf } from "../github/own-comments.ts";
import { describeFailure, retryTime } from "../github/read-failure.ts";
import { auditStatement } from "../journal/audit.ts";
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
import { actOnCommand } from "./act-on-command.ts";
import { writeStatusComment } from "./write-status-comment.ts";

// A few requests to GitHub, each bounded by the client.
const LOCK_MS = MINUTE_MS;
const LONGEST_WAIT_MS = 1_024_000;

/**
 * Executes one command and answers it, after its webhook was answered: first the result goes to the journal, then the
 * reaction to its comment, then the status comment is written. May be called repeatedly: every step finds that it is done, or
 * is idempotent. If GitHub does not accept an answer now, the sweep retries. Never throws.
 */
export async function answerCommand(effects: Effects, id: string): Promise<void> {
	const now = effects.now();
	try {
		const locked = await lockCommand(effects.journal, id, { now, lock: effects.newId(), locked_until: now + LOCK_MS });
		if (locked !== undefined) await processOrRetry(effects, locked);
	} catch (cause) {
		// The journal failed: the sweep retries once the lock has expired.
		effects.log.error("processing the command failed", { command_id: id, cause });
	}
}

/** A command that fails backs off, so that others get their turn; one that cannot be read is ended. */
async function processOrRetry(effects: Effects, locked: LockedCommand): Promise<void> {
	const read = readCommand(locked);
	if (!read.ok) {
		effects.log.error("command not readable", { command_id: locked.id, reason: read.problem });
		return await endCommand(effects.journal, locked, `not answered: ${read.problem}`, effects.now());
	}
	try {
		await process(effects, read.value);
	} catch (cause) {
		effects.log.error("processing the command failed", { command_id: locked.id, cause });
		const until = effects.now() + backoffMs(locked.tries, { longestMs: LONGEST_WAIT_MS, random: effects.random() });
		await waitCommand(effects.journal, locked, until);
	}
}

async function process(effects: Effects, locked: LockedCommandRequest): Promise<void> {
	const { request } = locked;
	const log = effects.log.with({ command: request.name, author: request.author, pr_number: request.pr_number });
	const result = locked.result ?? (await act(effects, locked));
	if (result === undefined) return;
	log.info("command executed", { reaction: result.reaction });

	const answer = await react(effects, locked, result);
	if (answer !== undefined) {
		await endCommand(effects.journal, locked, answer, effects.now());
		log.info("command answered", { answer });
	}
	await writeStatusComment(effects, request);
}

/** Undefined if the author's permission is not known yet. */
async function act(effects: Effects, locked: LockedCommandRequest): Promise<CommandResult | undefined> {
	const { request } = locked;
	const acted = await actOnCommand(effects, locked);
	if ("until" in acted) {
		await waitCommand(effects.journal, locked, acted.until);
		return undefined;
	}
	const { author, name, installation_id } = request;
	if (acted.refused === true) {
		await recordResult(
			effects.journal,
			locked,
			acted,
			name === "approve" ? auditStatements(effects, request, acted) : [],
		);
		return acted;
	}
	const comment = {
		last_command: { author, name, command_result: acted.message },
		installation_id,
		now: effects.now(),
	};
	await recordResult(effects.journal, locked, acted, [
		requestStatusComment(effects.journal, request, comment),
		...auditStatements(effects, request, acted),
	]);
	return acted;
}

/** A command that did something, once: a repeated call finds its result. Of an approval also that it was refused, and why. */
function auditStatements(
	effects: Effects,
	{ name: action, author: who, repository, pr_number }: LockedCommandRequest["request"],
	{ reaction, message: detail }: CommandResult,
): readonly D1PreparedStatement[] {
	const isRefused = reaction === "confused";
	if (action !== "approve" && (isRefused || (action !== "fix" && action !== "retry" && action !== "stop"))) return [];
	const target = `${repository}#${pr_number}`;
	const why = isRefused ? `refused: ${detail}` : detail;
	const entry = { who, proof: "comment", token: null, action, target, detail: why } as const;
	return [auditStatement(effects.journal, entry, effects.now())];
}

/** The text for the command's column `answer`; undefined if the reaction is retried. */
async function react(
	effects: Effects,
	locked: LockedCommandRequest,
	result: CommandResult,
): Promise<string | undefined> {
	const { github } = effects;
	if (github === undefined) return "not answered: no GitHub App is configured";
	const { repository, installation_id, comment_id } = locked.request;
	if (comment_id === undefined) return "not answered: it was a button";
	// Repeating a reaction of the same App changes nothing:
	// https://docs.github.com/en/rest/reactions/reactions#create-reaction-for-an-issue-comment
	const reacted = await github.asInstallation(
		{ repository, installation_id },
		"POST /repos/{owner}/{repo}/issues/comments/{comment_id}/reactions",
		{ ...partsOf(repository), comment_id, content: result.reaction },
	);
	if (reacted.ok) return result.reaction;
	const until = retryTime(effects, reacted.failure, { tries: locked.tries, since: locked.received_at });
	effects.log.warn("command not answered", { reason: reacted.failure.reason, until });
	if (until === undefined) return `not answered: ${describeFailure(reacted.failure)}`;
	await waitCommand(effects.journal, locked, until);
	return undefined;
}
