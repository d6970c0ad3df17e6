import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { COUNT_FIGURES, type Counts, countFigures } from "../../../../worker/api/insights/figures.ts";
import { presentInsights } from "../../../../worker/api/insights/present-insights.ts";
import type { Figures, GroupFigures } from "../../../../worker/api/insights/shapes.ts";
import { suggestRules, WRONG_RULES } from "../../../../worker/api/insights/suggest-rules.ts";
import { COLUMNS, EXPECTED } from "../../../cases/insights/fifty-remediations.ts";
import { sampleId } from "../../support/sample-incident.ts";
import { journalFifty } from "./journal-fifty.ts";

const SINCE = Date.parse("2026-11-17T00:00:00Z");
const ALL = { since: SINCE, repository: null };

function rowOf(name: string, { time_to_fix, duplicates, routing, ...of }: Figures) {
	const values: Record<(typeof COLUMNS)[number], string | number | null> = {
		value: name,
		incidents: of.incidents,
		attempts: of.attempts,
		remediations: of.remediations,
		fixed: of.fixed,
		p50_s: time_to_fix.p50_s,
		p90_s: time_to_fix.p90_s,
		timed: time_to_fix.of,
		prevented: duplicates.prevented,
		made: duplicates.made,
		right: routing.right,
		corrected: routing.corrected,
		flaky: of.flaky,
	};
	return COLUMNS.map((column) => values[column]);
}

function sorted(groups: readonly GroupFigures[]) {
	return groups.map((group) => rowOf(group.value, group)).toSorted((a, b) => (String(a[0]) < String(b[0]) ? -1 : 1));
}

