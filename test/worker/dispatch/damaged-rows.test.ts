import { describe, expect, it } from "vitest";
import { sweepDue, sweepOverdue } from "../../../worker/dispatch/due-incidents.ts";
import { forgetDictionaries } from "../../../worker/journal/dictionaries.ts";
import { findIncident } from "../../../worker/journal/incidents.ts";
import { createLog } from "../../../worker/log.ts";
import { releaseIncident } from "../../../worker/remediation/actions.ts";
import { timelineOf } from "../support/remediation-life.ts";
import { sampleId, sampleIncident } from "../support/sample-incident.ts";
import { journalIncident, type Stub, stubEffects, timedOut } from "../support/stub-effects.ts";

const ID = sampleId(1);
const HEALTHY = sampleId(2);
const HOUR_MS = 3600_000;

describe("a row that cannot be read", () => {
	it.each([
		["accepted", "UPDATE incidents SET incident = 'null'", "incidents.incident is damaged"],
		["accepted", `UPDATE incidents SET incident = '{"kind":7}'`, "incidents.incident is damaged at kind"],
		["accepted", "UPDATE incidents SET explanation = '{'", "incidents.explanation is damaged: it is not JSON"],
		["accepted", "UPDATE deliveries SET incident = '[]'", "deliveries.incident is damaged"],
		["waiting", "UPDATE attempts SET request = '{'", "attempts.request is damaged: it is not JSON"],
		["waiting", "UPDATE attempts SET request = '{}', body = NULL", "attempts.request is damaged at incident_id"],
		["waiting", "UPDATE attempts SET body = x'0100'", "attempts.request is damaged: it is not JSON"],
		["waiting", "DELETE FROM dictionaries", "attempts.request is damaged: it is not JSON"],
		["running", "UPDATE incidents SET incident = '7'", "incidents.incident is damaged"],
		["running", "UPDATE attempts SET request = '{'", "attempts.request is damaged: it is not JSON"],
		["awaiting_ci", "UPDATE incidents SET incident = 'null'", "incidents.incident is damaged"],
	])("that is %s is dead after a day, by its name: %s", async (status, damage, reason) => {
		const stub = stubEffects();
		await remediation(stub, status);
		await stub.journal.prepare(damage).run();
		// What an isolate remembers keeps nothing readable for long.
		forgetDictionaries();
		await sweepFor(stub, 12);
		expect(await findIncident(stub.journal, ID)).toMatchObject({ status: status === "accepted" ? "waiting" : status });
		expect((await findIncident(stub.journal, ID))?.reason).toContain(`incident ${ID}: ${reason}`);
		await sweepFor(stub, 14);
		const dead = await findIncident(stub.journal, ID);
		expect(dead).toMatchObject({ status: "dead", next_try_at: null, lock: null });
		expect(dead?.reason).toContain(`incident ${ID}: ${reason}`);
		expect((await timelineOf(stub, ID)).at(-1)).toMatchObject({ event: "abandoned", to_status: "dead" });
	});

	it("goes on from where it was once it is repaired and released", async () => {
		const stub = stubEffects();
		await remediation(stub, "running");
		const whole = (await findIncident(stub.journal, ID))?.incident;
		await stub.journal.prepare("UPDATE incidents SET incident = 'null'").run();
		await sweepFor(stub, 26);
		await stub.journal.prepare("UPDATE incidents SET incident = ?1").bind(whole).run();
		expect(await releaseIncident(stub, ID, "octocat")).toEqual({ ok: true, status: "waiting", attempt: 1 });
		// The CodeRun is long past its deadline, and the relay says so when it is asked.
		stub.status = timedOut;
		await sweepFor(stub, 1, HOUR_MS / 6);
		expect(await findIncident(stub.journal, ID)).toMatchObject({ status: "running", attempt: 2 });
	});

	it("does not keep a person waiting for an escalation without a word", async () => {
		const stub = stubEffects();
		await remediation(stub, "escalated");
		await stub.journal.prepare("UPDATE incidents SET incident = 'null'").run();
		await sweepFor(stub, 26);
		const row = await findIncident(stub.journal, ID);
		expect(row).toMatchObject({ status: "escalated", next_try_at: null, lock: null });
		expect(row?.reason).toContain(`nobody was notified: incident ${ID}: incidents.incident is damaged`);
	});

	it("keeps its state when it is at its end, and is not processed for ever", async () => {
		const stub = stubEffects();
		await remediation(stub, "fixed");
		await stub.journal.prepare("UPDATE incidents SET incident = 'null'").run();
		await sweepFor(stub, 26);
		expect(await findIncident(stub.journal, ID)).toMatchObject({ status: "fixed", next_try_at: null, lock: null });
		expect((await timelineOf(stub, ID)).at(-1)).toMatchObject({ event: "abandoned", to_status: null });
	});

	it("is put off longer each time, at most ten minutes", async () => {
		const stub = stubEffects();
		await remediation(stub, "running");
		await stub.journal.prepare("UPDATE incidents SET incident = 'null'").run();
		const waits: number[] = [];
		for (let n = 0; n < 12; n++) {
			await sweepOverdue(stub);
			const at = (await findIncident(stub.journal, ID))?.next_try_at ?? 0;
			waits.push((at - stub.clock) / 1000);
			stub.clock = at;
		}
		expect(waits).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 600, 600]);
	});

	it("leaves the reason behind once it can be read again", async () => {
		const stub = stubEffects();
		await remediation(stub, "running");
		const whole = (await findIncident(stub.journal, ID))?.incident;
		await stub.journal.prepare("UPDATE incidents SET incident = 'null'").run();
		await sweepOverdue(stub);
		expect((await findIncident(stub.journal, ID))?.failing_since).toBe(stub.clock);
		await stub.journal.prepare("UPDATE incidents SET incident = ?1").bind(whole).run();
		stub.clock += 60_000;
		await sweepOverdue(stub);
		expect(await findIncident(stub.journal, ID)).toMatchObject({
			status: "running",
			reason: null,
			failing_since: null,
			tries: 0,
		});
	});
});

