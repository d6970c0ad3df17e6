import { describe, expect, it } from "vitest";
import bundled from "../../../dist/pipeline.json";
import type { Incident } from "../../../pipeline/incident.ts";
import {
	type Artefact,
	type Decision,
	decide,
	loadPipeline,
	planContext,
	type Reading,
	readDelivery,
} from "../../../pipeline/index.ts";
import { createSources } from "../../../worker/context/create-sources.ts";
import { gatherContext } from "../../../worker/context/gather-context.ts";
import { EXAMPLES } from "../support/failed-job.ts";
import { type Answers, stubSources } from "./github/github-answers.ts";

const artefact = bundled as unknown as Artefact;
const watching = { ...artefact.settings, watch: { pull_requests: true, branches: ["master"], conflicts: true } };
const pipeline = loadPipeline({ ...artefact, settings: watching });

const SHA = "ec26c3e57ca3a959ca5aad62de7213c562f8c821";
const PERSON = { login: "octocat", type: "User" };
const pull = (more = {}) => ({
	number: 2,
	state: "open",
	title: "Update the README",
	mergeable_state: "clean",
	head: { ref: "changes", sha: SHA, repo: { full_name: "5dlabs/cto" } },
	base: { ref: "master" },
	...more,
});
const GREEN: Answers = {
	"GET pulls/2": pull(),
	"GET pulls/2/files?per_page=100&page=1": [],
	[`GET actions/runs?head_sha=${SHA}&per_page=100`]: { workflow_runs: [] },
	[`GET commits/${SHA}/check-runs?filter=latest&per_page=100&page=1`]: { check_runs: [] },
	[`GET commits/${SHA}/status?per_page=100`]: { statuses: [] },
	[`GET commits/${SHA}`]: { sha: SHA, commit: { message: "Update" }, author: { login: "octocat" }, parents: [{}] },
};
const CHECK = {
	name: "preview",
	conclusion: "failure",
	app: { slug: "vercel" },
	output: { title: "Build failed", summary: "npm ERR! code ELIFECYCLE", text: null },
};
const RED_CHECK = { [`GET commits/${SHA}/check-runs?filter=latest&per_page=100&page=1`]: { check_runs: [CHECK] } };
const RED_RUN: Answers = {
	[`GET actions/runs?head_sha=${SHA}&per_page=100`]: {
		workflow_runs: [
			{
				id: 815,
				name: "Nightly",
				path: ".github/workflows/nightly.yaml",
				event: "push",
				workflow_id: 3,
				run_number: 5,
				status: "completed",
				conclusion: "failure",
				head_sha: SHA,
				actor: { login: "5dlabs-rex[bot]", type: "Bot" },
			},
		],
	},
	"GET actions/runs/815/jobs?per_page=100&page=1&filter=latest": {
		jobs: [{ id: 9, name: "all", conclusion: "failure", steps: [{ name: "Go", conclusion: "failure" }] }],
	},
	"GET actions/jobs/9/logs": () => new Response(null, { status: 302, headers: { location: "https://storage.test/9" } }),
};
const STORAGE = {
	"/9": () =>
		new Response(
			"2026-11-22T12:00:00.0000000Z error[E0308]: mismatched types\n2026-11-22T12:00:01.0000000Z ##[error]Process completed with exit code 101.\n",
		),
};

/** GitHub's own example of an event, as if 5dlabs/cto had sent it. */
function recorded(event: string, action?: string): Record<string, Record<string, unknown>> {
	const found = EXAMPLES.find(({ name }) => name === event)?.examples.find(
		(one) => action === undefined || String(one.action) === action,
	);
	if (found === undefined) throw new Error(`there is no example of ${event}`);
	const own = JSON.stringify(found.repository?.full_name);
	return { ...JSON.parse(JSON.stringify(found).replaceAll(own, '"5dlabs/cto"')), sender: PERSON };
}

/** What the shipped pipeline, with `watch` switched on, makes of a delivery before this GitHub; undefined: without one. */
async function decided(event: string, payload: unknown, github: Answers | undefined): Promise<Decision> {
	const reading = await readDelivery(pipeline, { event, delivery_id: "d", payload });
	// A command is an incident once its author's permission is known.
	const incident = reading.outcome === "command" ? reading.command.fix?.incident : incidentOf(reading);
	if (incident === undefined) throw new Error(`${event} is no incident: ${JSON.stringify(reading)}`);
	const planned = (await planContext(pipeline, incident)).filter(({ from }) => from.startsWith("github."));
	const { context } = await gatherContext(planned, sourcesOf(incident, github), Date.now);
	return await decide(pipeline, { incident, context, attempt: 1 });
}

function incidentOf(reading: Reading): Incident | undefined {
	return reading.outcome === "incident" ? reading.incident : undefined;
}

