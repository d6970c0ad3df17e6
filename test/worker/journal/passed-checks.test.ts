import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import type { Signal } from "../../../pipeline/index.ts";
import { aboutOf } from "../../../worker/ingest/quiet-branches.ts";
import { isWrongAssumption } from "../../../worker/journal/assumptions.ts";
import { addDelivery } from "../../../worker/journal/deliveries.ts";
import { passedCheckStatements } from "../../../worker/journal/passed-checks.ts";
import { knownRepository } from "../../../worker/journal/repositories.ts";
import { signalStatements } from "../../../worker/journal/signals.ts";
import { clearJournal } from "../support/group-life.ts";
import { sampleId, sampleIncident } from "../support/sample-incident.ts";

const { JOURNAL } = env;
const NOW = Date.parse("2026-11-22T12:00:00Z");
const REPOSITORY = { id: 1, name: "5dlabs/cto" };

const passed = (changes: Partial<Signal>): Signal => ({
	...{ reports: "success", event: "green", delivery_id: "d", repository: REPOSITORY.name, branch: "topic" },
	...{ head_sha: "a".repeat(40), started_at: "2026-11-22T10:00:00Z" },
	...changes,
});

const CI = { name: "CI", path: ".github/workflows/ci.yaml" };
const SIGNALS: readonly Signal[] = [
	passed({ workflow: { name: "CI" }, job: "build", run_id: "7" }),
	passed({ workflow: { name: "CI" }, job: "test", run_id: "7", failed_steps: [] }),
	// Names the repository of the branch for its jobs.
	passed({ workflow: CI, run_id: "7", head_repository: REPOSITORY.name, actor: { login: "octocat", type: "User" } }),
	passed({ workflow: CI, run_id: "8", head_repository: REPOSITORY.name, url: "https://example.com/8" }),
	// Older than the one before: the newest stays in `checks`, both are history.
	passed({ workflow: CI, run_id: "6", head_repository: REPOSITORY.name }),
	passed({ app: "sonarcloud", job: "quality", pr_number: 3 }),
	passed({ app: "sonarcloud", job: "quality", branch: "main" }),
	passed({ app: "sonarcloud", job: "quality", branch: "main" }),
];

const checks = () => SIGNALS.map((signal, n) => ({ signal, now: NOW + n, reconsider_ms: 0, repository: REPOSITORY }));

async function stored() {
	const rows = async (table: string) =>
		(await JOURNAL.prepare(`SELECT * FROM ${table} ORDER BY 1, 2, 3, 4, 5, 7`).all()).results;
	return { checks: await rows("checks"), results: await rows("check_results") };
}

async function clear() {
	await clearJournal();
	await JOURNAL.prepare("DELETE FROM check_results").run();
}

beforeEach(async () => {
	await clear();
	await knownRepository(JOURNAL, REPOSITORY, NOW);
});

describe("passedCheckStatements", () => {
	it("stores what the signals store one by one, by few statements", async () => {
		for (const { signal, ...at } of checks()) await JOURNAL.batch([...signalStatements(JOURNAL, signal, at).all]);
		const oneByOne = await stored();
		expect([oneByOne.checks.length, oneByOne.results.length]).toEqual([5, 5]);
		await clear();

		const together = passedCheckStatements(JOURNAL, checks(), aboutOf);
		// Four branches and heads, three for each of three runs, the rest of the rows, and the history.
		expect(together).toHaveLength(15);
		await JOURNAL.batch([...together]);
		expect(await stored()).toEqual(oneByOne);
	});

	it("writes nothing if one of them is about a remediation, or a repository has another name", async () => {
		await knownRepository(JOURNAL, { id: 1, name: "5dlabs/renamed" }, NOW);
		await expectWrong();
		await knownRepository(JOURNAL, REPOSITORY, NOW);
		const incident = sampleIncident({ id: sampleId(1), branch: "main", repository: REPOSITORY.name });
		const explanation = { pipeline: "v-test", stages: [] };
		await addDelivery(JOURNAL, { incident, identity: "identity", explanation, dueAt: 0, now: NOW });
		await expectWrong();
	});
});

async function expectWrong(): Promise<void> {
	const failed = await JOURNAL.batch([...passedCheckStatements(JOURNAL, checks(), aboutOf)]).catch((cause) => cause);
	expect(isWrongAssumption(failed)).toBe(true);
	expect(await stored()).toEqual({ checks: [], results: [] });
}
