import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { adviseOn } from "../../../worker/api/observed-advice.ts";
import { insertRow } from "../../../worker/journal/bind-named.ts";
import { type ObservationRow, observationsTable } from "../../../worker/journal/observations.ts";
import { sampleId, sampleIncident } from "../support/sample-incident.ts";
import { journalIncident, stubEffects } from "../support/stub-effects.ts";
import { get, send } from "../support/worker.ts";

const MINUTE_MS = 60_000;
const now = Date.now();

interface Seen {
	readonly type?: string;
	readonly cause?: string;
	readonly green?: Partial<ObservationRow>;
	/** Minutes until it was green. */
	readonly after?: number;
}

async function observed(n: number, { type = "rust_clippy", cause = `c${n}`, green, after = 10 }: Seen): Promise<void> {
	const stub = stubEffects();
	stub.clock = now - 60 * MINUTE_MS;
	await journalIncident(stub, sampleIncident({ id: sampleId(n) }));
	await env.JOURNAL.prepare(
		`UPDATE incidents SET status = 'observed', ended_at = ?2, next_try_at = NULL, agent = 'rex', rule = 'rust', failure_type = ?3,
			fingerprint = ?4 WHERE id = ?1`,
	)
		.bind(sampleId(n), stub.clock, type, cause)
		.run();
	const at = green === undefined ? {} : { green_at: stub.clock + after * MINUTE_MS, ...green };
	const row = { incident_id: sampleId(n), attempt: 1, observed_at: stub.clock, ...at };
	await insertRow(env.JOURNAL, observationsTable, row).run();
}

const byPerson = (named: string) => ({ green_by: "person", files: '["a.rs"]', named }) as const;

describe("listObservedApi", () => {
	it("says how many agents, what became of it, and what that suggests", async () => {
		for (let n = 1; n <= 5; n++)
			await observed(n, { green: byPerson('["a.rs"]'), after: n * 2, cause: `c${Math.min(n, 3)}` });
		await observed(6, { green: { green_by: "rerun" }, after: 1 });
		await observed(7, {});
		await observed(8, { type: "general", green: byPerson("[]") });
		expect((await send(get("/api/observed"))).body).toEqual({
			observed: [
				{
					...{ agent: "rex", rule: "rust", failure_type: "rust_clippy", incidents: 7, agents: 5 },
					...{ green: 6, by_person: 5, by_bot: 0, by_rerun: 1, fixes: 5, in_named: 5, median_minutes: 5 },
					suggest: "act",
					why: "5 of 5 were fixed by people in a file that the prompt named",
					incident_id: expect.stringMatching(/^[0-9a-f]{32}$/),
				},
				expect.objectContaining({ failure_type: "general", agents: 1, in_named: 0, suggest: "wait" }),
			],
			more: false,
		});
		expect((await send(get("/api/observed?limit=1"))).body).toMatchObject({ more: true });
		expect((await send(get("/api/observed?since=30m"))).body).toEqual({ observed: [], more: false });
		expect((await send(get("/api/observed?repository=acme/other"))).body).toEqual({ observed: [], more: false });
		expect((await send(get("/api/observed?since=soon"))).status).toBe(400);
	});
});

describe("adviseOn", () => {
	const counts = { agent: "rex", rule: "r", failure_type: "t", agents: 1, by_bot: 0, incident_id: "i" };
	it.each([
		[
			{ incidents: 20, green: 4, by_person: 4, by_rerun: 0, fixes: 4, in_named: 4 },
			"wait",
			"4 of 20 are green again: too few to tell",
		],
		[
			{ incidents: 20, green: 15, by_person: 15, by_rerun: 0, fixes: 15, in_named: 14 },
			"act",
			"14 of 15 were fixed by people in a file that the prompt named",
		],
		[
			{ incidents: 20, green: 15, by_person: 15, by_rerun: 0, fixes: 15, in_named: 11 },
			"observe",
			"11 of 15 were fixed by people in a file that the prompt named",
		],
		[
			{ incidents: 20, green: 15, by_person: 7, by_rerun: 8, fixes: 7, in_named: 7 },
			"rerun",
			"8 of 15 passed when they were run again: no agent is needed",
		],
		[
			{ incidents: 20, green: 15, by_person: 15, by_rerun: 0, fixes: 2, in_named: 2 },
			"wait",
			"what fixed it is known of 2 of 15: too few to tell",
		],
	] as const)("rests on figures: %j is %s", (row, suggest, why) => {
		expect(adviseOn({ ...counts, ...row })).toEqual({ suggest, why });
	});
});
