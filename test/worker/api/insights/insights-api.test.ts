import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { addDelivery } from "../../../../worker/journal/deliveries.ts";
import { failedJob } from "../../support/failed-job.ts";
import { sampleId, sampleIncident } from "../../support/sample-incident.ts";
import { signedDelivery } from "../../support/signed-delivery.ts";
import { stubRelay } from "../../support/stub-relay.ts";
import { fireCron, get, passTime, send } from "../../support/worker.ts";

describe("insightsApi", () => {
	it("tells of real deliveries, however often each came, within a week", async () => {
		stubRelay();
		for (const delivery of ["a", "a", "b"]) {
			await send(signedDelivery(failedJob({ repository: "5dlabs/cto" }), { delivery }));
		}
		await passTime();
		await fireCron();
		const { status, body } = await send(get("/api/insights"));
		expect(status).toBe(200);
		expect(body).toMatchObject({
			repository: null,
			total: {
				incidents: 1,
				attempts: 1,
				remediations: 0,
				fix_rate: null,
				duplicates: { prevented: 2, made: 0, rate: 1 },
			},
			by: { repository: [{ value: "5dlabs/cto", incidents: 1 }] },
			suggestions: [],
		});
	});

	it("counts an answer that the CodeRun is there already as a duplicate prevented", async () => {
		stubRelay().answer = (name) => ({ result: "exists", coderun_name: name });
		await send(signedDelivery(failedJob({ repository: "5dlabs/cto" })));
		await passTime();
		await fireCron();
		const { body } = await send(get("/api/insights"));
		expect(body).toMatchObject({ total: { attempts: 1, duplicates: { prevented: 1 } } });
	});

	it("counts from a length of time back or from a moment on, of one repository", async () => {
		const day = 86_400_000;
		for (const [n, ago] of [0, 3, 10].entries()) {
			await addDelivery(env.JOURNAL, {
				incident: sampleIncident({ id: sampleId(n), repository: n === 0 ? "a/b" : "a/c" }),
				identity: "x",
				explanation: { pipeline: "v", stages: [] },
				dueAt: 0,
				now: Date.now() - ago * day,
			});
		}
		const count = async (query: string) => (await send(get(`/api/insights${query}`))).body.total;
		expect(await count("")).toMatchObject({ incidents: 2 });
		expect(await count("?since=24h")).toMatchObject({ incidents: 1 });
		expect(await count(`?since=${new Date(Date.now() - 11 * day).toISOString()}`)).toMatchObject({ incidents: 3 });
		expect(await count("?since=30d&repository=a/c")).toMatchObject({ incidents: 2 });
	});

	it.each(["0d", "367d", "7w", "yesterday", "2026-13-45", "-1d"])("refuses since=%s", async (since) => {
		expect((await send(get(`/api/insights?since=${since}`))).status).toBe(400);
	});

	it("asks readers from elsewhere for a token", async () => {
		const away = () => new Request("https://healer.example.com/api/insights");
		expect((await send(away())).status).toBe(401);
	});
});
