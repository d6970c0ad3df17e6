import type { Incident } from "../../pipeline/index.ts";
import type { PullRequestRemediation } from "../journal/pull-request-remediations.ts";
import type { LastCommand } from "../journal/status-comments.ts";
import { readStored } from "../journal/stored-json.ts";
import { asCode, asLink } from "../remediation/plain-markdown.ts";

const LONGEST_REASON = 200;

/**
 * What Healer's comment on a pull request says: what the latest command came to, and how each remediation stands, newest
 * first. Words of others are code: they mention nobody and link to nothing.
 */
export function statusCommentText(
	{ last_command, pr_number }: { readonly last_command: LastCommand; readonly pr_number: number },
	remediations: readonly PullRequestRemediation[],
	hasMore: boolean,
): string {
	const rows = remediations.map((one) => rowOf(one, pr_number));
	return [
		"### Healer",
		"",
		`${asCode(last_command.author)} said ${asCode(`/healer ${last_command.name}`)}: ${last_command.command_result}`,
		"",
		...(rows.length === 0
			? ["Nothing was remediated on this pull request yet."]
			: ["| what failed | agent | attempt | state | |", "| --- | --- | --- | --- | --- |", ...rows]),
		...(hasMore ? ["", "Older ones are not shown."] : []),
		"",
		"`/healer help` in a comment tells what can be asked for.",
	].join("\n");
}

function rowOf(one: PullRequestRemediation, pr_number: number): string {
	const { agent, attempt, status, reason, fix, incident } = one;
	const read = readStored("incidents.incident", incident);
	const failure: Partial<Incident> = read.ok ? read.value : {};
	const why = reason === null ? "" : `: ${asCode(cut(reason))}`;
	const links = [
		...(failure.url === undefined ? [] : [asLink(failure.url)]),
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
		return `asked for by ${asCode(failure.sender?.login ?? "somebody")}${failure.command?.args === undefined ? "" : `: ${asCode(cut(failure.command.args))}`}`;
	const what = failure.workflow?.name ?? failure.app ?? failure.alert?.type ?? failure.job ?? event;
	return `${asCode(what)}${failure.job === undefined || failure.job === what ? "" : `, ${asCode(failure.job)}`}`;
}

function stateOf(status: PullRequestRemediation["status"]): string {
	return status === "awaiting_ci" ? "awaiting CI" : status;
}

/**
 * A bar would end the cell, within code, too, and a backslash before one is read in two ways.
 * https://github.github.com/gfm/#tables-extension-
 */
function inCell(markdown: string | number): string {
	return String(markdown).replaceAll("|", "¦");
}

function cut(text: string): string {
	return text.length > LONGEST_REASON ? `${text.slice(0, LONGEST_REASON).toWellFormed()}…` : text;
}
