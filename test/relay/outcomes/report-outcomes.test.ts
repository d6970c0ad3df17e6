import { readdir } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { systemClock } from "../../../relay/clock.ts";
import { finishCodeRun } from "../../../relay/cluster/directory/finish-coderun.ts";
import { finishedFiles } from "../../../relay/cluster/directory/finished-files.ts";
import { createMetrics } from "../../../relay/metrics.ts";
import { reportOutcomes } from "../../../relay/outcomes/report-outcomes.ts";
import { verifyMessage } from "../../../wire/signature.ts";
import { SECRETS, servedRelay } from "../../support/relay-on-directory.ts";
import { spawnRequest } from "../../support/spawn-request.ts";

const NAME = "healer-ci-rex-ed573f914714fbca";
const NOON = Date.UTC(2026, 10, 22, 12);

describe("reportOutcomes", () => {
	it("posts a finished CodeRun, signed, until it is accepted, and not again after a restart", async () => {
		const relay = await servedRelay();
		await relay.spawn(spawnRequest());
		const worker = await standInWorker([503, 200]);
		const reporting = report(relay.state, worker.url);
		await reporting.looked(2);
		expect(worker.bodies).toEqual([]);
		await finishCodeRun(relay.state, NAME, "Succeeded", NOON);
		await vi.waitUntil(async () => (await readdir(join(relay.state, "reported"))).length > 0, { timeout: 10_000 });
		expect(worker.bodies).toHaveLength(2);
		expect(worker.bodies[1]).toEqual({
			coderun_name: NAME,
			incident_id: "0123456789abcdef0123456789abcdef",
			attempt: 1,
			phase: "Succeeded",
			pull_request_url: null,
			message: null,
			started_at: expect.stringMatching(/^\d{4}-/),
			finished_at: "2026-11-22T12:00:00.000Z",
		});
		await reporting.stop();

		const next = report(relay.state, worker.url);
		await next.looked(2);
		await next.stop();
		expect(worker.bodies).toHaveLength(2);
	});

	it("posts after a restart what finished while it was down", async () => {
		const relay = await servedRelay();
		await relay.spawn(spawnRequest());
		await finishCodeRun(relay.state, NAME, "Error", NOON);
		const worker = await standInWorker([200]);
		const reporting = report(relay.state, worker.url);
		await vi.waitUntil(() => worker.bodies.length > 0, { timeout: 10_000 });
		await reporting.stop();
		expect(worker.bodies).toMatchObject([{ phase: "Error" }]);
	});
});

function report(state: string, url: string) {
	const files = finishedFiles(state);
	let looks = 0;
	const reporting = reportOutcomes({
		finished: {
			...files,
			async listUnreported() {
				const listed = await files.listUnreported();
				looks++;
				return listed;
			},
		},
		url,
		secrets: SECRETS,
		clock: systemClock,
		fetch,
		log: () => {},
		metrics: createMetrics(),
		pollMs: 50,
	});
	onTestFinished(() => reporting.stop());
	/** Waits for this many more polls, and for the result of the last but one. */
	const looked = async (more: number) => {
		const until = looks + more;
		await vi.waitUntil(() => looks >= until, { timeout: 10_000 });
	};
	return { ...reporting, looked };
}

/** Answers with these statuses, repeating the last one; keeps the bodies with a valid signature. */
async function standInWorker(statuses: number[]): Promise<{ url: string; bodies: unknown[] }> {
	const bodies: unknown[] = [];
	const server = createServer((request, response) => {
		let body = "";
		request.on("data", (chunk: Buffer) => {
			body += chunk.toString();
		});
		request.on("end", () => {
			const headers = { get: (name: string) => String(request.headers[name] ?? "") };
			const verdict = verifyMessage(SECRETS, headers, body, Date.now() / 1000);
			if (verdict.ok && request.url === "/api/outcomes") bodies.push(JSON.parse(body));
			response.writeHead((statuses.length > 1 ? statuses.shift() : statuses[0]) ?? 200).end();
		});
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	onTestFinished(() => void server.close());
	const address = server.address();
	return { url: `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`, bodies };
}
