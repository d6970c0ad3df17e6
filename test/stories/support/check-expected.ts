import type { IncidentDetail } from "../../../worker/api/shapes.ts";
import type { RepositoryState } from "../../support/github/repository-state.ts";
import { differences, textDifferences } from "./differences.ts";
import type { Tree } from "./laid-over.ts";
import type { Expected } from "./story-file.ts";
import type { CodeRunFile } from "./story-hub.ts";

/** Everything about a story's repository that can be seen from outside. */
export interface Seen {
	readonly incidents: readonly IncidentDetail[];
	/** The incident that is meant, or why there is none. */
	pick(): IncidentDetail | string;
	readonly codeRuns: readonly CodeRunFile[];
	readonly github: RepositoryState;
	/** `GET /repos/5dlabs/story-x/pulls/7?per_page=100`. */
	readonly requests: readonly string[];
	insights(): Promise<Tree>;
}

/** What is different from what is expected, a line each. */
export async function checkExpected(expected: Expected, seen: Seen): Promise<readonly string[]> {
	return [
		...ofRepository(expected, seen),
		...ofIncident(expected, seen),
		...ofGitHub(expected, seen),
		...(expected.insights === undefined
			? []
			: differences(expected.insights, (await seen.insights()).total, "insights")),
	];
}

function ofRepository({ incidents, coderuns }: Expected, seen: Seen): readonly string[] {
	const count = (what: string, wanted: number | undefined, found: number) =>
		wanted === undefined || wanted === found ? [] : [`${what}: expected ${wanted}, seen ${found}`];
	return [
		...count("incidents", incidents, seen.incidents.length),
		...count("coderuns", coderuns, seen.codeRuns.length),
	];
}

const OF_INCIDENT = [
	"incident",
	"status",
	"attempt",
	"agent",
	"fixed_by",
	"failure_type",
	"rule",
	"reason",
	"shows",
	"attempts",
	"prompt",
	"env",
	"spec",
	"timeline",
] as const satisfies readonly (keyof Expected)[];

function ofIncident(expected: Expected, seen: Seen): readonly string[] {
	if (OF_INCIDENT.every((key) => expected[key] === undefined)) return [];
	const incident = seen.pick();
	if (typeof incident === "string") return [incident];
	const { status, attempt, agent, fixed_by, failure_type, rule } = expected;
	const plain = Object.entries({ status, attempt, agent, fixed_by, failure_type, rule, ...expected.shows });
	const codeRun = newestOf(incident, seen.codeRuns);
	return [
		...plain.flatMap(([key, value]) =>
			value === undefined ? [] : differences(value, (incident as object as Tree)[key], key),
		),
		...(expected.reason === undefined ? [] : textDifferences(expected.reason, incident.reason, "reason")),
		...(expected.attempts === undefined ? [] : differences(expected.attempts, incident.attempts, "attempts")),
		...(expected.prompt === undefined
			? []
			: textDifferences(expected.prompt, codeRun?.spec.promptModification, "prompt")),
		...(expected.env === undefined ? [] : differences(expected.env, codeRun?.spec.env, "env")),
		...(expected.spec === undefined ? [] : differences(expected.spec, codeRun?.spec, "spec")),
		...(expected.timeline === undefined ? [] : timelineDifferences(expected.timeline, incident)),
	];
}

function newestOf({ attempts }: IncidentDetail, codeRuns: readonly CodeRunFile[]): CodeRunFile | undefined {
	const names = attempts.map(({ coderun_name }) => coderun_name);
	return codeRuns
		.filter(({ metadata }) => names.includes(metadata.name))
		.toSorted((one, other) => names.indexOf(one.metadata.name) - names.indexOf(other.metadata.name))
		.at(-1);
}

function timelineDifferences(wanted: readonly string[], { timeline }: IncidentDetail): readonly string[] {
	const events = timeline.map(({ event }) => event);
	let from = 0;
	for (const event of wanted) {
		const at = events.indexOf(event, from);
		if (at === -1) return [`timeline: expected ${wanted.join(", ")}, seen ${events.join(", ")}`];
		from = at + 1;
	}
	return [];
}

function ofGitHub({ comments, issues, labels, asked, not_asked }: Expected, seen: Seen): readonly string[] {
	// Without the comments that stood there before.
	const ours = [...seen.github.comments.values()].filter(({ user }) => user?.login === "healer[bot]");
	const opened = [...seen.github.issues.values()];
	const lines = seen.requests.map((line) => line.replace(/\/repos\/[^/]+\/[^/?]+/, "").replace(/\?.*$/, ""));
	return [
		...(comments === undefined ? [] : listDifferences("comments", comments, ours)).concat(
			...(comments ?? []).map(({ on, body }, n) => [
				...(on === undefined ? [] : differences(on, ours[n]?.issue, `comments[${n}].on`)),
				...textDifferences(body, ours[n]?.body, `comments[${n}].body`),
			]),
		),
		...(issues === undefined ? [] : listDifferences("issues", issues, opened)).concat(
			...(issues ?? []).map(({ title, body, state }, n) => [
				...(title === undefined ? [] : textDifferences(title, opened[n]?.title, `issues[${n}].title`)),
				...(body === undefined ? [] : textDifferences(body, opened[n]?.body, `issues[${n}].body`)),
				...(state === undefined ? [] : differences(state, opened[n]?.state, `issues[${n}].state`)),
			]),
		),
		...Object.entries(labels ?? {}).flatMap(([number, wanted]) =>
			differences(
				wanted,
				(seen.github.labels.get(Number(number)) ?? []).map(({ name }) => name),
				`labels.${number}`,
			),
		),
		...(asked ?? []).filter((line) => !lines.includes(line)).map((line) => `GitHub was not asked ${line}`),
		...(not_asked ?? []).filter((line) => lines.includes(line)).map((line) => `GitHub was asked ${line}`),
	];
}

function listDifferences(what: string, wanted: readonly unknown[], found: readonly { body?: unknown }[]): string[] {
	if (wanted.length === found.length) return [];
	return [`${what}: expected ${wanted.length}, seen ${found.length}: ${JSON.stringify(found.map(({ body }) => body))}`];
}
