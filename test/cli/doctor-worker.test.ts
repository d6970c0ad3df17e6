import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, it, onTestFinished } from "vitest";
import { checkWorker } from "../../cli/doctor/checks/worker.ts";

type Answers = Readonly<Record<string, readonly [status: number, body: unknown]>>;

const nothingElse = { relay: undefined, webhookSecrets: [], wireSecrets: [], kubeconfig: undefined, namespace: "cto" };

/** The checks of a worker that answers like this. */
async function found(answers: Answers) {
	const server = createServer((request, response) => {
		const [status, body] = answers[request.url ?? ""] ?? [404, {}];
		response.writeHead(status).end(JSON.stringify(body));
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	onTestFinished(() => void server.close());
	const worker = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
	const checks = await checkWorker({ ...nothingElse, worker, apiTokens: [] });
	return checks.map(({ name, status, summary: says }) => [name, status, says.replace(worker, "WORKER")]);
}

const STATUS = { pipeline: "5fba3648128c1a53", refused_signatures: 0, delivery_queue: null };

it("says what to run when the worker refuses deliveries", async () => {
	const reason = "migrations missing: run `npx wrangler d1 migrations apply healer-journal --remote`";
	expect(await found({ "/health": [503, { status: "failing", reason }] })).toEqual([
		["worker", "missing", `WORKER refuses deliveries: ${reason}.`],
	]);
	expect(await found({ "/health": [503, { status: "failing" }] })).toEqual([
		["worker", "missing", "WORKER refuses deliveries: no reason given."],
	]);
});

it("reports a worker whose deliveries wait in the queue as missing", async () => {
	const reason = "deliveries wait in the queue: the journal does not answer in time";
	expect(await found({ "/health": [200, { status: "degraded", reason }] })).toEqual([
		["worker", "missing", `WORKER does not write its journal: ${reason}.`],
	]);
});

it("shows refused signatures and waiting deliveries, if any", async () => {
	const health = [200, { status: "ok" }] as const;
	const lines = async (status: object) =>
		(await found({ "/health": health, "/api/status": [200, status] })).slice(0, 4);
	const delivery_queue = { waiting: 3, oldest_at: "2026-11-28T10:00:00.000Z" };
	expect(await lines({ ...STATUS, refused_signatures: 12, delivery_queue })).toEqual([
		["worker", "ok", "WORKER writes its journal."],
		["active pipeline", "ok", "5fba3648128c."],
		[
			"refused signatures",
			"ok",
			"12 so far. If the GitHub App shows 401 for its deliveries, its webhook secret differs.",
		],
		["waiting deliveries", "ok", "3 waiting for the journal, the oldest since 2026-11-28T10:00:00.000Z."],
	]);
	expect((await lines(STATUS)).map(([name]) => name)).toEqual([
		"worker",
		"active pipeline",
		"sensor's token",
		"GitHub's signature",
	]);
});
