import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { containingQueries, listQuery } from "../../../worker/journal/incident-list.ts";
import { byAttempts, byIdPrefix, lookupsFor } from "../../../worker/journal/incident-search.ts";
import { sampleId, sampleIncident } from "../support/sample-incident.ts";
import { journalIncident, type Stub, stubEffects } from "../support/stub-effects.ts";
import { get, send } from "../support/worker.ts";

const SHA = "b1c2d3e4f5061728394a5b6c7d8e9f0011223344";
const [ONE, TWO] = ["4774eb5d5ba7355d4774eb5d5ba7355d", sampleId(2)];

/** Two incidents; the first one was rex's by the rule `rust` before bolt got it, and its fix is pull request #77. */
async function journal(): Promise<Stub> {
	const stub = stubEffects();
	await journalIncident(
		stub,
		sampleIncident({
			id: ONE,
			branch: "fix/parser",
			head_sha: SHA,
			pr_number: 402,
			run_id: "289782451",
			workflow: { name: "Controller CI", path: ".github/workflows/ci.yaml" },
			commit_message: 'Tidy the "parser"',
			delivery_id: "d-first",
		}),
	);
	stub.clock += 1000;
	await journalIncident(stub, sampleIncident({ id: ONE, delivery_id: "d-second" }));
	await journalIncident(
		stub,
		sampleIncident({ id: TWO, repository: "acme/web", pr_number: 402, run_id: "5", branch: "x" }),
	);
	const run = (sql: string, ...values: readonly unknown[]) => stub.journal.prepare(sql).bind(...values);
	await stub.journal.batch([
		run("UPDATE incidents SET agent = 'bolt', rule = 'escalation', failure_type = 'docker_build' WHERE id = ?1", ONE),
		run(
			`INSERT INTO attempts (incident_id, attempt, agent, failure_type, rule, coderun_name, request, pipeline, decided_at, pull_request)
			VALUES (?1, 1, 'rex', 'rust_clippy', 'rust', 'healer-ci-rex-1', '{}', 'v', 1, NULL),
				(?1, 2, 'bolt', 'docker_build', 'escalation', 'healer-ci-bolt-2', '{}', 'v', 2, 77)`,
			ONE,
		),
		run("INSERT INTO recorded_deliveries (delivery_id, incident_id, received_at) VALUES ('d-green', ?1, 1)", ONE),
	]);
	return stub;
}

async function found(query: string): Promise<readonly string[]> {
	const { status, body } = await send(get(`/api/incidents?${query}`));
	expect(status).toBe(200);
	return (body.incidents as { id: string }[]).map(({ id }) => id);
}

const search = (text: string) => found(new URLSearchParams({ text }).toString());

describe("GET /api/incidents?text=", () => {
	it("finds an incident by each of its names, and by no part of them that is another's", async () => {
		await journal();
		const names = [
			...["d-first", "d-second", "d-green"],
			...["5dlabs/cto#402", "#77", "https://github.com/5dlabs/cto/pull/402"],
			...[SHA, SHA.slice(0, 7), SHA.toUpperCase(), `https://github.example.com/5dlabs/cto/commit/${SHA}`],
			...["fix/parser", "healer/4774eb5d5ba7355d", ONE, ONE.slice(0, 8)],
			...["289782451", "https://github.com/5dlabs/cto/actions/runs/289782451/job/7"],
			...["healer-ci-rex-1", "healer-ci-bolt-2", "controller ci", "5DLabs/CTO"],
			...["rust", "escalation", "rex", "bolt", "docker_build"],
			// No name of any incident: anywhere in it.
			...["Tidy the", 'the "parser"', "workflows/ci.yaml"],
		];
		for (const name of names) expect([name, await search(name)]).toEqual([name, [ONE]]);
		expect(await search("#402")).toEqual([TWO, ONE]);
		expect(await search("402")).toEqual([TWO, ONE]);
		for (const name of ["nobody", "#9", `${SHA.slice(0, 9)}0`, "d-firs", "acme/web#77"]) {
			expect([name, await search(name)]).toEqual([name, name === "d-firs" ? [ONE] : []]);
		}
	});

	it("holds to the other conditions: a name that has none under them is not looked for as a text", async () => {
		await journal();
		expect(await found("text=rex&repository=acme/web")).toEqual([]);
		expect(await found("text=%23402&repository=acme/web")).toEqual([TWO]);
		expect(await found("text=rex&status=dead")).toEqual([]);
	});

	it("filters by rule and agent, also of earlier attempts and as one decision, by workflow, time and id", async () => {
		const stub = await journal();
		expect(await found("rule=rust")).toEqual([ONE]);
		expect(await found("rule=rust&agent=rex")).toEqual([ONE]);
		expect(await found("rule=rust&agent=bolt")).toEqual([]);
		expect(await found("agent=bolt&failure_type=docker_build")).toEqual([ONE]);
		expect(await found("workflow=controller%20ci")).toEqual([ONE]);
		expect(await found("workflow=controller")).toEqual([]);
		expect(await found(`id=${ONE.slice(0, 4)}`)).toEqual([ONE]);
		expect(await found("id=0000")).toEqual([TWO]);
		const later = new Date(stub.clock + 60_000).toISOString();
		expect(await found(`since=${later}`)).toEqual([]);
		expect(await found(`until=${later}`)).toEqual([TWO, ONE]);
		expect(await found("until=2026-11-22T12:00:00Z")).toEqual([]);
	});

	it.each(["since=yesterday", "until=x", "id=abc", "id=%27", `text=${"x".repeat(256)}`, `rule=${"x".repeat(256)}`])(
		"400 for %s",
		async (query) => {
			expect((await send(get(`/api/incidents?${query}`))).status).toBe(400);
		},
	);

	it("pages what a name finds without gap or repeat", async () => {
		const stub = stubEffects();
		for (let n = 1; n <= 5; n++) await journalIncident(stub, sampleIncident({ id: sampleId(n), branch: "main" }));
		const pages: string[][] = [];
		for (let cursor: unknown = ""; cursor !== null; ) {
			const { body } = await send(get(`/api/incidents?text=main&limit=2${cursor === "" ? "" : `&cursor=${cursor}`}`));
			pages.push((body.incidents as { id: string }[]).map(({ id }) => id));
			cursor = body.next;
		}
		expect(pages).toEqual([[sampleId(5), sampleId(4)], [sampleId(3), sampleId(2)], [sampleId(1)]]);
	});
});

