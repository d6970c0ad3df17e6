import { env } from "cloudflare:workers";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BELONGING, PRUNABLE, pruneJournal, TRIMMABLE } from "../../../worker/jobs/prune-journal.ts";
import { addDelivery } from "../../../worker/journal/deliveries.ts";
import { createDictionary, keptStatement } from "../../../worker/journal/dictionaries.ts";
import { INCIDENT_STATUSES, type IncidentStatus } from "../../../worker/journal/statuses.ts";
import { runs } from "../../support/tiers/at-size.ts";
import { sampleId, sampleIncident } from "../support/sample-incident.ts";
import { type Stub, stubEffects, stubEngine, stubSettings } from "../support/stub-effects.ts";

const DAY_MS = 86_400_000;
const OPEN: readonly IncidentStatus[] = [
	"accepted",
	"waiting",
	"rerunning",
	"awaiting_approval",
	"running",
	"awaiting_ci",
	"awaiting_merge",
	"grouped",
];

/** An incident with a row in every table that can have one of it; days are counted back from now. */
interface Kept {
	readonly status: IncidentStatus;
	readonly ended_days: number;
	readonly told_days: number;
	readonly is_due: boolean;
}

async function keep(stub: Stub, n: number, { status, ended_days, told_days, is_due }: Kept): Promise<string> {
	const id = sampleId(n);
	const ended = OPEN.includes(status) ? null : stub.clock - ended_days * DAY_MS;
	const told_at = stub.clock - told_days * DAY_MS;
	await addDelivery(stub.journal, {
		incident: sampleIncident({ id }),
		identity: id,
		explanation: { pipeline: "v-test", stages: [] },
		dueAt: told_at,
		now: told_at,
	});
	const request = JSON.stringify({ claims: [{ key: "k" }], coderun: { spec: { promptModification: "the prompt" } } });
	const run = (sql: string, ...values: readonly unknown[]) => stub.journal.prepare(sql).bind(...values);
	await stub.journal.batch([
		run(
			"UPDATE incidents SET status = ?2, ended_at = ?3, next_try_at = ?4 WHERE id = ?1",
			id,
			status,
			ended,
			is_due ? stub.clock : null,
		),
		run(
			`INSERT INTO attempts (incident_id, attempt, agent, failure_type, rule, coderun_name, request, pipeline, decided_at)
			VALUES (?1, 1, 'rex', 'rust_clippy', 'rust', 'c', ?2, 'v-test', 1)`,
			id,
			request,
		),
		run(
			"INSERT INTO transitions (incident_id, at, attempt, event, from_status) VALUES (?1, 1, 1, 'spawned', 'accepted')",
			id,
		),
		run("INSERT INTO facts (incident_id, context, pipeline, kept_at) VALUES (?1, '{}', ?2, 1)", id, `v-${n}`),
		run("INSERT INTO searched (pipeline, patterns) VALUES (?1, '[]')", `v-${n}`),
		run("INSERT INTO rate_limit_slots (incident_id, attempt, repository, taken_at) VALUES (?1, 1, 'a/b', 1)", id),
	]);
	return id;
}

async function all(sql: string): Promise<readonly Record<string, unknown>[]> {
	return (await env.JOURNAL.prepare(sql).all()).results;
}

async function idsIn(table: string): Promise<readonly string[]> {
	const column = table === "incidents" ? "id" : "incident_id";
	return (await all(`SELECT ${column} AS id FROM ${table} ORDER BY 1`)).map(({ id }) => String(id));
}

const kept = fc.record({
	status: fc.constantFrom(...INCIDENT_STATUSES),
	ended_days: fc.constantFrom(0, 29, 89, 91, 400),
	told_days: fc.constantFrom(0, 29, 89, 91, 400),
	is_due: fc.boolean(),
});