function sourcesOf(incident: Incident, github: Answers | undefined) {
	const cluster = () => Promise.reject(new Error("there is no cluster"));
	if (github !== undefined) return { cluster, edge: stubSources(incident, github, STORAGE, pipeline.logSearch).edge };
	const newLogReader = () => {
		throw new Error("there is no log");
	};
	const relay = { env: {}, fetch, now: Date.now, newId: () => "id" };
	return createSources({ github: undefined, fetch, relay })({ incident, newLogReader });
}

function promptOf(decision: Decision): string {
	return decision.outcome === "spawn" ? String(decision.coderun.spec.promptModification) : "";
}

describe("a pull request that was pushed to, where that is watched", () => {
	const payload = recorded("pull_request", "synchronize");

	it("starts nothing while nothing is red, or nobody can say", async () => {
		const nothing = { outcome: "filtered", filter: "already-broken" };
		expect(await decided("pull_request", payload, GREEN)).toMatchObject(nothing);
		expect(await decided("pull_request", payload, undefined)).toMatchObject(nothing);
		expect(await decided("pull_request", payload, {})).toMatchObject(nothing);
	});

	it("is for whoever the red run's log is for", async () => {
		const decision = await decided("pull_request", payload, { ...GREEN, ...RED_RUN });
		expect(decision).toMatchObject({ agent: "rex", failure_type: "rust_build" });
		expect(promptOf(decision)).toContain("error[E0308]: mismatched types");
		expect(promptOf(decision)).toContain("Nightly");
	});

	it("is for whoever the output of another App's red check is for", async () => {
		const decision = await decided("pull_request", payload, { ...GREEN, ...RED_CHECK });
		expect(decision).toMatchObject({ agent: "blaze" });
		expect(promptOf(decision)).toContain("npm ERR! code ELIFECYCLE");
	});

	it("is for atlas when it cannot be merged", async () => {
		const dirty = { "GET pulls/2": pull({ mergeable_state: "dirty" }) };
		expect(await decided("pull_request", payload, { ...GREEN, ...dirty })).toMatchObject({ agent: "atlas" });
	});
});

describe("a push to a branch that is watched", () => {
	const push = recorded("push");
	const payload = {
		...push,
		ref: "refs/heads/master",
		deleted: false,
		after: SHA,
		head_commit: { id: SHA, message: "x" },
	};
	const none = { [`GET commits/${SHA}/pulls?per_page=20`]: [] };

	it("starts something only where its head is red already", async () => {
		const nothing = { outcome: "filtered", filter: "already-broken" };
		expect(await decided("push", payload, { ...GREEN, ...none })).toMatchObject(nothing);
		expect(await decided("push", payload, { ...GREEN, ...none, ...RED_RUN })).toMatchObject({ agent: "rex" });
	});
});

describe("/healer fix", () => {
	const example = recorded("issue_comment", "created");
	const payload = {
		...example,
		issue: { ...example.issue, number: 2, pull_request: { url: "https://api.github.com/repos/5dlabs/cto/pulls/2" } },
		comment: { ...example.comment, user: PERSON, author_association: "OWNER", body: "/healer fix the flaky test" },
	};

	it("goes to the agent with its words although nothing is red", async () => {
		const decision = await decided("issue_comment", payload, GREEN);
		expect(decision).toMatchObject({ outcome: "spawn", agent: "atlas" });
		expect(promptOf(decision)).toContain("fix the flaky test");
	});

	it("goes to the agent although GitHub cannot be asked", async () => {
		expect(await decided("issue_comment", payload, undefined)).toMatchObject({ outcome: "spawn" });
		expect(await decided("issue_comment", payload, {})).toMatchObject({ outcome: "spawn" });
	});

	it("goes with the logs of what is red on the pull request's head, though an agent pushed that", async () => {
		const decision = await decided("issue_comment", payload, { ...GREEN, ...RED_RUN });
		expect(decision).toMatchObject({ agent: "rex", failure_type: "rust_build" });
		expect(promptOf(decision)).toContain("error[E0308]: mismatched types");
		expect(promptOf(decision)).toContain("fix the flaky test");
	});
});

describe("findings of a reviewer", () => {
	const example = recorded("pull_request_review", "submitted");
	const review = { ...example.review, state: "changes_requested", body: "This may panic.", commit_id: SHA };
	const payload = { ...example, review: { ...review, user: { login: "5dlabs-stitch[bot]", type: "Bot" } } };

	it("go along with the logs of what is red on the commit", async () => {
		const own = { pull_request: { ...example.pull_request, number: 2, head: pull().head } };
		const decision = await decided("pull_request_review", { ...payload, ...own }, { ...GREEN, ...RED_RUN });
		expect(decision).toMatchObject({ agent: "rex" });
		expect(promptOf(decision)).toContain("This may panic.");
		expect(promptOf(decision)).toContain("error[E0308]: mismatched types");
	});
});