describe("the plans of a search", () => {
	const texts = [SHA, "289782451", "#402", "acme/shop#402", "healer/4774eb5d5ba7355d", "a workflow", "fix/parser"];
	const lookups = [
		...texts.flatMap((text) => lookupsFor(text).map((lookup, at) => [`${text} ${at}`, lookup] as const)),
		["id", byIdPrefix("4774")] as const,
		["rule", byAttempts({ rule: "rust" })] as const,
		["rule and agent", byAttempts({ rule: "rust", agent: "rex" })] as const,
		["failure type", byAttempts({ failure_type: "rust_clippy" })] as const,
	];

	it.each(lookups)("go down an index for %s, and read no table", async (_, lookup) => {
		const { sql, values } = listQuery({ limit: 51, text: "x" }, lookup);
		const { results } = await env.JOURNAL.prepare(`EXPLAIN QUERY PLAN ${sql}`)
			.bind(...values)
			.all<{ detail: string }>();
		const reads = results.map(({ detail }) => detail).filter((detail) => /incidents|attempts|deliver/.test(detail));
		expect(reads.filter((detail) => detail.startsWith("SCAN"))).toEqual([]);
		expect(reads.length).toBeGreaterThan(1);
	});

	it("read at most 5,000 incidents for a page of other text", async () => {
		const { found: query } = containingQueries({ limit: 50, text: "x" });
		expect(query.sql).toContain("LIMIT 5000");
	});
});

describe("GET /api/changes", () => {
	it("tells each change once, in order, from a cursor on", async () => {
		const stub = await journal();
		const first = (await send(get("/api/changes"))).body;
		expect(first.changes).toMatchObject([
			{ incident_id: ONE, event: "opened", from: null, to: "accepted", repository: "5dlabs/cto", branch: "fix/parser" },
			{ incident_id: TWO, event: "opened" },
		]);
		const changesAfter = (cursor: unknown) => send(get(`/api/changes?after=${cursor}`));
		expect((await changesAfter(first.last)).body).toEqual({ changes: [], last: first.last });
		await journalIncident(stub, sampleIncident({ id: sampleId(3) }));
		await send(
			new Request(`http://127.0.0.1:8787/api/incidents/${TWO}/stop`, {
				method: "POST",
				headers: { authorization: `Bearer ${env.HEALER_API_TOKEN}` },
				body: JSON.stringify({ reason: "fixed by hand" }),
			}),
		);
		const next = (await changesAfter(first.last)).body;
		expect(next.changes).toMatchObject([
			{ incident_id: sampleId(3), event: "opened" },
			{
				incident_id: TWO,
				event: "stopped",
				from: "accepted",
				to: "cancelled",
				reason: "stopped by the API token: fixed by hand",
			},
		]);
		expect((await changesAfter(next.last)).body.changes).toEqual([]);
		// From a journal that was restored since.
		expect((await changesAfter("999999.999999")).body).toEqual({ changes: [], last: next.last });
		expect((await changesAfter("x")).status).toBe(400);
	});
});
