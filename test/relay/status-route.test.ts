import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { finishCodeRun } from "../../relay/cluster/directory/finish-coderun.ts";
import { finishedFiles } from "../../relay/cluster/directory/finished-files.ts";
import { memoryCluster } from "../support/memory-cluster.ts";
import { type ServedRelay, servedRelay } from "../support/relay-on-directory.ts";
import { spawnRequest } from "../support/spawn-request.ts";
import { virtualClock } from "../support/virtual-clock.ts";

const ID = "0123456789abcdef0123456789abcdef";
const NAME = "healer-ci-rex-ed573f914714fbca";
const NOON = Date.UTC(2026, 10, 22, 12);

const SUCCEEDED = {
	coderun_name: NAME,
	incident_id: ID,
	attempt: 1,
	phase: "Succeeded",
	pull_request_url: null,
	message: null,
	started_at: expect.stringMatching(/^\d{4}-/),
	finished_at: "2026-11-22T12:00:00.000Z",
};

async function statusOf(relay: ServedRelay, changes: object = {}): Promise<{ status: number; body: unknown }> {
	const asked = { incident_id: ID, attempt: 1, coderun_name: NAME, ...changes };
	const response = await relay.post("/v1/coderuns/status", JSON.stringify(asked));
	return { status: response.status, body: await response.json() };
}

describe("POST /v1/coderuns/status", () => {
	it("answers running, then the same outcome as posted to the worker, even after that was accepted", async () => {
		const relay = await servedRelay();
		await relay.spawn(spawnRequest());
		expect(await statusOf(relay)).toEqual({ status: 200, body: { state: "running", coderun_name: NAME } });

		await finishCodeRun(relay.state, NAME, "Succeeded", NOON);
		expect(await statusOf(relay)).toEqual({ status: 200, body: { state: "ended", outcome: SUCCEEDED } });

		await finishedFiles(relay.state).markReported(NAME);
		expect((await statusOf(relay)).body).toEqual({ state: "ended", outcome: SUCCEEDED });
	});

	it("knows the outcome of a CodeRun that was reported and deleted afterwards", async () => {
		const relay = await servedRelay();
		await relay.spawn(spawnRequest());
		await finishCodeRun(relay.state, NAME, "Succeeded", NOON);
		await finishedFiles(relay.state).markReported(NAME);
		await rm(join(relay.state, "coderuns", `${NAME}.yaml`));
		expect((await statusOf(relay)).body).toEqual({ state: "ended", outcome: SUCCEEDED });
	});

	it("answers Deleted for one that was seen, is gone and was never reported, or was marked by an older version", async () => {
		const relay = await servedRelay();
		await relay.spawn(spawnRequest());
		await rm(join(relay.state, "coderuns", `${NAME}.yaml`));
		const deleted = {
			...SUCCEEDED,
			phase: "Deleted",
			message: "the CodeRun was deleted before it finished",
			started_at: null,
			finished_at: null,
		};
		expect((await statusOf(relay)).body).toEqual({ state: "ended", outcome: deleted });
		await writeFile(join(relay.state, "reported", NAME), "");
		expect((await statusOf(relay)).body).toEqual({ state: "ended", outcome: deleted });
	});

	it("answers gone when there is neither a CodeRun nor a claim of that attempt", async () => {
		const relay = await servedRelay();
		expect(await statusOf(relay)).toEqual({ status: 200, body: { state: "gone" } });
	});

	it("reveals nothing about another incident's or attempt's CodeRun, whatever name is requested", async () => {
		const relay = await servedRelay();
		await relay.spawn(spawnRequest());
		expect((await statusOf(relay, { incident_id: "f".repeat(32) })).body).toEqual({ state: "gone" });
		expect((await statusOf(relay, { attempt: 2 })).body).toEqual({ state: "gone" });
	});

	it("finds the attempt's CodeRun under the name that it was created with", async () => {
		const relay = await servedRelay();
		await relay.spawn(spawnRequest());
		const asked = { coderun_name: "healer-ci-blaze-ed573f914714fbca" };
		expect((await statusOf(relay, asked)).body).toEqual({ state: "running", coderun_name: NAME });
	});

	it("does not answer gone while a request in flight may still create it", async () => {
		const clock = virtualClock();
		const cluster = { ...memoryCluster(), createCodeRun: async () => ({ kind: "unavailable", why: "slow" }) as const };
		const relay = await servedRelay({ clock, cluster });
		expect((await relay.spawn(spawnRequest())).status).toBe(503);
		expect((await statusOf(relay)).status).toBe(503);
		clock.advance(41_000);
		expect(await statusOf(relay)).toEqual({ status: 200, body: { state: "gone" } });
	});

	it("refuses an unknown field", async () => {
		expect(await statusOf(await servedRelay(), { more: 1 })).toMatchObject({ status: 422, body: { error: "invalid" } });
	});
});
