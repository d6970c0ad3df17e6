import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parseEnv, promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { tableOf } from "../support/markdown.ts";
import { eventually } from "./eventually.ts";
import { typeCheck, workflowJob, workflowRun } from "./failing-run.ts";
import {
	cleanEnvironment,
	codeRuns,
	deliver,
	environmentOf,
	getJson,
	type Home,
	type HubProcess,
	makeHome,
	ROOT,
	startReadyHub,
} from "./hub-process.ts";

const FILE = "docs/operating.md";
const QUESTIONS = tableOf(FILE, "| question | command line | API | page |");

let home: Home;
let hub: HubProcess;
/** What the words in capital letters of the table stand for. */
const words: Record<string, string> = {};

/**
 * One failure, of pull request 402, could not be fixed and needs a person; two are worked on, and one waits for the branch of
 * the first; one delivery was ignored. Two checks are red for one cause: an agent works for the one, and the other waits for it.
 * One waits for a person's approval, and one was only observed.
 */
beforeAll(async () => {
	home = await makeHome();
	const shipped = readFileSync(home.pipelineFile, "utf8");
	const pipeline = shipped
		.replace("max_attempts: 3", "max_attempts: 1")
		.replace("escalate: [atlas, human]", "escalate: [human]")
		.concat(
			"autonomy:\n  - { when: branch = 'fix/ask', level: approve }\n  - { when: branch = 'fix/see', level: observe }\n",
		);
	writeFileSync(home.pipelineFile, pipeline);
	hub = await startReadyHub(home);
	const asked = await deliver(home, "workflow_run", workflowRun({ runId: 5, branch: "fix/ask" }));
	words.APPROVAL = String(asked.body.incident_id);
	await eventually(async () => (await shown("APPROVAL")).status === "awaiting_approval", "a decision to approve");
	const seen = await deliver(home, "workflow_run", workflowRun({ runId: 6, branch: "fix/see" }));
	words.OBSERVED = String(seen.body.incident_id);
	await eventually(async () => (await shown("OBSERVED")).status === "observed", "a decision that was only observed");
	const pulled = workflowRun({ runId: 4, branch: "fix/two", pullRequest: 402 });
	const unfixed = await deliver(home, "workflow_run", pulled);
	words.UNFIXED = String(unfixed.body.incident_id);
	await eventually(() => codeRuns(home).length === 1, "the CodeRun of the pull request");
	await type(`\`healer finish ${codeRuns(home)[0]} --phase Failed\``);
	await eventually(async () => (await shown("UNFIXED")).status === "escalated", "an escalated incident");
	const first = await deliver(home, "workflow_job", workflowJob({ runId: 1, branch: "fix/one" }), "d-first");
	await eventually(() => codeRuns(home).length === 2, "a CodeRun");
	words.INCIDENT = String(first.body.incident_id);
	const waiting = await deliver(
		home,
		"workflow_job",
		workflowJob({ runId: 2, branch: "fix/one", workflow: "Other CI" }),
	);
	words.WAITING = String(waiting.body.incident_id);
	await eventually(async () => (await shown("WAITING")).blocked_on !== null, "an incident that waits");
	const stopped = await deliver(home, "workflow_job", workflowJob({ runId: 3, branch: "fix/three" }));
	words.STOPPED = String(stopped.body.incident_id);
	await eventually(() => codeRuns(home).length === 3, "another CodeRun");
	const leader = await deliver(home, "check_run", typeCheck({ branch: "fix/cart", sha: "a".repeat(40) }));
	words.LEADER = String(leader.body.incident_id);
	await eventually(() => codeRuns(home).length === 4, "the CodeRun of the leader");
	const member = await deliver(home, "check_run", typeCheck({ branch: "fix/cart-b", sha: "b".repeat(40) }));
	words.MEMBER = String(member.body.incident_id);
	await eventually(async () => (await shown("MEMBER")).status === "grouped", "a member of its group");
	const ignored = await deliver(
		home,
		"watch",
		{ action: "started", repository: { full_name: "5dlabs/cto" } },
		"d-star",
	);
	expect(ignored.body.status).toBe("ignored");
	words.DELIVERY = "d-star";
	const { incident } = await shown("INCIDENT");
	words.REPOSITORY = "5dlabs/cto";
	words.COMMIT = String(incident.head_sha);

	const beside = (name: string) => path.join(path.dirname(home.pipelineFile), name);
	words.EDITED = beside("edited.yaml");
	writeFileSync(
		words.EDITED,
		pipeline.replace("route:\n", "route:\n  - { name: edited, agent: bolt, when: kind = 'ci' }\n"),
	);
});
afterAll(async () => {
	hub.signalGroup("SIGTERM");
	await hub.ended();
});

type Json = Record<string, unknown>;

async function shown(word: string): Promise<Json & { readonly incident: Json }> {
	return (await getJson(home, `/api/incidents/${words[word]}`)) as Json & { readonly incident: Json };
}

