import { renderStages, type StageExplanation } from "../../pipeline/index.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import { exitWith, type Output } from "../output.ts";
import { visible } from "../table.ts";
import { askWorker, unexpected, type WorkerAccess } from "../worker-api.ts";
import { type IncidentDetail, incidentDetail, SHORT_ID } from "./incident-answer.ts";
import { resolveIncident } from "./resolve-incident.ts";

const MOST_MEMBERS = 10;

export interface ShowIncidentOptions {
	readonly json?: boolean | undefined;
	readonly verbose?: boolean | undefined;
	readonly prompt?: boolean | undefined;
}

/**
 * Shows one incident: why which agent has it, where it stands, what it waits for and what comes next; with `verbose`, every rule
 * that was looked at, with `prompt`, the newest attempt's prompt. `json` prints the answer of `GET /api/incidents/{id}`.
 */
export async function showIncident(
	worker: WorkerAccess,
	given: string,
	{ json = false, verbose = false, prompt = false }: ShowIncidentOptions,
	output: Output,
): Promise<ExitCode> {
	const resolved = await resolveIncident(worker, given);
	if (!resolved.ok) return exitWith(output, resolved.problem);
	const answer = await askWorker(worker, `/api/incidents/${resolved.value}`);
	if (!answer.ok) return exitWith(output, answer.problem);
	const { status, body } = answer.value;
	if (status === 404) return exitWith(output, `${resolved.value}: no such incident.`);
	const read = incidentDetail.safeParse(body);
	if (status !== 200 || !read.success) return exitWith(output, unexpected(worker, answer.value));
	if (json) {
		output.line(JSON.stringify(body));
		return EXIT.ok;
	}
	for (const line of rendered(read.data, worker.url, output)) output.line(line);
	if (verbose) {
		output.line("");
		const stages = read.data.explanation.stages as unknown as readonly StageExplanation[];
		for (const line of renderStages(stages)) output.line(line);
	}
	if (prompt) {
		output.line("");
		output.line(promptOf(read.data));
	}
	return EXIT.ok;
}

/** Line by line: it has texts of logs. */
function promptOf({ attempts }: IncidentDetail): string {
	const prompt = attempts.at(-1)?.coderun?.spec.promptModification;
	if (typeof prompt !== "string") return "There is no prompt: it was not decided yet, or its prompt is no longer kept.";
	return prompt.split("\n").map(visible).join("\n");
}

function rendered(incident: IncidentDetail, url: string, { paint }: Output): readonly string[] {
	const { verdict, whose_failure, explanation, repository, branch, pr_number, title, part, attempts } = incident;
	const line = explanation.because?.line;
	const where = [pr_number === null ? repository : `${repository}#${pr_number}`, branch, title, part];
	return [
		paint("bold", verdict === null ? "Not decided yet." : `${visible(verdict)}.`),
		...(line === undefined ? [] : [paint("dim", `  | ${visible(line)}`)]),
		...(whose_failure === null ? [] : [`${visible(whose_failure)}.`]),
		"",
		field("incident", `${incident.id} (${visible(where.filter(Boolean).join(" · "))})`),
		field("status", [incident.status, incident.reason].filter(Boolean).map(String).map(visible).join(": ")),
		field("agent", `${incident.agent ?? "none yet"}${incident.rule === null ? "" : ` by ${visible(incident.rule)}`}`),
		...(incident.failure_type === null ? [] : [field("failure", visible(incident.failure_type))]),
		...(incident.reruns ?? []).map(({ run_attempt, result }) =>
			field("rerun", `the failed jobs of attempt ${run_attempt} of its run: ${result ?? "no result yet"}`),
		),
		...attempts.map((attempt, at) => field(at === 0 ? "attempts" : "", attemptLine(attempt))),
		...groupLines(incident),
		...waitLines(incident),
		field("next", nextStep(incident)),
		...linksOf(incident, url).map((link, at) => field(at === 0 ? "links" : "", visible(link))),
	];
}

function field(name: string, value: string): string {
	return `${name.padEnd(10)}${value}`;
}

function attemptLine({ attempt, agent, coderun_name, outcome, result }: IncidentDetail["attempts"][number]): string {
	const state = [outcome, result].filter(Boolean).join(", ");
	return visible(`${attempt}. ${agent} ${coderun_name}${state === "" ? "" : ` (${state})`}`);
}

