import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { COUNT_FIGURES } from "../../../worker/api/insights/figures.ts";
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
	it("counts a week of ten thousand incidents by reading a few dozen rows for each", async () => {
		await fill(Date.now());
		expect((await send(get("/api/insights"))).body).toMatchObject({
			total: { incidents: INCIDENTS, attempts: 15_000, duplicates: { prevented: 20_000 } },
			suggestions: { length: 5 },
		});
		const { meta } = await env.JOURNAL.prepare(COUNT_FIGURES).bind(0, null).run();
		// Quadratic growth would be thousands of rows for each.
		expect(meta.rows_read / INCIDENTS).toBeGreaterThan(1);
		expect(meta.rows_read / INCIDENTS).toBeLessThan(100);
	});
});
