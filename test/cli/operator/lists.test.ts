import { describe, expect, it } from "vitest";
import { ignored } from "../../../cli/ignored.ts";
import { incidents } from "../../../cli/incidents.ts";
import { showOne } from "../../../cli/show.ts";
import { status } from "../../../cli/status.ts";
import { table } from "../../../cli/table.ts";
import { tail } from "../../../cli/tail.ts";
import { emptyFolder } from "../pipeline-folder.ts";
import { recordedOutput } from "../recorded-output.ts";
import { stubWorker } from "../stub-worker.ts";

const ENV = { HEALER_STATE_DIR: emptyFolder(), HEALER_READ_TOKENS: "r-1" };
const ID = "4774eb5d5ba7355d4774eb5d5ba7355d";

const ROW = {
	id: ID,
	status: "waiting",
	reason: "claim branch is held",
	event: "workflow_job",
	repository: "acme/shop",
	branch: "fix/\u001b[31mparser",
	agent: "rex",
	failure_type: "rust_clippy",
	rule: "rust",
	coderun_name: "healer-ci-rex-1",
	leader_id: null,
	members: 0,
	title: "Controller CI",
	part: "clippy",
	pr_number: 402,
	attempt: 1,
	blocked_on: "claim:acme/shop/branch/main",
	blocked_by: "5240000000000000000000000000abcd",
	created_at: "2026-11-29T10:00:00.000Z",
	updated_at: "2026-11-29T10:05:00.000Z",
};

const DETAIL = {
	...ROW,
	repository_url: "https://github.com/acme/shop",
	next_try_at: "2026-11-29T10:06:00.000Z",
	fixed_by: null,
	escalation_url: null,
	verdict: "rex, because the failing step printed `error: never loops`",
	whose_failure: "This pull request breaks it: main is green; first red commit f1 by ada\u001b[31m",
	incident: { url: "https://github.com/acme/shop/actions/runs/1" },
	explanation: {
		because: { line: "error: never loops" },
		stages: [{ stage: "route", round: "again", rules: [], outcome: "rex by rust" }],
	},
	attempts: [
		{
			attempt: 1,
			agent: "rex",
			coderun_name: "healer-ci-rex-1",
			outcome: null,
			result: null,
			pull_request_url: "https://github.com/acme/shop/pull/77",
		},
	],
};

const IGNORED = {
	delivery_id: "d-1",
	event: "workflow_job",
	action: "completed",
	repository: "acme/shop",
	branch: "main",
	reason: "the filter skip-markers refuses it",
	filter: "skip-markers",
	at: "2026-11-29T10:00:00.000Z",
};

describe("incidents", () => {
	it("asks with the filters and shows a table without terminal controls", async () => {
		const worker = await stubWorker(() => ({ body: { incidents: [ROW], next: null } }));
		const output = recordedOutput();
		const options = { url: worker.url, status: "waiting", type: "rust_clippy", rule: "rust", limit: 50 };
		expect(await incidents("#402", options, ENV, output)).toBe(0);
		expect(worker.asked).toEqual([
			"/api/incidents?text=%23402&status=waiting&failure_type=rust_clippy&rule=rust&with=title&limit=50",
		]);
		expect(worker.authorizations).toEqual(["Bearer r-1"]);
		expect(output.lines).toEqual([
			"id            status   agent  failure      repository     branch           what                    since",
			"4774eb5d5ba7  waiting  rex    rust_clippy  acme/shop#402  fix/�[31mparser  Controller CI / clippy  2026-11-29T10:00Z",
		]);
	});

	it("goes on where a page ends, also behind an empty one, and prints one JSON object a line", async () => {
		const worker = await stubWorker((query) =>
			query.get("cursor") === null
				? { body: { incidents: [], next: "1.x" } }
				: { body: { incidents: [ROW], next: null } },
		);
		const output = recordedOutput();
		expect(await incidents("words", { url: worker.url, limit: 2, json: true }, ENV, output)).toBe(0);
		expect(output.lines.map((line) => JSON.parse(line))).toEqual([ROW]);
	});

	it.each([
		[400, { error: "no such status" }, 2, "no such status."],
		[503, { error: "the journal is overloaded" }, 1, "answered 503: the journal is overloaded."],
		[403, {}, 1, "this token may not read. Set HEALER_READ_TOKENS or"],
		[200, {}, 1, "sent an unexpected answer (200). Is it Healer?"],
	])("reports the problem when the worker answers %i", async (code, body, exit, problem) => {
		const { url } = await stubWorker(() => ({ status: code, body }));
		const output = recordedOutput();
		expect(await incidents(undefined, { url, limit: 1 }, ENV, output)).toBe(exit);
		expect(output.problems.join("\n")).toContain(problem);
	});
});

