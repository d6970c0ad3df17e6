import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { sweepDue } from "../../../worker/dispatch/due-incidents.ts";
import { currentEngine } from "../../../worker/engine.ts";
import { acceptDelivery } from "../../../worker/ingest/accept-delivery.ts";
import { isAtSize } from "../../support/tiers/at-size.ts";
import { claimingCluster, endCodeRun } from "../support/claiming-cluster.ts";
import { EXAMPLES } from "../support/failed-job.ts";
import { type Stub, stubEffects } from "../support/stub-effects.ts";

const ALERTS = isAtSize ? 50 : 15;
const TURNS = isAtSize ? 10 : 4;

describe("alerts that are switched on", () => {
	it("come by dozens at once, and are worked on one at a time, oldest first, none lost", async () => {
		const stub = stubEffects();
		stub.activeEngine = await currentEngine(env, Date.now(), stub.log);
		const cluster = claimingCluster(stub);
		const told = await Promise.all(Array.from({ length: ALERTS }, (_, n) => acceptAlert(stub, n + 1)));
		expect(new Set(told.map(({ status }) => status))).toEqual(new Set(["accepted"]));

		stub.clock += 10_000;
		await sweepUntilQuiet(stub);
		expect(await countByStatus(stub)).toEqual({ running: 1, waiting: ALERTS - 1 });
		expect(cluster.made).toHaveLength(1);
		const { results } = await stub.journal
			.prepare("SELECT reason, next_try_at FROM incidents WHERE status = 'waiting'")
			.all<{ reason: string; next_try_at: number | null }>();
		expect(results.filter(({ next_try_at }) => next_try_at === null)).toEqual([]);
		expect(results.filter(({ reason }) => !/^(claim alerts is held by|behind) /.test(reason))).toEqual([]);

		for (let turn = 2; turn <= TURNS; turn++) {
			await endCodeRun(stub, cluster.made.at(-1));
			stub.clock += 11 * 60_000;
			await sweepUntilQuiet(stub);
			expect(cluster.made).toHaveLength(turn);
		}
		expect(cluster.most).toBe(1);
		expect(await countByStatus(stub)).toMatchObject({ running: 1, waiting: ALERTS - TURNS });
		const { results: oldest } = await stub.journal
			.prepare("SELECT id FROM incidents ORDER BY created_at, id")
			.all<{ id: string }>();
		expect(cluster.made.map(({ incident_id }) => incident_id)).toEqual(oldest.slice(0, TURNS).map(({ id }) => id));
	}, 300_000);
});

async function acceptAlert(stub: Stub, number: number) {
	const example = EXAMPLES.find(({ name }) => name === "dependabot_alert")?.examples.find(
		(one) => String(one.action) === "created",
	);
	if (example === undefined) throw new Error("there is no example of an alert");
	const repository = { ...example.repository, full_name: "5dlabs/cto" };
	const payload = { ...example, repository, alert: { ...example.alert, number } };
	const delivery = { event: "dependabot_alert", delivery_id: `d-${number}`, payload };
	return await acceptDelivery(stub, delivery, "github", stub.log);
}

async function sweepUntilQuiet(stub: Stub): Promise<void> {
	const due = "SELECT count(*) AS due FROM incidents WHERE status IN ('accepted', 'waiting') AND next_try_at <= ?1";
	for (let sweeps = 0; sweeps < 20; sweeps++) {
		stub.begin();
		await sweepDue(stub);
		if ((await stub.journal.prepare(due).bind(stub.clock).first("due")) === 0) return;
	}
	throw new Error("something stays due");
}

async function countByStatus(stub: Stub): Promise<Record<string, number>> {
	const asked = stub.journal.prepare("SELECT status, count(*) AS count FROM incidents GROUP BY status");
	const { results } = await asked.all<{ status: string; count: number }>();
	return Object.fromEntries(results.map(({ status, count }) => [status, count]));
}