describe("sweepDue and sweepOverdue", () => {
	it.each(["accepted", "running"])("reach what is behind 150 %s rows that cannot be read", async (status) => {
		const stub = stubEffects();
		await unreadable(stub);
		await stub.journal.prepare("UPDATE incidents SET incident = 'null', status = ?1").bind(status).run();
		stub.clock += 1000;
		await remediation(stub, "accepted", HEALTHY);
		await stub.journal.prepare("UPDATE incidents SET status = ?2 WHERE id = ?1").bind(HEALTHY, status).run();
		await sweepThrough(stub, status === "accepted" ? sweepDue : sweepOverdue);
		const row = await findIncident(stub.journal, HEALTHY);
		if (status === "accepted") expect(row?.status).toBe("running");
		// Nothing is known of its CodeRun, so there is nothing to wait for.
		else expect(row?.next_try_at).toBeNull();
	});

	it("reach what is behind rows whose failure cannot even be written down", async () => {
		const stub = stubEffects();
		await unreadable(stub);
		stub.clock += 1000;
		await remediation(stub, "accepted", HEALTHY);
		await stub.journal
			.prepare(
				`CREATE TRIGGER stuck BEFORE UPDATE ON incidents WHEN new.id <> '${HEALTHY}'
				BEGIN SELECT RAISE(ABORT, 'stuck'); END`,
			)
			.run();
		const lines: string[] = [];
		await sweepThrough(Object.assign(stub, { log: createLog({}, (line) => lines.push(line)) }), sweepDue);
		expect((await findIncident(stub.journal, HEALTHY))?.status).toBe("running");
		const failed = lines.map((line) => JSON.parse(line)).filter(({ level }) => level === "error");
		expect(new Set(failed.map(({ incident_id }) => incident_id)).size).toBe(150);
	});
});

/** An incident in that state, due now, with what belongs to it. */
async function remediation(stub: Stub, status: string, id = ID): Promise<void> {
	await journalIncident(stub, sampleIncident({ id, branch: `b-${id}` }));
	if (status === "accepted") return;
	await sweepDue(stub);
	await stub.journal
		.prepare("UPDATE incidents SET status = ?2, reason = NULL, next_try_at = ?3, ended_at = NULL WHERE id = ?1")
		.bind(id, status, stub.clock)
		.run();
}

/** One hundred and fifty more, older ones. */
async function unreadable(stub: Stub): Promise<void> {
	for (let n = 100; n < 250; n++) await remediation(stub, "accepted", sampleId(n));
	stub.begin();
}

/** Three invocations: each goes on where the budget of the one before ended. */
async function sweepThrough(stub: Stub, sweep: typeof sweepDue): Promise<void> {
	let stopped_at: Awaited<ReturnType<typeof sweep>>["stopped_at"];
	for (let n = 0; n < 3; n++) {
		({ stopped_at } = await sweep(stub, stopped_at));
		stub.begin();
	}
}

/** The cron's sweeps for so many hours, one every ten minutes. */
async function sweepFor(stub: Stub, hours: number, step_ms = HOUR_MS): Promise<void> {
	for (const end = stub.clock + hours * HOUR_MS; stub.clock < end; stub.clock += step_ms) {
		stub.begin();
		await sweepDue(stub);
		await sweepOverdue(stub);
	}
}