describe("ignored", () => {
	it("prints exactly these fields with --json, one delivery a line", async () => {
		const worker = await stubWorker(() => ({
			body: { ignored: [{ ...IGNORED, more: 1 }], filters: [{ filter: "skip-markers", count: 1 }], next: null },
		}));
		const output = recordedOutput();
		expect(await ignored("d-1", { url: worker.url, filter: "skip-markers", limit: 5, json: true }, ENV, output)).toBe(
			0,
		);
		expect(worker.asked).toEqual(["/api/ignored?text=d-1&filter=skip-markers&limit=5"]);
		expect(output.lines).toEqual([JSON.stringify(IGNORED)]);
	});

	it("shows why, and the counts by filter", async () => {
		const filters = [
			{ filter: "not_matched", count: 12 },
			{ filter: "skip-markers", count: 1 },
		];
		const { url } = await stubWorker(() => ({ body: { ignored: [IGNORED], filters, next: "1.d" } }));
		const output = recordedOutput();
		expect(await ignored(undefined, { url, limit: 1 }, ENV, output)).toBe(0);
		expect(output.lines.slice(1)).toEqual([
			"2026-11-29T10:00:00.000Z  d-1       workflow_job.completed  acme/shop · main  skip-markers  the filter skip-markers refuses it",
			"",
			"not_matched 12, skip-markers 1",
		]);
		expect(output.problems).toEqual(["There are more: --limit 4, or a filter such as --repository acme/shop."]);
	});
});

describe("showOne", () => {
	it("begins with the verdict and its line, then state, wait, next step and links", async () => {
		const worker = await stubWorker(() => ({ body: DETAIL }));
		const output = recordedOutput();
		expect(await showOne(ID, { url: worker.url }, ENV, output)).toBe(0);
		expect(worker.asked).toEqual([`/api/incidents/${ID}`]);
		expect(output.lines).toEqual([
			"rex, because the failing step printed `error: never loops`.",
			"  | error: never loops",
			"This pull request breaks it: main is green; first red commit f1 by ada�[31m.",
			"",
			`incident  ${ID} (acme/shop#402 · fix/�[31mparser · Controller CI · clippy)`,
			"status    waiting: claim branch is held",
			"agent     rex by rust",
			"failure   rust_clippy",
			"attempts  1. rex healer-ci-rex-1",
			"waits for claim:acme/shop/branch/main, which 524000000000 has or is ahead for",
			"next      it is tried again at 2026-11-29T10:06:00.000Z, earlier if what it waits for becomes free",
			"links     https://github.com/acme/shop/actions/runs/1",
			"          https://github.com/acme/shop/pull/77",
			`          ${worker.url}/incidents/${ID}`,
		]);
	});

	it("shows the rules with --verbose, and the API's answer with --json", async () => {
		const { url } = await stubWorker(() => ({ body: DETAIL }));
		const [verbose, json] = [recordedOutput(), recordedOutput()];
		await showOne(ID, { url, verbose: true }, ENV, verbose);
		expect(verbose.lines.join("\n")).toContain("route: rex by rust");
		await showOne(ID, { url, json: true }, ENV, json);
		expect(json.lines.map((line) => JSON.parse(line))).toEqual([DETAIL]);
	});

	it("finds it by its first digits, lists the candidates of ambiguous ones, and refuses what is no id", async () => {
		const other = { ...ROW, id: "4774000000000000000000000000beef", branch: null };
		const rows = (id: string) => [ROW, other].filter((row) => row.id.startsWith(id));
		const { url } = await stubWorker((query, path) =>
			path.startsWith("/api/incidents?")
				? { body: { incidents: rows(query.get("id") ?? ""), next: null } }
				: { body: DETAIL },
		);
		const shown = async (given: string) => {
			const output = recordedOutput();
			return [await showOne(given, { url }, ENV, output), output.problems.join("\n")];
		};
		expect(await shown("4774eb5d")).toEqual([0, ""]);
		expect(await shown(`${url}/incidents/${ID}`)).toEqual([0, ""]);
		expect(await shown("4774")).toEqual([
			1,
			[
				"4774 is ambiguous. Give more digits:",
				"  4774eb5d5ba7  waiting  acme/shop · fix/�[31mparser · Controller CI",
				"  477400000000  waiting  acme/shop · Controller CI",
			].join("\n"),
		]);
		expect(await shown("ffff")).toEqual([1, "ffff: no such incident."]);
		expect((await shown("#402"))[1]).toContain("`healer incidents #402` searches for it");
	});
});

