import { expect, it } from "vitest";
import { processIncident } from "../../../worker/dispatch/process-incident.ts";
import { acceptDelivery } from "../../../worker/ingest/accept-delivery.ts";
import { failedRun } from "../support/failed-job.ts";
import { hub, REPOSITORY } from "../support/shipped-hub.ts";

/** The calls to the journal of one new failure: of its delivery, and from its lock to its CodeRun. A batch is one call. */
async function callsOf(
	branch: string,
	first_run: number,
): Promise<{ readonly taking: number; readonly sending: number }> {
	const stub = await hub();
	const take = async (of: string, run_id: number) => {
		const payload = { ...failedRun({ branch: of, run_id }), repository: REPOSITORY };
		const delivery = { event: "workflow_run", delivery_id: `d-${run_id}`, payload };
		return await acceptDelivery(stub, delivery, "github", stub.log);
	};
	// The repository is known, and the schema was checked.
	await take("another", first_run);
	stub.begin();
	const taken = await take(branch, first_run + 1);
	if (taken.status !== "accepted") throw new Error(taken.status);
	const taking = stub.spent().subrequests;
	stub.clock += 10_000;
	stub.begin();
	expect(await processIncident(stub, taken.incident_id)).toMatchObject({ state: "running", existed: false });
	return { taking, sending: stub.spent().subrequests };
}

it("asks the journal three times from an incident's lock to its CodeRun: to read, to decide, to conclude", async () => {
	expect(await callsOf("fix/parser", 1)).toEqual({ taking: 1, sending: 3 });
	// A branch that fixes are merged to: that none is open is checked in the transaction that writes the delivery.
	expect(await callsOf("main", 3)).toEqual({ taking: 1, sending: 3 });
});
