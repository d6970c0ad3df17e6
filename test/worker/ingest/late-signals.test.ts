import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { acceptDelivery } from "../../../worker/ingest/accept-delivery.ts";
import { keepForLater, writeLateSoon } from "../../../worker/ingest/late-signals.ts";
import { prepareDelivery } from "../../../worker/ingest/prepare-delivery.ts";
import { forgetQuiet } from "../../../worker/ingest/quiet-branches.ts";
import { hub, run } from "../support/shipped-hub.ts";

const REPOSITORY = { id: 1, full_name: "5dlabs/cto", default_branch: "main" };

type Hub = Awaited<ReturnType<typeof hub>>;

function green(run_id: number, branch: string) {
	const payload = {
		...run(run_id, { conclusion: "success", head_branch: branch, path: `.github/workflows/${run_id}.yml` }),
		repository: REPOSITORY,
	};
	return { event: "workflow_run", delivery_id: `green-${run_id}`, payload };
}

function red(run_id: number, branch: string) {
	const payload = { ...run(run_id, { head_branch: branch }), repository: REPOSITORY };
	return { event: "workflow_run", delivery_id: `red-${run_id}`, payload };
}

async function keep(stub: Hub, run_id: number, branch: string): Promise<boolean> {
	const prepared = await prepareDelivery(stub, green(run_id, branch), "github", stub.log);
	return prepared.ok && keepForLater(stub, prepared.delivery);
}

async function runsOf(branch: string): Promise<readonly unknown[]> {
	const select = "SELECT run_id FROM checks WHERE branch = ?1 ORDER BY run_id";
	return (await env.JOURNAL.prepare(select).bind(branch).all<{ run_id: string }>()).results.map(({ run_id }) => run_id);
}

beforeEach(forgetQuiet);

describe("a green check", () => {
	it("is written before its answer until the journal says that nothing is open there, then behind it", async () => {
		const stub = await hub();
		expect(await keep(stub, 11, "topic")).toBe(false);
		expect(await acceptDelivery(stub, green(11, "topic"), "github", stub.log)).toMatchObject({ status: "ignored" });

		expect(await keep(stub, 12, "topic")).toBe(true);
		expect(await keep(stub, 13, "topic")).toBe(true);
		expect(await keep(stub, 14, "other")).toBe(false);
		expect(await runsOf("topic")).toEqual(["11"]);
		await writeLateSoon(stub, stub.log);
		expect(await runsOf("topic")).toEqual(["11", "12", "13"]);
	});

	it("takes one call to the journal before its answer, as a failure does, and one for many behind it", async () => {
		const stub = await hub();
		await acceptDelivery(stub, green(51, "topic"), "github", stub.log);
		const calls = async (work: () => Promise<unknown>) => {
			stub.begin();
			await work();
			return stub.spent().subrequests;
		};
		expect(await calls(() => acceptDelivery(stub, green(52, "topic"), "github", stub.log))).toBe(1);
		for (const run_id of [53, 54, 55]) expect(await keep(stub, run_id, "topic")).toBe(true);
		// The other one writes the counts.
		expect(await calls(async () => await writeLateSoon(stub, stub.log))).toBe(2);
		expect(await calls(() => acceptDelivery(stub, red(56, "topic"), "github", stub.log))).toBe(1);
		expect(await calls(() => acceptDelivery(stub, red(56, "topic"), "github", stub.log))).toBe(1);
	});

	it("is written before its answer again once an incident is open, and when too much time has passed", async () => {
		const stub = await hub();
		await acceptDelivery(stub, green(21, "topic"), "github", stub.log);
		await acceptDelivery(stub, red(22, "topic"), "github", stub.log);
		expect(await keep(stub, 23, "topic")).toBe(false);

		await acceptDelivery(stub, green(24, "late"), "github", stub.log);
		stub.clock += 10_000;
		expect(await keep(stub, 25, "late")).toBe(false);
	});

	it("counts for an incident that was opened in between", async () => {
		const stub = await hub();
		await acceptDelivery(stub, green(31, "topic"), "github", stub.log);
		expect(await keep(stub, 32, "topic")).toBe(true);
		const opened = await acceptDelivery(stub, red(33, "topic"), "github", stub.log);
		await writeLateSoon(stub, stub.log);
		const recorded = "SELECT incident_id FROM recorded_deliveries WHERE delivery_id = 'green-32'";
		expect(opened).toMatchObject({
			status: "accepted",
			incident_id: await env.JOURNAL.prepare(recorded).first("incident_id"),
		});
	});

	it("is written by itself if the journal does not know the repository as was assumed", async () => {
		const stub = await hub();
		await acceptDelivery(stub, green(41, "topic"), "github", stub.log);
		expect(await keep(stub, 42, "topic")).toBe(true);
		await env.JOURNAL.prepare("DELETE FROM repositories").run();
		await writeLateSoon(stub, stub.log);
		expect(await runsOf("topic")).toEqual(["41", "42"]);
	});
});