describe("tail", () => {
	const change = (n: number) => ({
		at: `2026-11-29T10:00:0${n}.000Z`,
		incident_id: ID,
		attempt: 1,
		event: "escalated",
		from: "running",
		to: "escalated",
		reason: `reason ${n}`,
		repository: "acme/shop",
		branch: "main",
		agent: "rex",
	});

	it("goes on from the cursor, also after the worker was away, until it is interrupted", async () => {
		let polls = 0;
		const worker = await stubWorker((query) => {
			if (query.get("after") === null) return { body: { changes: [change(1)], last: "1.1" } };
			polls += 1;
			if (polls === 1) return { status: 503, body: { error: "the journal is restarting" } };
			return { body: { changes: polls === 2 ? [change(2)] : [], last: "1.2" } };
		});
		const stop = new AbortController();
		let waits = 0;
		const wait = async () => {
			waits += 1;
			if (waits === 4) stop.abort();
		};
		const output = recordedOutput();
		expect(await tail({ url: worker.url, lines: 10 }, ENV, output, stop.signal, wait)).toBe(0);
		expect(worker.asked).toEqual([
			"/api/changes?limit=10",
			"/api/changes?limit=200&after=1.1",
			"/api/changes?limit=200&after=1.1",
			"/api/changes?limit=200&after=1.2",
		]);
		expect(output.lines).toEqual([
			"2026-11-29T10:00:01.000Z  4774eb5d5ba7  escalated rex, attempt 1  acme/shop · main: reason 1",
			"2026-11-29T10:00:02.000Z  4774eb5d5ba7  escalated rex, attempt 1  acme/shop · main: reason 2",
		]);
		expect(output.problems).toEqual([
			`${worker.url} answered 503: the journal is restarting. Asking again every 2 s.`,
			`${worker.url} answers again.`,
		]);
	});

	it("prints one JSON object a line, and ends at once if the first answer is a refusal", async () => {
		const { url } = await stubWorker(() => ({ body: { changes: [change(1)], last: "1.1" } }));
		const output = recordedOutput();
		await tail({ url, lines: 1, json: true }, ENV, output, AbortSignal.abort());
		expect(output.lines.map((line) => JSON.parse(line))).toEqual([change(1)]);
		const closed = await stubWorker(() => ({ status: 401, body: {} }));
		expect(await tail({ url: closed.url, lines: 1 }, ENV, recordedOutput(), new AbortController().signal)).toBe(1);
	});
});

describe("status", () => {
	const HUB = {
		pipeline: "0123456789abcdef",
		pipelines: [{ version: "0123456789abcdef", active: true, author: "ada" }],
		paused: null,
		paused_repositories: [
			{
				repository: "acme/shop",
				reason: "a release",
				since: "2026-11-29T09:00:00.000Z",
				until: "2026-11-29T13:00:00.000Z",
			},
		],
		not_starting: null,
		incidents: { accepted: 1, waiting: 2, running: 1, awaiting_ci: 0, awaiting_merge: 3, dead: 1, escalated: 0 },
		refused_signatures: 0,
		delivery_queue: null,
		redelivery: { configured: true, problem: null, pending: 0, lost: 2 },
		last_delivery_at: "2026-11-29T10:00:00.000Z",
	};

	const hub = (health: number) =>
		stubWorker((query, path) => {
			if (path === "/health") return { status: health, body: { status: health === 200 ? "ok" : "failing" } };
			if (path === "/api/status") return { body: HUB };
			if (path.startsWith("/api/ignored")) {
				return { body: { ignored: [], filters: [{ filter: "not_matched", count: 9 }], next: null } };
			}
			const isNeeding = query.get("status") === "dead,escalated,awaiting_approval";
			return { body: { incidents: isNeeding ? [{ ...ROW, status: "dead" }] : [], next: null } };
		});

	it("is one screen, and exits with 1 if no deliveries are taken", async () => {
		const { url } = await hub(503);
		const output = recordedOutput();
		expect(await status({ url }, ENV, output)).toBe(1);
		expect(output.lines.slice(0, 10)).toEqual([
			`hub         ${url} failing`,
			"pipeline    0123456789abcdef (pushed by ada)",
			"deliveries  last at 2026-11-29T10:00:00.000Z",
			"queue       3 accepted or waiting, 3 awaiting their merge",
			"ignored     not_matched 9",
			"fails       it takes no deliveries; acme/shop is paused until 2026-11-29T13:00:00.000Z: a release; 2 deliveries lost",
			"",
			"Running: 1",
			"",
			"Needs a person: 1",
		]);
		expect(output.lines.at(-1)).toContain("4774eb5d5ba7  dead");
	});

	it("does not pass off a list that it could not read as an empty one", async () => {
		const { url } = await stubWorker((_, path) => {
			if (path.startsWith("/api/ignored")) return { status: 503, body: { error: "the journal is restarting" } };
			return { body: path === "/api/status" ? HUB : { status: "ok", incidents: [], next: null } };
		});
		const output = recordedOutput();
		expect(await status({ url }, ENV, output)).toBe(1);
		expect([output.lines, output.problems]).toEqual([[], [`${url} answered 503: the journal is restarting.`]]);
	});

	it("prints one JSON value", async () => {
		const { url } = await hub(200);
		const output = recordedOutput();
		expect(await status({ url, json: true }, ENV, output)).toBe(0);
		expect(JSON.parse(output.lines.join("\n"))).toMatchObject({
			url,
			health: "ok",
			status: HUB,
			ignored: [{ filter: "not_matched", count: 9 }],
			running: [],
			needs_person: [{ id: ID, status: "dead" }],
		});
	});
});

