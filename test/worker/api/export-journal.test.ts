import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { failedJob } from "../support/failed-job.ts";
import { signedDelivery } from "../support/signed-delivery.ts";
import { stubRelay } from "../support/stub-relay.ts";
import { type Answer, fireCron, get, passTime, send } from "../support/worker.ts";

function exported(query = ""): Promise<Answer> {
	return send(get(`/api/export?with=journal${query}`, { authorization: `Bearer ${env.HEALER_API_TOKEN}` }));
}

describe("exportJournalPage", () => {
	it("gives each incident with its explanation, attempts, timeline and deliveries, and no prompt", async () => {
		stubRelay();
		for (const delivery of ["d-1", "d-1", "d-2"]) {
			await send(signedDelivery(failedJob({ repository: "5dlabs/cto" }), { delivery }));
		}
		await passTime();
		await fireCron();
		const { body } = await exported();
		const iso = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
		expect(body).toMatchObject({
			journal: [
				{
					id: expect.stringMatching(/^[0-9a-f]{32}$/),
					status: "running",
					created_at: iso,
					paused: 0,
					escalation_status: null,
					incident: { repository: "5dlabs/cto", delivery_id: "d-1" },
					explanation: { stages: expect.arrayContaining([expect.objectContaining({ stage: "route" })]) },
					context: { job_logs: { status: "skipped" } },
					attempts: [
						{ attempt: 1, agent: "rex", decided_at: iso, spawned_at: iso, existed: 0, refused: null, ask_at: null },
					],
					transitions: [{ event: "spawned", from_status: "accepted", to_status: "running", at: iso }],
					deliveries: [
						{ delivery_id: "d-1", event: "workflow_job", received_at: iso, times: 2 },
						{ delivery_id: "d-2", times: 1 },
					],
				},
			],
			more: false,
		});
		expect(JSON.stringify(body)).not.toContain("promptModification");
		expect(Object.keys(Object(body.journal)[0])).not.toContain("lock");
	});

	it("goes on behind a cursor, the oldest first, and finds what began since the end", async () => {
		const begin = (n: number) =>
			env.JOURNAL.prepare(
				`INSERT INTO incidents (id, status, kind, event, repository, identity, incident, explanation, pipeline, created_at, updated_at)
				VALUES (?1, 'accepted', 'ci', 'workflow_job', 'a/b', 'x', '{}', '{}', 'v', ?2, ?2)`,
			)
				.bind(String(n).padStart(32, "0"), Date.parse("2026-11-01T00:00:00Z") + n * 60_000)
				.run();
		for (const n of [3, 1, 2]) await begin(n);
		const idsOf = ({ body }: Answer) => (body.journal as { id: string }[]).map(({ id }) => Number(id));
		const first = await exported("&limit=2");
		const second = await exported(`&limit=2&cursor=${first.body.last}`);
		expect([idsOf(first), first.body.more, idsOf(second), second.body.more]).toEqual([[1, 2], true, [3], false]);
		const nothing = await exported(`&cursor=${second.body.last}`);
		expect(nothing.body).toEqual({ journal: [], last: null, more: false });
		await begin(4);
		expect(idsOf(await exported(`&cursor=${second.body.last}`))).toEqual([4]);
		expect(idsOf(await exported("&since=2026-11-01T00:02:00Z"))).toEqual([2, 3, 4]);
	});

	it("refuses who has no token, also on loopback, and what it does not know", async () => {
		expect((await send(get("/api/export?with=journal"))).status).toBe(401);
		expect((await exported("&since=soon")).status).toBe(400);
		expect((await exported("&cursor=x")).status).toBe(400);
		const other = get("/api/export?with=secrets", { authorization: `Bearer ${env.HEALER_API_TOKEN}` });
		expect((await send(other)).status).toBe(400);
	});
});
