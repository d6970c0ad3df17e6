import { expect, it } from "vitest";
import { sweepDue } from "../../worker/dispatch/due-incidents.ts";
import { countedJournal, type Rows } from "./support/counted-journal.ts";
import { failedJob, failedRun } from "./support/failed-job.ts";
import { agentSucceeds, deliver, hub, run, statusOf } from "./support/shipped-hub.ts";

/** As docs/deploy.md, What it costs, has it: raise both together. The sweeps between the steps are counted, too. */
const ROWS = { incident: { read: 800, written: 160 }, ignored: { read: 50, written: 5 } };

it("costs at most the D1 rows that docs/deploy.md names, for an incident and for an ignored delivery", async () => {
	const stub = await hub();
	const { journal, take } = countedJournal(stub.journal as D1Database);
	Object.assign(stub, { journal });

	const opened = await deliver(stub, "workflow_job", failedJob());
	const incident_id = "incident_id" in opened ? String(opened.incident_id) : "";
	// What GitHub also reports of one failed run: its other jobs, and the run itself.
	for (const job_id of [8, 9, 10]) await deliver(stub, "workflow_job", failedJob({ job_id }));
	await deliver(stub, "workflow_run", failedRun());
	stub.clock += 10_000;
	await sweepDue(stub);
	await agentSucceeds(stub, { incident_id });
	await deliver(stub, "workflow_run", run(2, { conclusion: "success", head_branch: "fix/parser" }));
	expect((await statusOf(stub, { incident_id })).status).toBe("awaiting_ci");
	expectAtMost(take(), ROWS.incident);

	// The dearest kind: it is an incident until a filter refuses it.
	const head_repository = { full_name: "stranger/fork", id: 2 };
	const ignored = await deliver(stub, "workflow_run", run(3, { head_branch: "x", head_repository }));
	expect(ignored).toMatchObject({ status: "ignored" });
	expectAtMost(take(), ROWS.ignored);
});

/** And at least a third of it: figures that are far too high are as wrong. */
function expectAtMost(rows: Rows, most: Pick<Rows, "read" | "written">): void {
	for (const kind of ["read", "written"] as const) {
		expect(rows[kind], `rows ${kind}`).toBeLessThanOrEqual(most[kind]);
		expect(rows[kind], `rows ${kind}`).toBeGreaterThanOrEqual(most[kind] / 3);
	}
}
