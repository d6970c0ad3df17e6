import type { Incident } from "../../pipeline/index.ts";
import type { PullRequestRemediation } from "../journal/pull-request-remediations.ts";
import type { Said } from "../journal/stickies.ts";
import { readStored } from "../journal/stored-json.ts";
import { asCode, asLink } from "../remediation/plain-markdown.ts";

const LONGEST_REASON = 200;

/**
 * What Healer's comment on a pull request says: what the latest command came to, and how each remediation stands, newest
 * first. Words of others are code: they mention nobody and link to nothing.
 */
export function stickyText(
	{ said, pr_number }: { readonly said: Said; readonly pr_number: number },
	remediations: readonly PullRequestRemediation[],
	hasMore: boolean,
): string {
	const rows = remediations.map((one) => rowOf(one, pr_number));
	return [
		"### Healer",
		"",
		`${asCode(said.author)} said ${asCode(`/healer ${said.name}`)}: ${said.came_to}`,
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
	const told: Partial<Incident> = read.ok ? read.value : {};
	const why = reason === null ? "" : `: ${asCode(cut(reason))}`;
	const links = [
		...(told.url === undefined ? [] : [asLink(told.url)]),
		...(fix === null || fix === pr_number ? [] : [`the fix: #${fix}`]),
	];
	const cells = [
		whatFailed(one, told),
		agent === null ? "" : asCode(agent),
		attempt,
		`${stateOf(status)}${why}`,
		links.join(" "),
	];
	return `| ${cells.map(inCell).join(" | ")} |`;
}

function whatFailed({ kind, event }: PullRequestRemediation, told: Partial<Incident>): string {
	if (kind === "manual")
		return `asked for by ${asCode(told.sender?.login ?? "somebody")}${told.command?.args === undefined ? "" : `: ${asCode(cut(told.command.args))}`}`;
	const what = told.workflow?.name ?? told.app ?? told.alert?.type ?? told.job ?? event;
	return `${asCode(what)}${told.job === undefined || told.job === what ? "" : `, ${asCode(told.job)}`}`;
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
