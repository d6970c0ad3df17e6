import { env } from "cloudflare:workers";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sweepDue } from "../../../worker/dispatch/due-incidents.ts";
import { processIncident } from "../../../worker/dispatch/process-incident.ts";
import { currentEngine } from "../../../worker/engine.ts";
import { acceptDelivery } from "../../../worker/ingest/accept-delivery.ts";
import { findIncident } from "../../../worker/journal/incidents.ts";
import { runs } from "../../support/tiers/at-size.ts";
import { claimingCluster, endCodeRun } from "../support/claiming-cluster.ts";
import { EXAMPLES, repositoryOf } from "../support/failed-job.ts";
import { timelineOf } from "../support/remediation-life.ts";
import { type Stub, stubEffects } from "../support/stub-effects.ts";

interface AlertDelivery {
	readonly event: string;
	readonly action: string;
	readonly alert: Readonly<Record<string, unknown>>;
}

const T0 = "2026-11-20T10:00:00Z";
const T1 = "2026-11-20T11:00:00Z";
const T2 = "2026-11-20T12:00:00Z";

const DEPENDABOT = "dependabot_alert";
const CODE = "code_scanning_alert";
const SECRET = "secret_scanning_alert";
const OLD = "repository_vulnerability_alert";

const opened: Readonly<Record<string, AlertDelivery>> = {
	[DEPENDABOT]: delivery(DEPENDABOT, "created", { state: "open", created_at: T0, updated_at: T0 }),
	[OLD]: delivery(OLD, "create", { state: "open", created_at: T0 }),
	[CODE]: delivery(CODE, "created", { state: "open", created_at: T0 }),
	[SECRET]: delivery(SECRET, "created", { created_at: T0, updated_at: T0, resolution: null }),
};

function delivery(event: string, action: string, alert: Readonly<Record<string, unknown>>): AlertDelivery {
	return { event, action, alert };
}

// The real shapes: every event has the time of the closing in a field of its own.
const CLOSINGS: readonly (readonly [string, string, Readonly<Record<string, unknown>>, string])[] = [
	[DEPENDABOT, "fixed", { state: "fixed", fixed_at: T1, updated_at: T1 }, "fixed"],
	[DEPENDABOT, "dismissed", { state: "dismissed", dismissed_at: T1, updated_at: T1 }, "dismissed"],
	[DEPENDABOT, "auto_dismissed", { state: "auto_dismissed", auto_dismissed_at: T1, updated_at: T1 }, "auto_dismissed"],
	[OLD, "dismiss", { state: "dismissed", dismissed_at: T1 }, "dismissed"],
	[OLD, "resolve", { state: "fixed", fixed_at: T1 }, "fixed"],
	[CODE, "fixed", { state: "fixed", fixed_at: T1, updated_at: null }, "fixed"],
	[CODE, "closed_by_user", { state: "dismissed", fixed_at: null, dismissed_at: T1 }, "dismissed"],
	[SECRET, "resolved", { resolution: "revoked", resolved_at: T1, updated_at: T1 }, "revoked"],
];

async function started(): Promise<{ readonly stub: Stub; readonly cluster: ReturnType<typeof claimingCluster> }> {
	const stub = stubEffects();
	stub.activeEngine = await currentEngine(env, Date.now(), stub.log);
	return { stub, cluster: claimingCluster(stub) };
}

let sent = 0;

/** GitHub's own example of the event, about alert 7 of a repository that the shipped pipeline allows. */
async function deliver(stub: Stub, { event, action, alert }: AlertDelivery) {
	const example = EXAMPLES.find(({ name }) => name === event)?.examples[0] ?? {};
	const payload = {
		...example,
		action,
		repository: { ...repositoryOf(example.repository), default_branch: "main" },
		...(event === CODE && { ref: "refs/heads/main" }),
		alert: { ...example.alert, number: 7, ...alert },
	};
	stub.begin();
	return await acceptDelivery(stub, { event, delivery_id: `d-${++sent}`, payload }, "github", stub.log);
}

async function open(stub: Stub, event: string): Promise<string> {
	const answer = await deliver(stub, opened[event] as AlertDelivery);
	if (answer.status !== "accepted") throw new Error(`the alert is ${answer.status}`);
	return answer.incident_id;
}

async function settle(stub: Stub): Promise<void> {
	stub.clock += 10_000;
	stub.begin();
	await sweepDue(stub);
}