describe("countFigures", () => {
	it("counts fifty remediations as they were counted by hand", async () => {
		await journalFifty(env.JOURNAL);
		const { total, by } = presentInsights(ALL, await countFigures(env.JOURNAL, ALL), []);
		expect([rowOf("", total)]).toEqual(EXPECTED.total);
		for (const [dimension, groups] of Object.entries(by)) expect(sorted(groups)).toEqual(EXPECTED[dimension]);
	});

	it("adds up how long CodeRuns took, failed ones included, for each fix", async () => {
		await journalFifty(env.JOURNAL);
		const none = presentInsights(ALL, await countFigures(env.JOURNAL, ALL), []).total;
		expect(none.agent_time).toEqual({ total_s: 0, per_fix_s: null, of: 0 });
		await env.JOURNAL.prepare("UPDATE attempts SET agent_s = 90 WHERE spawned_at IS NOT NULL").run();
		const { total } = presentInsights(ALL, await countFigures(env.JOURNAL, ALL), []);
		expect(total.agent_time).toEqual({ total_s: 5670, per_fix_s: 183, of: 63 });
	});

	it("counts a hand-over for the agent that handed over, and not against it", async () => {
		await journalFifty(env.JOURNAL);
		const id = sampleId(900);
		const at = SINCE + 60_000;
		await env.JOURNAL.batch([
			env.JOURNAL.prepare(
				`INSERT INTO incidents (id, status, kind, event, repository, run_id, agent, failure_type, rule, identity, incident,
					explanation, pipeline, created_at, updated_at, fixed_at, fixed_by, ended_at)
				VALUES (?1, 'fixed', 'ci', 'x', 'acme/two', '1', 'blaze', 'frontend_lint', 'frontend-failure', 'x', '{}', '{}', 'v',
					?2, ?2, ?2, 'agent', ?2)`,
			).bind(id, at),
			...(["rex", "blaze"] as const).map((agent, index) =>
				env.JOURNAL.prepare(
					`INSERT INTO attempts (incident_id, attempt, agent, failure_type, rule, coderun_name, request, pipeline,
						decided_at, spawned_at, result, was_right)
					VALUES (?1, ?2, ?3, 'x', ?3, 'c', '{}', 'v', 1, ?4, ?5, ?6)`,
				).bind(id, index + 1, agent, at, index === 0 ? "handed_over" : "fixed", index === 0 ? 1 : 0),
			),
		]);
		const counts = await countFigures(env.JOURNAL, { since: SINCE, repository: "acme/two" });
		const of = (dimension: string, value: string) =>
			counts.find((one) => one.dimension === dimension && one.value === value);
		expect(of("total", "")).toMatchObject({ right: 1, corrected: 0, remediations: 1, fixed: 1, attempts: 2 });
		expect(of("agent", "rex")).toMatchObject({ right: 1, corrected: 0, remediations: 1, fixed: 1 });
		expect(of("agent", "blaze")).toMatchObject({ remediations: 1, fixed: 1 });
		expect(await suggestRules(env.JOURNAL, { since: SINCE, repository: "acme/two" })).toEqual([]);
	});

	it("counts only what began within the time, and only of the repository", async () => {
		await journalFifty(env.JOURNAL);
		const count = async (since: string, repository: string | null) => {
			const counts = await countFigures(env.JOURNAL, { since: Date.parse(since), repository });
			return counts.find(({ dimension }) => dimension === "total")?.incidents;
		};
		expect(await count("2026-11-20T00:00:00Z", null)).toBe(20);
		expect(await count("2026-11-17T00:00:00Z", "ACME/infra")).toBe(11);
		expect(await count("2026-11-17T00:00:00Z", "acme/other")).toBeUndefined();
	});

	it.each(["unverified", "awaiting_merge", "superseded", "cancelled", "running", "awaiting_ci"])(
		"counts what is %s as neither fixed nor not",
		async (status) => {
			await journalFifty(env.JOURNAL);
			// One that rex fixed in 300 seconds.
			const change = `UPDATE incidents SET status = ?1, fixed_at = NULL, fixed_by = NULL WHERE id = '${sampleId(0)}'`;
			await env.JOURNAL.prepare(change).bind(status).run();
			const { targets } = presentInsights(ALL, await countFigures(env.JOURNAL, ALL), []);
			expect(targets.map(({ name, count, of }) => [name, count, of])).toEqual([
				["routing", 25, 30],
				["duplicates_prevented", 24, 25],
				["time_to_fix_p50", 19, 29],
				["fix_rate", 30, 37],
			]);
		},
	);

	it("does not count the delivery that opened an incident again as a duplicate", async () => {
		await journalFifty(env.JOURNAL);
		// Its failure was delivered three times.
		const reopened = `INSERT INTO transitions (incident_id, at, attempt, event, from_status, to_status, reason)
			VALUES ('${sampleId(1)}', 1, 1, 'reopened', 'fixed', 'waiting', 'failed again')`;
		await env.JOURNAL.prepare(reopened).run();
		const { total } = presentInsights(ALL, await countFigures(env.JOURNAL, ALL), []);
		expect(total.duplicates).toEqual({ prevented: 23, made: 1, rate: 0.9583 });
	});

	it("reads nothing but indexes, and of incidents only those within the time", async () => {
		for (const sql of [COUNT_FIGURES, WRONG_RULES]) {
			const { results } = await env.JOURNAL.prepare(`EXPLAIN QUERY PLAN ${sql}`)
				.bind(SINCE, null)
				.all<{ detail: string }>();
			const ofTables = results
				.map(({ detail }) => detail)
				.filter((detail) => /incidents_|attempts_|sqlite_/.test(detail));
			expect(new Set(ofTables)).toEqual(
				new Set([
					"SEARCH incidents USING COVERING INDEX incidents_measured (created_at>?)",
					"SEARCH a USING COVERING INDEX attempts_corrected (decided_at>?)",
					"SEARCH a USING COVERING INDEX attempts_measured (incident_id=?)",
					"SEARCH o USING COVERING INDEX attempts_measured (incident_id=? AND attempt<?)",
					"SEARCH o USING COVERING INDEX attempts_measured (incident_id=? AND attempt>?)",
				]),
			);
			const looked = results.map(({ detail }) => detail).filter((detail) => /^(SEARCH|SCAN) [dot] USING/.test(detail));
			for (const detail of looked) expect(detail).toMatch(/^SEARCH . USING (AUTOMATIC )?.*COVERING INDEX/);
			expect(
				results.filter(({ detail }) => /SCAN (incidents|attempts|deliveries|transitions|a|d)\b/.test(detail)),
			).toEqual([]);
		}
	});
});

