import { describe, expect, it } from "vitest";
import type { SourcesFor } from "../../../worker/context/source.ts";
import { processIncident } from "../../../worker/dispatch/process-incident.ts";
import { findIncident } from "../../../worker/journal/incidents.ts";
import { findFound } from "../../../worker/journal/packed-decision.ts";
import { sampleId, sampleIncident } from "../support/sample-incident.ts";
import { journalIncident, stubEffects, stubEngine } from "../support/stub-effects.ts";

const HOUR = 3_600_000;
const ID = sampleId(1);

/** An incident whose logs GitHub gives from `until` on. */
async function limitedUntil(until: (now: number) => number) {
	const stub = stubEffects();
	stub.activeEngine = stubEngine({
		plan: async () => [{ name: "job_logs", from: "github.job_logs", with: {}, timeout_s: 60 }],
	});
	const unlimited = stub.sources;
	const sources: SourcesFor = (about) => ({
		...unlimited(about),
		edge: {
			...unlimited(about).edge,
			"github.job_logs": async () => {
				const untilMs = until(stub.clock);
				if (untilMs <= stub.clock) return { status: "empty" };
				return { status: "deferred", untilMs, why: "GitHub's rate limit" };
			},
		},
	});
	const effects = Object.assign(stub, { sources });
	await journalIncident(stub, sampleIncident({ id: ID }));
	return effects;
}

describe("deferIncident", () => {
	it("lets the incident wait until the time that GitHub names, and then loses no part", async () => {
		const effects = await limitedUntil(() => Date.parse("2026-11-22T12:40:00Z"));
		expect(await processIncident(effects, ID)).toEqual({
			state: "waiting",
			reason: "GitHub's rate limit",
			next_try_at: Date.parse("2026-11-22T12:40:05Z"),
		});
		expect(await processIncident(effects, ID)).toEqual({ state: "not_locked" });
		expect(effects.sent).toEqual([]);
		effects.clock += 40 * 60_000 + 5000;
		expect(await processIncident(effects, ID)).toMatchObject({ state: "running" });
		const row = await findIncident(effects.journal, ID);
		expect(JSON.parse((row && (await findFound(effects.journal, row)).context) ?? "")).toMatchObject({
			job_logs: { status: "empty" },
		});
	});

	it("goes on without the part after three hours", async () => {
		const effects = await limitedUntil((now) => now + HOUR);
		for (let waits = 0; waits < 3; waits++) {
			expect(await processIncident(effects, ID)).toMatchObject({ state: "waiting" });
			effects.clock += HOUR + 5000;
		}
		expect(await processIncident(effects, ID)).toMatchObject({ state: "running" });
		const row = await findIncident(effects.journal, ID);
		expect(JSON.parse((row && (await findFound(effects.journal, row)).context) ?? "")).toMatchObject({
			job_logs: { status: "failed", why: "GitHub's rate limit" },
		});
	});

	it("waits no longer than an hour and a little at a time, whatever it is told", async () => {
		const effects = await limitedUntil((now) => now + 1000 * HOUR);
		const { clock } = effects;
		expect(await processIncident(effects, ID)).toMatchObject({ next_try_at: clock + 65 * 60_000 + 5000 });
	});
});
