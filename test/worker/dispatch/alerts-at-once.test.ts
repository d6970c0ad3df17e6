import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import type { SpawnRequest } from "../../../wire/spawn.ts";
import { sweepDue } from "../../../worker/dispatch/due-incidents.ts";
import { currentEngine } from "../../../worker/engine.ts";
import { acceptDelivery } from "../../../worker/ingest/accept-delivery.ts";
import { recordOutcome } from "../../../worker/journal/attempts.ts";
import { reconcile } from "../../../worker/remediation/reconcile.ts";
import { isAtSize } from "../../support/tiers/at-size.ts";
import { EXAMPLES } from "../support/failed-job.ts";
import { type Stub, stubEffects } from "../support/stub-effects.ts";

const ALERTS = isAtSize ? 50 : 15;
const TURNS = isAtSize ? 10 : 4;

describe("alerts that are switched on", () => {
	it("come by dozens at once, and are worked on one at a time, oldest first, none lost", async () => {
		const stub = stubEffects();
		stub.activeEngine = await currentEngine(env, Date.now(), stub.log);
		const cluster = oneAtATime(stub);
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
			await finish(stub, cluster.made.at(-1));
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

interface Made extends SpawnRequest {
	readonly made_at: number;
	finished: boolean;
}

/** A cluster whose claims are held as docs/storage.md says: while the CodeRun is unfinished, and for their ttl at least. */
function oneAtATime(stub: Stub): { readonly made: Made[]; most: number } {
	const cluster = { made: [] as Made[], most: 0 };
	stub.relay = (_id, body) => {
		const request: SpawnRequest = JSON.parse(body);
		const coderun_name = request.coderun.metadata.name;
		const before = cluster.made.find((one) => one.coderun.metadata.name === coderun_name);
		if (before !== undefined) return { ok: true, result: { result: "exists", coderun_name } };
		for (const { name, key, ttl_s } of request.claims) {
			const holder = cluster.made.find(
				(one) =>
					one.incident_id !== request.incident_id &&
					one.claims.some((claim) => claim.key === key) &&
					(!one.finished || stub.clock < one.made_at + ttl_s * 1000),
			);
			if (holder === undefined) continue;
			const until = new Date(Math.max(holder.made_at + ttl_s * 1000, stub.clock + 30_000)).toISOString();
			const by = { by: holder.incident_id, coderun_name: holder.coderun.metadata.name };
			return { ok: true, result: { result: "held", claim: name, until, ...by } };
		}
		cluster.made.push({ ...request, made_at: stub.clock, finished: false });
		cluster.most = Math.max(cluster.most, cluster.made.filter(({ finished }) => !finished).length);
		return { ok: true, result: { result: "created", coderun_name } };
	};
	return cluster;
}

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

async function finish(stub: Stub, made: Made | undefined): Promise<void> {
	if (made === undefined) throw new Error("nothing was made");
	made.finished = true;
	const { incident_id, attempt } = made;
	const outcome = {
		coderun_name: made.coderun.metadata.name,
		incident_id,
		attempt,
		phase: "Succeeded",
		pull_request_url: null,
		message: null,
		started_at: null,
		finished_at: null,
	};
	await recordOutcome(stub.journal, outcome, { digest: "d", pull_request: null, now: stub.clock });
	await reconcile(stub, incident_id);
}

async function countByStatus(stub: Stub): Promise<Record<string, number>> {
	const asked = stub.journal.prepare("SELECT status, count(*) AS count FROM incidents GROUP BY status");
	const { results } = await asked.all<{ status: string; count: number }>();
	return Object.fromEntries(results.map(({ status, count }) => [status, count]));
}
