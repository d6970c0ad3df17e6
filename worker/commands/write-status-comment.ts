import type { Incident } from "../../pipeline/index.ts";
import { backoffMs } from "../../wire/backoff.ts";
import type { Effects } from "../effects.ts";
import type { GitHub } from "../github/github.ts";
import { putOwnComment } from "../github/own-comments.ts";
import { describeFailure, retryTime } from "../github/read-failure.ts";
import { type PullRequestRemediation, pullRequestRemediations } from "../journal/pull-request-remediations.ts";
import {
	failStatusComment,
	type LockedStatusComment,
	lockStatusComment,
	recordStatusComment,
	type StatusCommentKey,
} from "../journal/status-comments.ts";
import { type LastCommand, readStored } from "../journal/stored-json.ts";
import { explainCause } from "../log.ts";
import { asCode, asLink } from "../remediation/markdown.ts";

// The comments of a long pull request fill many pages, each bounded by the client.
const LOCK_MS = 120_000;
const MOST_SHOWN = 20;
const LONGEST_WAIT_MS = 1_024_000;
/** Distinguishes the status comment from escalation comments. */
const MARK = "<!-- healer:pull-request -->";

/**
 * Writes the status comment of a pull request if it is due, from the current journal; skips the write if the text is
 * unchanged. A comment that a person deleted is recreated only when it is requested again.
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
		effects.log.error("status comment not readable", { ...key, reason: locked.last_command.problem });
		return await failStatusComment(effects.journal, locked, { problem: locked.last_command.problem, until: undefined });
	}
	try {
		await write(effects, github, { ...locked, last_command: locked.last_command.value });
	} catch (cause) {
		// Backs off, so that others get their turn.
		const problem = `internal error: ${explainCause(cause)}`;
		effects.log.error("writing the status comment failed", { ...key, cause });
		const until = effects.now() + backoffMs(locked.tries, { longestMs: LONGEST_WAIT_MS, random: effects.random() });
		await failStatusComment(effects.journal, locked, { problem, until });
	}
}

type ReadStatusComment = Omit<LockedStatusComment, "last_command"> & { readonly last_command: LastCommand | null };

async function write(effects: Effects, github: GitHub, locked: ReadStatusComment): Promise<void> {
	const rendered_at = effects.now();
	const { repository, pr_number, installation_id, comment_id } = locked;
	const remediations = await pullRequestRemediations(effects.journal, locked, MOST_SHOWN + 1);
	const shown = { remediations: remediations.slice(0, MOST_SHOWN), hasMore: remediations.length > MOST_SHOWN };
	const text = statusCommentText(locked, { ...shown, web: github.web_url });
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
	effects.log.warn("status comment not written", {
		repository,
		pr_number,
		reason: written.failure.reason,
		until,
	});
	await failStatusComment(effects.journal, locked, { problem: describeFailure(written.failure), until });
}

const LONGEST_REASON = 200;

/**
 * The text of the status comment: the result of the latest command, and the state of each remediation, newest first. Text of
 * others is in code spans, without mentions; only addresses on `web`, the repository's GitHub, are links.
 */
export function statusCommentText(
	{ last_command, pr_number }: { readonly last_command: LastCommand | null; readonly pr_number: number },
	{
		remediations,
		hasMore,
		web,
	}: { readonly remediations: readonly PullRequestRemediation[]; readonly hasMore: boolean; readonly web: string },
): string {
	const rows = remediations.map((one) => rowOf(one, pr_number, web));
	return [
		"### Healer",
		"",
		...[...toUpdate(remediations), ...lastCommand(last_command)].flatMap((line) => [line, ""]),
		...(rows.length === 0
			? ["No remediations on this pull request yet."]
			: ["| what failed | agent | attempt | state | |", "| --- | --- | --- | --- | --- |", ...rows]),
		...(hasMore ? ["", "Older remediations are not shown."] : []),
		"",
		"Comment `/healer help` for the list of commands.",
	].join("\n");
}

function lastCommand(last: LastCommand | null): readonly string[] {
	return last === null ? [] : [`${asCode(last.author)} ran ${asCode(`/healer ${last.name}`)}: ${last.command_result}`];
}

/** Once for all that is red for causes that are fixed on its base. */
function toUpdate(remediations: readonly PullRequestRemediation[]): readonly string[] {
	const due = remediations.find(({ base_fixed_on }) => base_fixed_on !== null);
	if (due === undefined) return [];
	const by = due.base_fixed_by === null ? "" : ` by #${due.base_fixed_by}`;
	return [`**Fixed on ${asCode(due.base_fixed_on ?? "")}${by}: update your branch.**`];
}

function rowOf(one: PullRequestRemediation, pr_number: number, web: string): string {
	const { agent, attempt, status, reason, fix, incident } = one;
	const read = readStored("incidents.incident", incident);
	const failure: Partial<Incident> = read.ok ? read.value : {};
	const why = reason === null ? "" : `: ${asCode(cut(reason))}`;
	const links = [
		...(failure.url === undefined ? [] : [asLink(failure.url, web)]),
		...(fix === null || fix === pr_number ? [] : [`the fix: #${fix}`]),
	];
	const cells = [
		whatFailed(one, failure),
		agent === null ? "" : asCode(agent),
		attempt,
		`${stateOf(status)}${why}`,
		links.join(" "),
	];
	return `| ${cells.map(inCell).join(" | ")} |`;
}

function whatFailed({ kind, event }: PullRequestRemediation, failure: Partial<Incident>): string {
	if (kind === "manual")
		return `requested by ${asCode(failure.sender?.login ?? "somebody")}${failure.command?.args === undefined ? "" : `: ${asCode(cut(failure.command.args))}`}`;
	const what = failure.workflow?.name ?? failure.app ?? failure.alert?.type ?? failure.job ?? event;
	return `${asCode(what)}${failure.job === undefined || failure.job === what ? "" : `, ${asCode(failure.job)}`}`;
}

function stateOf(status: PullRequestRemediation["status"]): string {
	if (status === "awaiting_ci") return "awaiting CI";
	return status === "awaiting_merge" ? "awaiting merge" : status;
}

/**
 * Replaces bars: they end the cell, even within code, and a backslash before a bar is read in two ways.
 * https://github.github.com/gfm/#tables-extension-
 */
function inCell(markdown: string | number): string {
	return String(markdown).replaceAll("|", "¦");
}

function cut(text: string): string {
	return text.length > LONGEST_REASON ? `${text.slice(0, LONGEST_REASON).toWellFormed()}…` : text;
}