function filled(text: string): string {
	return text.replaceAll(/\b[A-Z]{6,}\b/g, (word) => words[word] ?? word);
}

/** The code of a cell; one that is nothing else comes without backticks. */
function codeOf(cell: string): readonly string[] {
	const codes = cell.includes("`") ? [...cell.matchAll(/`([^`]+)`/g)].map(([, code]) => code ?? "") : [cell];
	return codes.map(filled);
}

/** Types the commands of a cell; returns what they print. `healer tail` is interrupted as by Ctrl-C. */
async function type(cell: string): Promise<string> {
	let printed = "";
	for (const command of codeOf(cell).filter((code) => code.startsWith("healer "))) {
		const args = [...command.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(
			([, one, two, plain]) => one ?? two ?? plain ?? "",
		);
		const env = { ...cleanEnvironment(), ...environmentOf(home), HOME: home.stateDir };
		const running = promisify(execFile)(process.execPath, ["cli/main.ts", ...args.slice(1)], { cwd: ROOT, env });
		if (args[1] === "tail") {
			let seen = "";
			running.child.stdout?.on("data", (chunk) => (seen += chunk));
			await eventually(() => seen.includes("opened"), "what happened last");
			running.child.kill("SIGINT");
		}
		printed += (await running).stdout;
	}
	return printed;
}

/** Sends the requests of a cell; returns the last answer. `bodies` are those of requests that change something. */
async function ask(
	cell: string,
	bodies: readonly unknown[] = [],
): Promise<{ readonly status: number; readonly body: Json }> {
	const secrets = parseEnv(readFileSync(path.join(home.stateDir, "secrets.env"), "utf8"));
	const left = [...bodies];
	let answer = { status: 0, body: {} };
	for (const request of codeOf(cell).filter((code) => /^(GET|POST|PUT|DELETE) /.test(code))) {
		const [method = "", route = ""] = request.split(" ");
		const body = method === "POST" || method === "PUT" ? left.shift() : undefined;
		const response = await fetch(`${home.url}${route}`, {
			method,
			headers: { authorization: `Bearer ${secrets.HEALER_API_TOKEN}` },
			...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
		});
		answer = { status: response.status, body: (await response.json()) as Json };
	}
	return answer;
}

interface Answers {
	/** In what the commands print. */
	readonly cli: RegExp;
	/** In the body of the last answer. */
	readonly api: object;
	readonly bodies?: readonly unknown[];
}

const listed = (...rows: object[]) => ({ incidents: rows });
const idOf = (name: string) => expect.stringMatching(new RegExp(`^${words[name]}$`));
const short = (name: string) => words[name]?.slice(0, 12) ?? name;

/** One for each question, in any order; those that change something come last in the table. */
const ANSWERS: Readonly<Record<string, () => Answers>> = {
	"Is it healthy?": () => ({ cli: /^hub +http\S+ ok\n/, api: { status: "ok" } }),
	"Why was delivery X ignored?": () => ({
		cli: /d-star +watch\.started +5dlabs\/cto +unknown_event +the pipeline has no entry/,
		api: { ignored: [{ delivery_id: "d-star", filter: "unknown_event" }] },
	}),
	"What became of delivery X?": () => ({ cli: new RegExp(short("INCIDENT")), api: listed({ id: idOf("INCIDENT") }) }),
	"Why rex and not bolt?": () => ({
		cli: /^rex, because [\s\S]*\nroute: /,
		api: { agent: "rex", verdict: expect.stringMatching(/^rex, because /) },
	}),
	"What waits for what?": () => ({
		cli: new RegExp(`\\nwaits for claim:\\S+, which ${short("INCIDENT")} has`),
		api: { incidents: expect.arrayContaining([expect.objectContaining({ blocked_by: idOf("INCIDENT") })]) },
	}),
	"Which failures share one cause?": () => ({
		cli: new RegExp(`\\n${short("MEMBER")} +grouped .* fix/cart-b `),
		api: listed({ id: idOf("MEMBER"), leader_id: idOf("LEADER") }),
	}),
	"Who leads, and why does this one wait?": () => ({
		cli: new RegExp(
			`\\ncause +frontend_typescript: diagnostic: src/cart\\.ts: TS2304: .*\\ngroup +led by ${short("LEADER")} \\(fix/cart, running\\)\\nnext +the agent of its group's leader fixes the cause; `,
		),
		api: { status: "grouped", leader: { id: idOf("LEADER"), status: "running", branch: "fix/cart" } },
	}),
	"What is run again before an agent?": () => ({ cli: /^No matching incidents\.\n$/, api: listed() }),
	"What needs a person?": () => ({
		cli: new RegExp(`\\n${short("UNFIXED")} +escalated `),
		api: listed({ id: idOf("UNFIXED"), status: "escalated" }),
	}),
	"Was anything lost last night?": () => ({ cli: /\nfails +nothing\n/, api: { redelivery: { configured: false } } }),
	"What happened last night?": () => ({
		cli: /fix\/three[\s\S]*fix\/one[\s\S]*fix\/one[\s\S]*fix\/two/,
		api: listed(
			{ branch: "fix/cart-b" },
			{ branch: "fix/cart" },
			{ branch: "fix/three" },
			{ branch: "fix/one" },
			{ branch: "fix/one" },
			{ branch: "fix/two" },
			{ branch: "fix/see" },
			{ branch: "fix/ask" },
		),
	}),
	"What happens right now?": () => ({
		cli: /opened → accepted[\s\S]*spawned → running rex, attempt 1/,
		api: { last: expect.stringMatching(/^\d+\.\d+$/) },
	}),
	"What is done about pull request 402?": () => ({
		cli: new RegExp(`\\n${short("UNFIXED")} .* 5dlabs/cto#402 `),
		api: listed({ id: idOf("UNFIXED") }),
	}),
	"What was done about this commit?": () => ({
		cli: new RegExp(short("INCIDENT")),
		api: { incidents: expect.arrayContaining([expect.objectContaining({ id: idOf("INCIDENT") })]) },
	}),
	"Which filter ignores most?": () => ({
		cli: /\nunknown_event 1\n$/,
		api: { filters: [{ filter: "unknown_event", count: 1 }] },
	}),
	"What is flaky, and who pays for it?": () => ({
		cli: /^Nothing passed when it was run again/,
		api: { flakes: [], more: false },
	}),
	"Which rule is wrong most often?": () => ({
		cli: /right agent/i,
		api: { by: { rule: [{ value: "rust" }, { value: "frontend" }] } },
	}),
	"What did that rule decide?": () => ({
		cli: new RegExp(short("INCIDENT")),
		api: listed(...Array.from({ length: 6 }, () => ({ rule: "rust" }))),
	}),
	"What would agents have been sent for?": () => ({
		cli: /\n1 +1 +rex +rust +general +0 /,
		api: { observed: [{ agent: "rex", failure_type: "general", incidents: 1, green: 0, suggest: "wait" }] },
	}),
	"Approve this.": () => ({
		cli: new RegExp(`Branch: .fix/ask.[\\s\\S]*\\n${words.APPROVAL} is approved`),
		// The command line has approved it.
		api: { error: expect.stringMatching(/approved/) },
		bodies: [{ attempt: 1 }],
	}),
	"Stop this.": () => ({ cli: new RegExp(`^${words.STOPPED} is stopped`), api: { status: "cancelled" } }),
	"Give it to bolt.": () => ({
		cli: new RegExp(`^${words.STOPPED} goes on with bolt`),
		api: { status: "waiting" },
		bodies: [{ agent: "bolt" }],
	}),
	"Pause everything.": () => ({ cli: /^Paused: [\s\S]*\nResumed: /, api: { paused: null }, bodies: [{ reason: "x" }] }),
	"Pause this repository.": () => ({
		cli: /^Paused: \S+ creates no CodeRuns for 5dlabs\/cto until \d{4}-[\s\S]*\nResumed: \S+ creates CodeRuns again for 5dlabs\/cto\. /,
		api: { repository: "5dlabs/cto", paused: null, paused_repositories: [] },
		bodies: [{ repository: "5dlabs/cto", reason: "a release", for: "1h" }],
	}),
	"What would my edit have decided?": () => ({
		cli: /rex rust_clippy → bolt rust_clippy/,
		api: { incidents: expect.arrayContaining([expect.objectContaining({ id: idOf("INCIDENT") })]) },
	}),
	"Who did that?": () => ({
		cli: /stop +\S+ +by hand/,
		api: { audit: expect.arrayContaining([expect.objectContaining({ action: "pause", detail: "cluster upgrade" })]) },
	}),
};