describe("table", () => {
	const paint = (_: unknown, text: string) => text;
	it.each([
		[undefined, `${"x".repeat(47)}…  b`],
		[40, `${"x".repeat(36)}…  b`],
		[9, "xxxxx…  b"],
		[3, "xxxxx…  b"],
	])("fits a terminal of %s columns, and is readable in a narrower one", (width, row) => {
		expect(table(["one", "t"], [["x".repeat(60), "b"]], { paint, width })[1]).toBe(row);
	});
});

describe("groups", () => {
	it("names the members that an incident leads, or who leads it, and lists a group by its leader", async () => {
		const member = {
			id: "5240".padEnd(32, "0"),
			status: "grouped",
			repository: "acme/shop",
			branch: "fix/a",
			pr_number: 7,
		};
		const other = { ...member, repository: "acme/web", branch: null, pr_number: null };
		const led = { ...DETAIL, members: 12, first_members: [member, other] };
		const worker = await stubWorker((_query, path) => ({
			body: path.startsWith("/api/incidents?") ? { incidents: [{ ...ROW, members: 3 }], next: null } : led,
		}));
		const shown = recordedOutput();
		await showOne(ID, { url: worker.url }, ENV, shown);
		const at = shown.lines.findIndex((line) => line.startsWith("group"));
		expect(shown.lines.slice(at, at + 3)).toEqual([
			"group     12 with the same cause; all: healer incidents --leader 4774eb5d5ba7",
			"          524000000000 grouped fix/a #7",
			"          524000000000 grouped acme/web ",
		]);
		const listed = recordedOutput();
		await incidents(undefined, { url: worker.url, leader: ID, limit: 5 }, ENV, listed);
		expect(worker.asked.at(-1)).toBe(`/api/incidents?with=title&leader=${ID}&limit=5`);
		expect(listed.lines[1]).toContain("waiting +3");

		const follower = await stubWorker(() => ({ body: { ...DETAIL, status: "grouped", leader_id: member.id } }));
		const followed = recordedOutput();
		await showOne(ID, { url: follower.url }, ENV, followed);
		expect(followed.lines).toContain("group     led by 524000000000");
	});

	it.each([
		[
			{ status: "running", branch: "main", fixed_by: null, fix: null },
			"led by 524000000000 (main, running)",
			"the agent of its group's leader fixes the cause",
		],
		[
			{ status: "fixed", branch: "main", fixed_by: "agent", fix: 812 },
			"led by 524000000000 (main, fixed)",
			"its cause is fixed on main by #812: update its branch",
		],
		[
			{ status: "escalated", branch: "main", fixed_by: null, fix: 812 },
			"led by 524000000000 (main, escalated)",
			"agents did not fix its cause: a person looks at its group's leader",
		],
	])("says what a member waits for: %j", async (leader, led, next) => {
		const explanation = { ...DETAIL.explanation, fingerprint: { key: "k", text: "rust_build: E0308" } };
		const member = { ...DETAIL, status: "grouped", leader_id: "5240".padEnd(32, "0"), leader, explanation };
		const worker = await stubWorker(() => ({ body: member }));
		const shown = recordedOutput();
		await showOne(ID, { url: worker.url }, ENV, shown);
		const own = "`healer retry 4774eb5d5ba7` asks for an agent of its own";
		expect(shown.lines).toContain("cause     rust_build: E0308");
		expect(shown.lines).toContain(`group     ${led}`);
		expect(shown.lines).toContain(`next      ${next}; ${own}`);
	});
});