/** The cause that it shares, and the leader of its group, or the members that it leads. */
function groupLines(incident: IncidentDetail): readonly string[] {
	const { id, leader_id, members, first_members, repository, explanation } = incident;
	if (leader_id === null && members === 0) return [];
	const cause = explanation.fingerprint == null ? [] : [field("cause", visible(explanation.fingerprint.text))];
	if (leader_id !== null) return [...cause, field("group", ledBy(leader_id, incident.leader))];
	const shown = first_members.slice(0, MOST_MEMBERS).map((member) => {
		const of = member.repository === repository ? "" : `${member.repository} `;
		const pull = member.pr_number === null ? "" : ` #${member.pr_number}`;
		return field("", visible(`${member.id.slice(0, SHORT_ID)} ${member.status} ${of}${member.branch ?? ""}${pull}`));
	});
	const all = members > shown.length ? `; all: healer incidents --leader ${id.slice(0, SHORT_ID)}` : "";
	return [...cause, field("group", `${members} with the same cause${all}`), ...shown];
}

function ledBy(leader_id: string, leader: IncidentDetail["leader"]): string {
	const by = `led by ${leader_id.slice(0, SHORT_ID)}`;
	return leader == null ? by : visible(`${by} (${[leader.branch, leader.status].filter(Boolean).join(", ")})`);
}

/** What a member waits for: its leader's fix, or that its own branch gets it. */
function nextOfMember(short: string, leader: IncidentDetail["leader"]): string {
	const own = `\`healer retry ${short}\` asks for an agent of its own`;
	if (leader?.status === "fixed" && leader.fixed_by !== "rerun") {
		const by = leader.fix === null ? "" : ` by #${leader.fix}`;
		return visible(`its cause is fixed on ${leader.branch}${by}: update its branch; ${own}`);
	}
	if (leader?.status === "escalated" || leader?.status === "failed") {
		return `agents did not fix its cause: a person looks at its group's leader; ${own}`;
	}
	return `the agent of its group's leader fixes the cause; ${own}`;
}

function waitLines({ status, blocked_on, blocked_by, blocked_since, queue }: IncidentDetail): readonly string[] {
	if (status !== "waiting" || blocked_on === null) return [];
	const by = blocked_by === null ? "" : `, which ${blocked_by.slice(0, SHORT_ID)} has or is ahead for`;
	const since = blocked_since === null ? "" : `, since ${blocked_since}`;
	return [
		field("waits for", visible(`${blocked_on}${by}${since}`)),
		...(queue === null ? [] : [field("queue", visible(queue.text))]),
	];
}

/** What happens by itself, else what a person can do. */
function nextStep({ id, status, next_try_at, leader }: IncidentDetail): string {
	const short = id.slice(0, SHORT_ID);
	const at = next_try_at === null ? "" : ` at ${next_try_at}`;
	switch (status) {
		case "accepted":
			return `it is decided${at}, once its other deliveries had time to arrive`;
		case "waiting":
			return `it is tried again${at}, earlier if what it waits for becomes free`;
		case "rerunning":
			return `its failed jobs run again; if they fail again, an agent is woken${at === "" ? "" : `,${at} at the latest`}`;
		case "awaiting_approval":
			return `a person approves it${at === "" ? "" : `, until${at.slice(" at".length)}`}: \`healer show ${short} --prompt\`, then \`healer approve ${short}\``;
		case "observed":
			return `nothing: it was decided only; \`healer show ${short} --prompt\` has what its agent would have read`;
		case "running":
			return "the CodeRun ends, and its outcome is reported";
		case "awaiting_ci":
			return "CI reports on the agent's push";
		case "awaiting_merge":
			return "somebody merges the fix";
		case "grouped":
			return nextOfMember(short, leader);
		case "dead":
			return `nothing by itself; \`healer release ${short}\` tries it again`;
		case "failed":
		case "escalated":
		case "cancelled":
		case "unverified":
			return `nothing by itself; \`healer retry ${short}\` starts it over`;
		default:
			return "nothing: it is over";
	}
}

function linksOf({ id, incident, attempts, escalation_url }: IncidentDetail, url: string): readonly string[] {
	const pulls = attempts.map(({ pull_request_url }) => pull_request_url);
	const links = [incident.url, ...pulls, escalation_url, new URL(`/incidents/${id}`, url).href];
	return [...new Set(links)].filter((link) => typeof link === "string");
}
