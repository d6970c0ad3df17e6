import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { get, send } from "../../worker/support/worker.ts";

const INCIDENTS = 10_000;
const COUNT = `WITH RECURSIVE n (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM n WHERE n < ${INCIDENTS - 1})`;

/** A week of 10,000 incidents with logs and prompts of typical size; a third of them escalated, a third corrected. */
async function fill(now: number): Promise<void> {
	const long = JSON.stringify({ text: "x".repeat(3000) });
	const began = now - 7 * 86_400_000 + 3600_000;
	await env.JOURNAL.batch([
		env.JOURNAL.prepare(
			`INSERT INTO incidents (id, status, kind, event, repository, run_id, agent, failure_type, rule, identity, incident,
				explanation, pipeline, created_at, updated_at, fixed_at, fixed_by)
			${COUNT} SELECT printf('%032x', n), iif(n % 3, 'fixed', 'escalated'), 'ci', 'workflow_job', 'a/r' || (n % 7), n,
				'agent' || (n % 5), 'type' || (n % 20), 'rule' || (n % 25), 'x', ?2, ?2, 'v', ?1 + n * 50000, ?1,
				iif(n % 3, ?1 + n * 50000 + n * 37 % 900000, NULL), iif(n % 3, 'agent', NULL)
			FROM n`,
		).bind(began, long),
		env.JOURNAL.prepare(
			`INSERT INTO attempts (incident_id, attempt, agent, failure_type, rule, coderun_name, request, pipeline, decided_at,
				spawned_at)
			${COUNT} SELECT printf('%032x', n), a.value, iif(a.value = 1, 'agent' || (n % 5), 'agent0'), 'type' || (n % 20),
				'rule' || (n % 25), 'c', ?2, 'v', ?1, ?1
			FROM n JOIN json_each('[1,2]') a ON a.value <= 1 + n % 2`,
		).bind(began, long),
		env.JOURNAL.prepare(
			`INSERT INTO deliveries (incident_id, delivery_id, event, incident, received_at)
			${COUNT} SELECT printf('%032x', n), d.value, 'x', ?2, ?1 FROM n JOIN json_each('[1,2,3]') d`,
		).bind(began, long),
	]);
}

describe("insightsApi", () => {
	it("counts a week of ten thousand incidents within a few times the time that the same database needs to count to three million", async () => {
		await fill(Date.now());
		const [insights, floor] = [[] as number[], [] as number[]];
		// Alternate, so that a busy machine slows both.
		for (let round = 0; round < 4; round++) {
			floor.push(await took(() => env.JOURNAL.prepare(TO_THREE_MILLIONS).run()));
			insights.push(
				await took(async () => {
					expect((await send(get("/api/insights"))).body).toMatchObject({
						total: { incidents: INCIDENTS, attempts: 15_000, duplicates: { prevented: 20_000 } },
						suggestions: { length: 5 },
					});
				}),
			);
		}
		// Quadratic growth would take hundreds of times as long.
		expect(Math.min(...insights)).toBeLessThan(10 * Math.min(...floor));
	});
});

const TO_THREE_MILLIONS = `WITH RECURSIVE n (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM n WHERE n < 3000000)
	SELECT sum(n) FROM n`;

/** Milliseconds. */
async function took(work: () => Promise<unknown>): Promise<number> {
	const before = performance.now();
	await work();
	return performance.now() - before;
}