describe(FILE, () => {
	it("has twenty-six questions, each with an answer here", () => {
		expect(QUESTIONS).toHaveLength(26);
		expect(QUESTIONS.map(([question]) => question)).toEqual(Object.keys(ANSWERS));
	});

	it.each(QUESTIONS)("%s", async (question = "", commands = "", requests = "") => {
		expect(codeOf(commands).length).toBeLessThanOrEqual(3);
		if (question === "What became of delivery X?") words.DELIVERY = "d-first";
		const { cli, api, bodies } = (ANSWERS[question] ?? fail)();
		expect(await type(commands)).toMatch(cli);
		expect((await ask(requests, bodies)).body).toMatchObject(api);
	});

	it("answers `recorded` with the incident for what decides something", async () => {
		const run = workflowRun({ runId: 1, branch: "fix/one" }) as { workflow_run: object };
		const green = { ...run, workflow_run: { ...run.workflow_run, conclusion: "success", run_attempt: 2 } };
		const { body } = await deliver(home, "workflow_run", green, "d-green");
		expect(body).toMatchObject({ status: "recorded", incident_id: words.WAITING });
		expect(await type("`healer incidents d-green`")).toContain(short("WAITING"));
	});
});

function fail(): never {
	throw new Error("the question has no answer here");
}
