import { describe, expect, it } from "vitest";
import { sweepOverdue } from "../../../worker/dispatch/due-incidents.ts";
import { queryRunning } from "../../../worker/journal/attempts.ts";
import { findIncident } from "../../../worker/journal/incidents.ts";
import { reconcile } from "../../../worker/remediation/reconcile.ts";
import { attemptsOf, happen, passUntilQuiet, run, runningRemediation } from "../support/remediation-life.ts";
import { sampleId } from "../support/sample-incident.ts";
import { type Stub, stubEffects, timedOut } from "../support/stub-effects.ts";

const ID = sampleId(1);
const MINUTE_MS = 60_000;
// Two hours, and 30 minutes for the relay to end it and report that.
const OVERDUE_MS = 150 * MINUTE_MS;

async function running(changes: Partial<Stub> = {}): Promise<Stub> {
	const stub = Object.assign(stubEffects(), changes);
	await runningRemediation(stub, ID);
	return stub;
}

async function nextLook(stub: Stub): Promise<number> {
	const row = await findIncident(stub.journal, ID);
	return ((row?.next_try_at ?? Number.NaN) - stub.clock) / MINUTE_MS;
}

describe("a CodeRun whose end was not reported by its deadline", () => {
	it("is asked for, and not before", async () => {
		const stub = await running();
		stub.clock += OVERDUE_MS - 1;
		await reconcile(stub, ID);
		expect(stub.asked).toEqual([]);
		stub.clock += 1;
		stub.status = timedOut;
		await sweepOverdue(stub);
		expect(stub.asked).toEqual([{ incident_id: ID, attempt: 1, coderun_name: "healer-ci-rex-cffcb7abb411477e" }]);
		expect(await attemptsOf(stub, ID)).toMatchObject([{ outcome: "TimedOut", result: "timed_out" }]);
	});

	it.each([
		[
			"the relay cannot be queried",
			() => ({ ok: false, reason: "the relay answered 503" }) as const,
			"is in an unknown state (the relay answered 503)",
		],
		[
			"it still runs",
			() => ({ ok: true, status: { state: "running", coderun_name: "healer-ci-rex-cffcb7abb411477e" } }) as const,
			"is still running",
		],
	])(
		"waits while %s, longer each time, and is a person's after a day, without a second CodeRun",
		async (_, status, why) => {
			const stub = await running({ status });
			stub.clock += OVERDUE_MS;
			const waits: number[] = [];
			for (let looks = 0; looks < 9; looks++) {
				await sweepOverdue(stub);
				waits.push(await nextLook(stub));
				stub.clock += (waits.at(-1) ?? 0) * MINUTE_MS;
			}
			expect(waits).toEqual([1, 1, 2, 4, 8, 16, 32, 60, 60]);
			expect(stub.sent).toHaveLength(1);

			const row = await passUntilQuiet(stub, ID);
			expect(row).toMatchObject({ status: "escalated", attempt: 1 });
			expect(row.reason).toContain(`healer-ci-rex-cffcb7abb411477e ${why}`);
			expect(row.reason).toContain("a day after its deadline");
			expect(stub.sent).toHaveLength(1);
			expect(await attemptsOf(stub, ID)).toMatchObject([{ outcome: null, result: "timed_out" }]);
		},
	);

	it("counts as deleted when it is gone and nothing says how it ended", async () => {
		const stub = await running({ status: () => ({ ok: true, status: { state: "gone" } }) });
		stub.clock += OVERDUE_MS;
		await sweepOverdue(stub);
		expect(await attemptsOf(stub, ID)).toMatchObject([{ outcome: "Deleted", result: "deleted" }]);
		expect(await findIncident(stub.journal, ID)).toMatchObject({ status: "waiting", attempt: 2 });
	});

	it("need not be asked for when the check is green anyway", async () => {
		const stub = await running();
		stub.clock += OVERDUE_MS;
		await happen(stub, ID, run("success", 200, stub));
		expect(await findIncident(stub.journal, ID)).toMatchObject({ status: "fixed" });
		expect(stub.asked).toEqual([]);
	});

	it("is not asked for by every word of CI meanwhile", async () => {
		const stub = await running();
		stub.clock += OVERDUE_MS;
		await sweepOverdue(stub);
		for (const n of [200, 201, 202]) await happen(stub, ID, run("failure", n, stub));
		expect(stub.asked).toHaveLength(1);
	});
});

describe("a CodeRun that nothing has a deadline for", () => {
	it("is asked for every hour, for as long as it runs", async () => {
		const stub = await running({
			overdueAfterMs: undefined,
			status: ({ coderun_name }) => ({ ok: true, status: { state: "running", coderun_name } }),
		});
		expect(await nextLook(stub)).toBe(60);
		for (let hours = 1; hours <= 30; hours++) {
			stub.clock += 60 * MINUTE_MS;
			await sweepOverdue(stub);
			expect([stub.asked.length, await nextLook(stub)]).toEqual([hours, 60]);
		}
		expect(await findIncident(stub.journal, ID)).toMatchObject({ status: "running" });
	});

	it("is asked for when a hub starts, whatever its journal says", async () => {
		const stub = await running({ overdueAfterMs: undefined, status: timedOut });
		await sweepOverdue(stub);
		expect(stub.asked).toEqual([]);
		await queryRunning(stub.journal, stub.clock);
		await sweepOverdue(stub);
		expect(await attemptsOf(stub, ID)).toMatchObject([{ outcome: "TimedOut" }]);
	});
});