describe("suggestRules", () => {
	it("names the rule that was most often wrong, who was right, and a better rule where a failure type tells", async () => {
		await journalFifty(env.JOURNAL);
		expect(await suggestRules(env.JOURNAL, ALL)).toEqual([
			{
				rule: "rust-workflow",
				agent: "rex",
				instead: "bolt",
				chosen: 14,
				fixed: 12,
				wrong: 4,
				by_person: 0,
				route: { name: "bolt-docker-build", agent: "bolt", when: "$failure.type = 'docker_build'" },
				failure_type: "docker_build",
				incidents: [7, 6, 5, 4].map(sampleId),
				text: "rule rust-workflow chose rex 14 times; of the 12 that were fixed, bolt fixed 4 after it: put { name: bolt-docker-build, agent: bolt, when: $failure.type = 'docker_build' } before it",
			},
			{
				rule: "frontend-files",
				agent: "blaze",
				instead: "bolt",
				chosen: 12,
				fixed: 9,
				wrong: 1,
				by_person: 0,
				route: null,
				failure_type: null,
				incidents: [sampleId(27)],
				text: "rule frontend-files chose blaze 12 times; of the 9 that were fixed, bolt fixed 1 after it: see what those have in common, and put a rule for bolt before it",
			},
		]);
	});
});

describe("a person's correction", () => {
	const REPOSITORY = "acme/three";
	const ONE = { since: SINCE, repository: REPOSITORY };

	/** One incident whose rules chose rex and that a person gave to bolt; `tries`: the agents whose CodeRuns were seen. */
	async function corrected(
		n: number,
		of: { status: string; fixed_by?: string; tries: readonly string[]; rule?: string },
	) {
		const id = sampleId(1000 + n);
		const at = SINCE + n * 60_000;
		const { status, fixed_by = null, tries, rule = "rust-failure" } = of;
		const attempts = tries[0] === "rex" ? tries : ["rex", ...tries];
		const incident = JSON.stringify({ workflow: { name: "Image: build" } });
		await env.JOURNAL.batch([
			env.JOURNAL.prepare(
				`INSERT INTO incidents (id, status, kind, event, repository, run_id, agent, failure_type, rule, identity, incident,
					explanation, pipeline, created_at, updated_at, fixed_by, fixed_at)
				VALUES (?1, ?2, 'ci', 'x', ?3, ?1, 'bolt', 'general', 'retry', 'x', ?4, '{}', 'v', ?5, ?5, ?6, ?5)`,
			).bind(id, status, REPOSITORY, incident, at, fixed_by),
			...attempts.map((agent, index) =>
				env.JOURNAL.prepare(
					`INSERT INTO attempts (incident_id, attempt, agent, failure_type, rule, coderun_name, request, pipeline, decided_at,
						spawned_at, corrected_to) VALUES (?1, ?2, ?3, 'general', ?4, 'c', '{}', 'v', ?7, ?5, ?6)`,
				).bind(
					...[id, index + 1, agent, index === 0 ? rule : "retry"],
					...[tries.includes(agent) ? at : null, index === 0 && rule !== "retry" ? "bolt" : null, at],
				),
			),
		]);
	}

	async function routing() {
		const counts = await countFigures(env.JOURNAL, ONE);
		const of = (dimension: string, value: string) => {
			const { right, corrected } = counts.find((one) => one.dimension === dimension && one.value === value) ?? {};
			return [right, corrected];
		};
		return { total: of("total", ""), rule: of("rule", "rust-failure"), rex: of("agent", "rex") };
	}

	it.each([
		["at once, while the agent works", { status: "running", tries: ["rex", "bolt"] }, [0, 1]],
		["of what the rules' agent was never sent for", { status: "waiting", tries: ["bolt"] }, [0, 1]],
		["when the named agent fixes it", { status: "fixed", fixed_by: "agent", tries: ["rex", "bolt"] }, [0, 1]],
		[
			"when it never had a CodeRun of the rules' agent",
			{ status: "fixed", fixed_by: "agent", tries: ["bolt"] },
			[0, 1],
		],
		["when nobody fixes it", { status: "escalated", tries: ["rex", "bolt"] }, [0, 1]],
		["not if the rules' agent fixes it after all", { status: "fixed", fixed_by: "agent", tries: ["rex"] }, [1, 0]],
		["not if a rerun passes", { status: "fixed", fixed_by: "rerun", tries: ["rex", "bolt"] }, [0, 0]],
	])("counts against the rule %s", async (_when, of, expected) => {
		await corrected(1, of);
		expect(await routing()).toEqual({ total: expected, rule: expected, rex: expected });
	});

	it("counts neither for nor against a rule where the person came first", async () => {
		await corrected(1, { status: "fixed", fixed_by: "agent", tries: ["rex"], rule: "retry" });
		expect((await routing()).total).toEqual([0, 0]);
	});

	it("suggests a rule by what the corrected ones have in common, and says who says so", async () => {
		await corrected(1, { status: "running", tries: ["rex", "bolt"] });
		await corrected(2, { status: "fixed", fixed_by: "agent", tries: ["rex", "bolt"] });
		expect(await suggestRules(env.JOURNAL, ONE)).toEqual([
			{
				...{ rule: "rust-failure", agent: "rex", instead: "bolt", chosen: 2, fixed: 1, wrong: 2, by_person: 1 },
				failure_type: "general",
				incidents: [sampleId(1002), sampleId(1001)],
				route: { name: "bolt-image-build", agent: "bolt", when: "workflow.name = 'Image: build'" },
				text: "rule rust-failure chose rex 2 times; of the 1 that were fixed, bolt fixed 1 after it, and a person gave 1 of them to bolt: put { name: bolt-image-build, agent: bolt, when: \"workflow.name = 'Image: build'\" } before it",
			},
		]);
	});
});

