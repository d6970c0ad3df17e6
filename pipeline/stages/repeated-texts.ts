import type { Artefact } from "../artefact.ts";
import type { Context } from "../context.ts";
import type { Incident } from "../incident.ts";
import { decide } from "./decide.ts";
import type { Pipeline } from "./load-pipeline.ts";

/** What the decisions of a pipeline repeat, of the artefact's texts alone: whoever stores many packs them with it. */
export interface RepeatedTexts {
	/** Of explanations and contexts. */
	readonly rules: string;
	/** Of CodeRuns. */
	readonly prompts: string;
}

/** Equal artefacts have equal texts. */
export async function repeatedTexts(pipeline: Pipeline, artefact: Artefact): Promise<RepeatedTexts> {
	const { agents, spawn, prompts } = artefact;
	const agentTexts = Object.values(agents).map(({ github_app, model, tools }) => [
		...[github_app, model, tools.local.join(","), tools.remote.join(",")],
	]);
	return {
		// A pipeline that cannot decide this failure may decide others: its decisions are stored less small.
		rules: [READING, JSON.stringify(eventTexts(artefact)), await explained(pipeline, artefact).catch(() => "")].join(
			"\n",
		),
		prompts: [REQUEST, JSON.stringify(agentTexts), JSON.stringify(spawn), JSON.stringify(prompts)].join("\n"),
	};
}

/** As explanations have them, of the events that open most incidents. */
function eventTexts({ events }: Artefact) {
	return events
		.slice(0, MOST_EVENTS)
		.map(({ name, when }) => ({ rule: name, verdict: "true", clause: { text: when, verdict: "true" } }));
}

const MOST_EVENTS = 6;

/** The explanation of a failure of which nothing is known: it has every rule, its conditions and what they are made of. */
async function explained(pipeline: Pipeline, { settings, context: requests }: Artefact): Promise<string> {
	const repository = settings.repositories[0]?.replaceAll("*", "x") ?? "x/x";
	const context: Context = Object.fromEntries(
		requests.map(({ name, from }) => [name, { from, status: "skipped", why: "not asked", took_ms: 0 }]),
	);
	const { explanation, ...decision } = await decide(pipeline, {
		incident: { ...FAILURE, repository },
		context,
		attempt: 1,
	});
	const because = "because" in decision ? decision.because : undefined;
	return JSON.stringify({ context, because, stages: explanation });
}

const FAILURE: Omit<Incident, "repository"> = {
	id: "0".repeat(32),
	kind: "ci",
	event: "workflow_job",
	delivery_id: "x",
	default_branch: "main",
	branch: "x",
	run_id: "1",
	run_attempt: 1,
	workflow: { name: "x" },
	actor: { login: "x", type: "User" },
	sender: { login: "x", type: "User" },
	job: "x",
	failed_steps: ["x"],
	conclusion: "failure",
};

/** The names of what was read of a log. */
const READING = JSON.stringify({
	status: "ok",
	data: {
		reading: {
			patterns: {
				"exactly ": {
					...{ count: 1, errors: 1, first: 1, last: 1 },
					error: { log: 0, line: 1, text: "error: ", headline: "error: " },
				},
			},
			gave_up: [],
			failed_step: "Run ",
			findings: [{ log: 0, form: "diagnostic", first: 1, last: 1, count: 1, ids: ["error: "] }, { form: "message" }],
			steps: [{ commands: [""], failed: [], errors: [], last: [""] }],
			excerpt: "[... 1 lines cut ...]\n##[group]Run \n##[error]Process completed with exit code 1.\n",
		},
		jobs: [{ name: "", failed_steps: [""], log: "whole" }],
	},
	values: { evidence: "own_finding", found: "error: " },
	by: ["near_finding", "program", "file", "evidence"],
	...{ line: "error: ", line_number: 1, place: "" },
});

/** The names of a spawn request. */
const REQUEST = JSON.stringify({
	...{ incident_id: "", attempt: 1, agent: "", max_active: 1, deadline_s: 7200, start_deadline_s: 600 },
	claims: [{ name: "branch", key: "|branch|", ttl_s: 600, while_active: true }],
	coderun: { metadata: { name: "healer-ci-", namespace: "", labels: {}, annotations: {} }, spec: {} },
});