describe("an alert that was closed", () => {
	it.each(CLOSINGS)("wakes no agent: %s %s", async (event, action, alert, how) => {
		const { stub, cluster } = await started();
		const id = await open(stub, event);
		expect(await deliver(stub, delivery(event, action, alert))).toMatchObject({ status: "recorded", incident_id: id });
		await settle(stub);
		const reason = `alert #7 was closed as ${how}`;
		expect(await findIncident(stub.journal, id)).toMatchObject({ status: "superseded", reason });
		expect(cluster.made).toEqual([]);
	});

	it.each(CLOSINGS)("ends what an agent works on as fixed: %s %s", async (event, action, alert, how) => {
		const { stub, cluster } = await started();
		const id = await open(stub, event);
		await settle(stub);
		expect(cluster.made).toHaveLength(1);
		await deliver(stub, delivery(event, action, alert));
		await processIncident(stub, id);
		const reason = `alert #7 was closed as ${how}`;
		expect(await findIncident(stub.journal, id)).toMatchObject({ status: "fixed", fixed_by: "other", reason });
	});

	it("is the same one for both events of Dependabot", async () => {
		const { stub } = await started();
		const id = await open(stub, OLD);
		await deliver(stub, delivery(DEPENDABOT, "fixed", { state: "fixed", fixed_at: T1, updated_at: T1 }));
		await settle(stub);
		expect(await findIncident(stub.journal, id)).toMatchObject({ status: "superseded" });
	});

	it("is known before the alert itself is delivered, and another kind of alert of that number is another one", async () => {
		const { stub, cluster } = await started();
		await deliver(stub, delivery(CODE, "fixed", { state: "fixed", fixed_at: T1 }));
		const code = await open(stub, CODE);
		const secret = await open(stub, SECRET);
		await settle(stub);
		expect(await findIncident(stub.journal, code)).toMatchObject({ status: "superseded" });
		expect(cluster.made.map(({ incident_id }) => incident_id)).toEqual([secret]);
	});

	it("and opened again is another incident, which an older closing does not end, whenever that arrives", async () => {
		const { stub } = await started();
		const reopened = { state: "open", fixed_at: null, dismissed_at: null, created_at: T0, updated_at: T2 };
		for (const event of [DEPENDABOT, CODE]) {
			const again = await deliver(stub, delivery(event, "reopened", reopened));
			await deliver(stub, delivery(event, "fixed", { state: "fixed", fixed_at: T1, updated_at: T1 }));
			const id = again.status === "accepted" ? again.incident_id : "";
			await processIncident(stub, id);
			expect(await findIncident(stub.journal, id)).toMatchObject({ status: "accepted" });
		}
	});

	it("ends a remediation between two attempts, and no further one follows", async () => {
		const { stub, cluster } = await started();
		const id = await open(stub, DEPENDABOT);
		await settle(stub);
		await endCodeRun(stub, cluster.made[0], "Failed");
		await deliver(stub, delivery(DEPENDABOT, "dismissed", { state: "dismissed", dismissed_at: T1, updated_at: T1 }));
		stub.clock += 3600_000;
		await settle(stub);
		expect(await findIncident(stub.journal, id)).toMatchObject({ status: "fixed", fixed_by: "other" });
		expect((await timelineOf(stub, id)).at(-1)).toMatchObject({ event: "alert_resolved" });
		expect(cluster.made).toHaveLength(1);
	});

	it("never wakes an agent afterwards, whatever the order and however often each is delivered", async () => {
		const events = [opened[DEPENDABOT], opened[OLD], delivery(DEPENDABOT, "fixed", { state: "fixed", updated_at: T1 })];
		const all = events.flatMap((one) => (one === undefined ? [] : [one, one]));
		const property = fc.asyncProperty(fc.shuffledSubarray(all, { minLength: all.length }), async (order) => {
			const { stub, cluster } = await started();
			await stub.journal.batch(
				["incidents", "attempts", "deliveries", "resolved_alerts"].map((table) =>
					stub.journal.prepare(`DELETE FROM ${table}`),
				),
			);
			for (const one of order) await deliver(stub, one);
			await settle(stub);
			const { results } = await stub.journal.prepare("SELECT status FROM incidents").all();
			expect(results).toEqual([{ status: "superseded" }]);
			expect(cluster.made).toEqual([]);
		});
		await fc.assert(property, { numRuns: runs(40, 4) });
	}, 120_000);
});

describe("a leaked secret", () => {
	it("does not wait for the alerts' claim while an agent is free, and goes before them where none is", async () => {
		const { stub, cluster } = await started();
		const first = await open(stub, DEPENDABOT);
		await settle(stub);
		expect(cluster.made.map(({ incident_id }) => incident_id)).toEqual([first]);
		const code = await open(stub, CODE);
		await settle(stub);
		const secret = await open(stub, SECRET);
		await settle(stub);
		expect(await findIncident(stub.journal, secret)).toMatchObject({ status: "waiting", blocked_on: "agent:cipher" });
		expect(await findIncident(stub.journal, code)).toMatchObject({ blocked_on: "claim:5dlabs/cto|alerts" });
		await endCodeRun(stub, cluster.made[0]);
		await settle(stub);
		expect(cluster.made.map(({ incident_id }) => incident_id)).toEqual([first, secret]);
	});
});