describe("presentInsights", () => {
	it("holds the figures against the targets", async () => {
		await journalFifty(env.JOURNAL);
		const { targets } = presentInsights(ALL, await countFigures(env.JOURNAL, ALL), []);
		expect(targets).toEqual([
			{ name: "routing", unit: "share", target: 0.9, actual: 0.8387, met: false, count: 26, of: 31 },
			{ name: "duplicates_prevented", unit: "share", target: 1, actual: 0.96, met: false, count: 24, of: 25 },
			// Of the thirty times, 900, 901, 1300, 1500, 1900, 2000, 2400, 2500, 3600 and 4200 are not under 900.
			{ name: "time_to_fix_p50", unit: "seconds", target: 900, actual: 500, met: true, count: 20, of: 30 },
			{ name: "fix_rate", unit: "share", target: 0.7, actual: 0.8158, met: true, count: 31, of: 38 },
		]);
	});

	it("judges nothing where nothing is counted", () => {
		const { total, targets, by } = presentInsights(ALL, [], []);
		expect(targets.map(({ actual, met, count, of }) => [actual, met, count, of])).toEqual(
			Array(4).fill([null, null, 0, 0]),
		);
		expect(total).toMatchObject({ incidents: 0, fix_rate: null, time_to_fix: { p50_s: null, of: 0 } });
		expect(by.agent).toEqual([]);
	});

	it.each([
		["nine of ten agents are not over 90 %", { right: 9, corrected: 1 }, "routing", 0.9, false],
		["a little more is, also where the share rounds to it", { right: 90_001, corrected: 9_999 }, "routing", 0.9, true],
		["seven of ten are not over 70 %", { fixed: 7, remediations: 10 }, "fix_rate", 0.7, false],
		["63 of 90 are not either", { fixed: 63, remediations: 90 }, "fix_rate", 0.7, false],
		["eight of eleven are", { fixed: 8, remediations: 11 }, "fix_rate", 0.7273, true],
		["a quarter of an hour is not under one", { p50_s: 900, timed: 1 }, "time_to_fix_p50", 900, false],
		["a second less is", { p50_s: 899, timed: 1, in_time: 1 }, "time_to_fix_p50", 899, true],
		["one duplicate is not prevented", { prevented: 99_999, made: 1 }, "duplicates_prevented", 0.9999, false],
		["all are", { prevented: 1, made: 0 }, "duplicates_prevented", 1, true],
	])("holds to the target exactly: %s", (_what, counts, name, actual, met) => {
		const row = { dimension: "total", value: "", ...counts } as Counts;
		expect(presentInsights(ALL, [row], []).targets.find((target) => target.name === name)).toMatchObject({
			actual,
			met,
		});
	});

	it("never rounds up to all of them", () => {
		const counts = { dimension: "total", value: "", prevented: 99_999, made: 1 } as Counts;
		expect(presentInsights(ALL, [counts], []).total.duplicates.rate).toBe(0.9999);
	});
});