describe("pruneJournal", () => {
	it("leaves nothing that belongs to no incident, and every incident that is not at its end or not old", async () => {
		const property = fc.asyncProperty(fc.array(kept, { maxLength: 12 }), async (rows) => {
			await env.JOURNAL.batch(
				["incidents", "searched", ...BELONGING].map((table) => env.JOURNAL.prepare(`DELETE FROM ${table}`)),
			);
			const stub = stubEffects();
			for (const [n, row] of rows.entries()) await keep(stub, n, row);
			await pruneJournal(stub);

			const stays = ({ status, ended_days, told_days, is_due }: Kept) =>
				OPEN.includes(status) || is_due || ended_days < 90 || told_days < 90;
			const expected = rows.flatMap((row, n) => (stays(row) ? [sampleId(n)] : []));
			for (const table of ["incidents", "deliveries", "attempts", "transitions", "rate_limit_slots"]) {
				expect(await idsIn(table)).toEqual(expected);
			}
			const isTrimmed = (row: Kept) => !(OPEN.includes(row.status) || row.is_due || row.ended_days < 30);
			const whole = rows.flatMap((row, n) => (isTrimmed(row) ? [] : [n]));
			expect(await idsIn("facts")).toEqual(whole.map(sampleId));
			expect((await all("SELECT pipeline FROM searched")).map(({ pipeline }) => pipeline).toSorted()).toEqual(
				whole.map((n) => `v-${n}`).toSorted(),
			);
		});
		await fc.assert(property, { numRuns: runs(40) });
	});

	it("names every table that has rows of incidents", async () => {
		const tables = await all("SELECT name FROM sqlite_master WHERE type = 'table' AND sql LIKE '%incident_id%'");
		// It has one row, of whichever incident was tried last.
		expect(tables.map(({ name }) => name).toSorted()).toEqual([...BELONGING, "start_probes"].toSorted());
	});

	it("takes the rules' verdicts away a month after the end, and keeps who fixes it and why", async () => {
		const stub = stubEffects();
		const old = { ended_days: 31, told_days: 31, is_due: false };
		const fixed = await keep(stub, 1, { ...old, status: "fixed" });
		const dead = await keep(stub, 2, { ...old, status: "dead" });
		const earlier = await keep(stub, 3, { ...old, status: "fixed" });
		await stub.journal.batch([
			stub.journal.prepare(
				`UPDATE attempts SET body = x'01', facts = x'02', stages = x'03', found = x'04', request = '{"coderun":{}}'`,
			),
			stub.journal.prepare(`UPDATE incidents SET explanation = '{"pipeline":"v-test","stages":[],"attempt":1}'`),
			// As an earlier Healer stored it.
			stub.journal
				.prepare(
					`UPDATE incidents SET explanation = '{"pipeline":"v-1","because":{"agent":"rex"},"stages":[],"packed":"AAAA","packed_stages":"AAAA"}' WHERE id = ?1`,
				)
				.bind(earlier),
		]);
		await pruneJournal(stub);
		expect(
			await all(
				`SELECT incident_id, request, hex(body) AS body, facts, stages, hex(found) AS found FROM attempts
				WHERE incident_id <> '${earlier}' ORDER BY 1`,
			),
		).toEqual([
			{ incident_id: fixed, request: "{}", body: "", facts: null, stages: null, found: "04" },
			{ incident_id: dead, request: '{"coderun":{}}', body: "01", facts: null, stages: null, found: "04" },
		]);
		const explanations = await all("SELECT explanation FROM incidents ORDER BY id");
		expect(explanations.map(({ explanation }) => JSON.parse(String(explanation)))).toEqual([
			{ pipeline: "v-test", stages: [], attempt: 1 },
			{ pipeline: "v-test", stages: [], attempt: 1 },
			{
				pipeline: "v-1",
				because: { agent: "rex" },
				stages: [
					{
						...{ stage: "events", round: "first", rules: [] },
						outcome: "the rules' verdicts were deleted by settings.retention.prompts",
					},
				],
			},
		]);
	});

	it("keeps a dictionary as long as an incident may have been packed with it, and patterns as long as a context", async () => {
		const stub = stubEffects();
		const dictionary = createDictionary({ rules: "r", prompts: "p" });
		await keptStatement(stub.journal, dictionary, stub.clock - 31 * DAY_MS).run();
		const id = await keep(stub, 1, { status: "running", ended_days: 0, told_days: 31, is_due: false });
		await stub.journal.prepare("DELETE FROM facts").run();
		await stub.journal.prepare("UPDATE attempts SET facts = x'01', pipeline = 'v-1'").run();
		await pruneJournal(stub);
		const left = async () => [await all("SELECT id FROM dictionaries"), await all("SELECT pipeline FROM searched")];
		expect(await left()).toEqual([[{ id: dictionary.id }], [{ pipeline: "v-1" }]]);
		await stub.journal.prepare("DELETE FROM incidents WHERE id = ?1").bind(id).run();
		await stub.journal.prepare("DELETE FROM attempts WHERE incident_id = ?1").bind(id).run();
		await pruneJournal(stub);
		expect(await left()).toEqual([[], []]);
	});

	it("takes the prompt and the context away a month after the end, once; but not what a dead one would still send", async () => {
		const stub = stubEffects();
		const old = { ended_days: 31, told_days: 31, is_due: false };
		const fixed = await keep(stub, 1, { ...old, status: "fixed" });
		const dead = await keep(stub, 2, { ...old, status: "dead" });
		await pruneJournal(stub);
		const requests = await all("SELECT incident_id, request FROM attempts ORDER BY 1");
		expect(requests).toEqual([
			{ incident_id: fixed, request: '{"claims":[{"key":"k"}]}' },
			{ incident_id: dead, request: expect.stringContaining("the prompt") },
		]);
		expect(await idsIn("facts")).toEqual([]);
		const lookedAt = await stub.journal.prepare(TRIMMABLE).bind(stub.clock, stub.clock, 10).all();
		expect(lookedAt.results).toEqual([]);
	});

	it("forgets at most a hundred incidents at once, the oldest first", async () => {
		const stub = stubEffects();
		for (let n = 0; n < 102; n++) {
			await keep(stub, n, { status: "fixed", ended_days: 500 - n, told_days: 500, is_due: false });
		}
		await pruneJournal(stub);
		expect(await idsIn("incidents")).toEqual([sampleId(100), sampleId(101)]);
		await pruneJournal(stub);
		expect(await idsIn("incidents")).toEqual([]);
	});

	it("forgets what belongs to no one incident, but for what an open one may wait for", async () => {
		const stub = stubEffects();
		const at = (days: number) => stub.clock - days * DAY_MS;
		const check = (branch: string, days: number) =>
			`INSERT INTO checks (repository, head_repository, branch, check_name, job, conclusion, position, started_at, received_at)
			VALUES ('a/b', 'a/b', '${branch}', 'status', '', 'success', '1', ${at(days)}, ${at(days)})`;
		const lines = [
			check("older", 200),
			check("old", 100),
			check("new", 10),
			`INSERT INTO pull_requests (repository, number, branch, state, closed_at) VALUES
				('a/b', 1, 'x', 'merged', ${at(200)}), ('a/b', 2, 'x', 'merged', ${at(10)})`,
			`INSERT INTO commands (id, command, received_at, done_at) VALUES
				('done', '{}', ${at(100)}, 1), ('open', '{}', ${at(100)}, NULL), ('new', '{}', ${at(10)}, 1)`,
			`INSERT INTO status_comments (repository, pr_number, last_command, requested_at, next_try_at) VALUES
				('a/b', 1, '{}', ${at(100)}, NULL), ('a/b', 2, '{}', ${at(100)}, 5), ('a/b', 3, '{}', ${at(10)}, NULL)`,
			"INSERT INTO ignored (day, reason, count) VALUES ('2026-10-22', 'x', 1), ('2026-10-23', 'x', 1)",
		];
		await stub.journal.batch(lines.map((line) => stub.journal.prepare(line)));
		await keep(stub, 1, { status: "waiting", ended_days: 0, told_days: 150, is_due: true });
		await pruneJournal(stub);
		const left = async (sql: string) => (await all(sql)).map((row) => Object.values(row)[0]);
		expect(await left("SELECT branch FROM checks ORDER BY 1")).toEqual(["new", "old"]);
		expect(await left("SELECT number FROM pull_requests")).toEqual([2]);
		expect(await left("SELECT id FROM commands ORDER BY 1")).toEqual(["new", "open"]);
		expect(await left("SELECT pr_number FROM status_comments ORDER BY 1")).toEqual([2, 3]);
		expect(await left("SELECT day FROM ignored")).toEqual(["2026-10-23"]);
	});

	it("forgets the audit trail after 400 days, whatever the pipeline says about the rest", async () => {
		const stub = stubEffects();
		const shortest = { incidents_s: 30 * 86_400, prompts_s: 86_400, ignored_s: 86_400 };
		stub.activeEngine = stubEngine({ settings: stubSettings({ retention: shortest }) });
		const line = (days: number) =>
			`INSERT INTO audit (at, who, proof, action, target) VALUES (${stub.clock - days * DAY_MS}, 'ada', 'access', 'push', '${days}')`;
		await stub.journal.batch([401, 399, 1].map((days) => stub.journal.prepare(line(days))));
		await pruneJournal(stub);
		expect((await all("SELECT target FROM audit ORDER BY at")).map(({ target }) => target)).toEqual(["399", "1"]);
	});

	it.each([
		["incidents", PRUNABLE],
		["prompts", TRIMMABLE],
	])("finds the %s by an index", async (_, sql) => {
		const plan = await env.JOURNAL.prepare(`EXPLAIN QUERY PLAN ${sql}`).bind(1, 1, 1).all<{ detail: string }>();
		const [first = { detail: "" }] = plan.results;
		expect(first.detail).toMatch(/^SEARCH incidents USING INDEX incidents_(by_end|to_trim) \(ended_at>/);
	});
});
