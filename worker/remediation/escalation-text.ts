import type { Incident } from "../../pipeline/incident.ts";
import type { Members } from "../journal/groups.ts";
import type { IncidentRow } from "../journal/incidents.ts";
import type { PastAttempt } from "../journal/remediations.ts";
import { asCode, asLink } from "./markdown.ts";

/** So many members of its group are named. */
export const MOST_MEMBERS = 30;

/** The text of an escalation comment: what failed, what was tried, where to look. `web`: the repository's GitHub. */
export function escalationText(
	incident: IncidentRow,
	failure: Incident,
	attempts: readonly PastAttempt[],
	web: string,
	members: Members = { first: [], count: 0 },
): { readonly title: string; readonly body: string } {
	const what = failure.workflow?.name ?? failure.app ?? failure.alert?.type ?? failure.job ?? incident.event;
	const facts = [
		`- What failed: ${asCode(what)}${failure.job === undefined ? "" : `, job ${asCode(failure.job)}`}`,
		...(incident.branch === null ? [] : [`- Branch: ${asCode(incident.branch)}`]),
		...(failure.head_sha === undefined ? [] : [`- Commit: ${asCode(failure.head_sha)}`]),
		...(failure.url === undefined ? [] : [`- Link: ${asLink(failure.url, web)}`]),
		...(incident.failure_type === null ? [] : [`- Failure type: ${asCode(incident.failure_type)}`]),
		`- Reason: ${asCode(incident.reason ?? "")}`,
	];
	const tried = attempts.filter(({ refused }) => refused === null).flatMap((past) => describeAttempt(past, web));
	const body = [
		"### Healer needs a person here",
		"",
		...facts,
		...(tried.length === 0 ? [] : ["", "Attempts:", "", ...tried]),
		...(members.count === 0 ? [] : ["", "Red for the same cause:", "", ...listMembers(incident, members)]),
		"",
		...(failure.pr_number === undefined
			? []
			: ["Comment `/healer retry` to start over with all attempts, from the first agent."]),
		`Incident \`${incident.id}\`.`,
	].join("\n");
	return { title: `Healer needs a person: ${titleText(what)} (incident ${incident.id.slice(0, 8)})`, body };
}

function listMembers({ repository }: IncidentRow, { first, count }: Members): readonly string[] {
	const lines = first.map((member) => {
		const where = member.repository === repository ? "" : `${asCode(member.repository)}, `;
		// A number is a link within its own repository alone.
		const pull = member.pr_number === null || where !== "" ? "" : `, #${member.pr_number}`;
		return `- ${where}${asCode(member.branch ?? "no branch")}${pull}`;
	});
	return count > first.length ? [...lines, `- and ${count - first.length} more`] : lines;
}

function describeAttempt(past: PastAttempt, web: string): readonly string[] {
	const { attempt, agent, result, outcome, message, pull_request, pull_request_url, ci_summary, ci_url } = past;
	const fix =
		pull_request !== null
			? `; pull request #${pull_request}`
			: pull_request_url
				? `; ${asLink(pull_request_url, web)}`
				: "";
	return [
		`${attempt}. ${asCode(agent)}: ${asCode(result ?? outcome ?? "not finished")}${fix}`,
		...(message ? [`   - Message: ${asCode(message)}`] : []),
		...(ci_summary ? [`   - CI: ${asCode(ci_summary)}${ci_url ? ` ${asLink(ci_url, web)}` : ""}`] : []),
	];
}

/** GitHub reads a title as plain text, except for mentions of issues and people. */
function titleText(text: string): string {
	return text.replace(/[^\p{L}\p{N} ._/-]/gu, " ").slice(0, 100);
}
