import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, it, onTestFinished } from "vitest";
import { workerParts } from "../../cli/doctor/checks/worker.ts";
import { runParts } from "../../cli/doctor/part.ts";
import type { Places } from "../../cli/places.ts";

const NO_TOKENS = {
	HEALER_SENSOR_TOKENS: [],
	HEALER_READ_TOKENS: [],
	HEALER_OPERATE_TOKENS: [],
	HEALER_ADMIN_TOKENS: [],
	HEALER_API_TOKEN: [],
};

type Answers = Readonly<Record<string, readonly [status: number, body: unknown]>>;

const nothingElse = { relay: undefined, webhookSecrets: [], wireSecrets: [], kubeconfig: undefined, namespace: "cto" };

/** The checks of a worker that answers like this. */
async function found(answers: Answers, tokens: Partial<Places["tokens"]> = {}) {
	const server = createServer((request, response) => {
		const [status, body] = answers[request.url ?? ""] ?? [404, {}];
		response.writeHead(status).end(JSON.stringify(body));
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	onTestFinished(() => void server.close());
	const worker = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
	const checks = await runParts(workerParts({ ...nothingElse, worker, tokens: { ...NO_TOKENS, ...tokens } }));
	return checks.map(({ name, status, summary: says }) => [name, status, says.replace(worker, "WORKER")]);
}

const STATUS = { pipeline: "5fba3648128c1a53", refused_signatures: 0, delivery_queue: null };

it("says what to run when the worker refuses deliveries", async () => {
	const reason = "migrations missing: run `npx wrangler d1 migrations apply healer-journal --remote`";
	const [check, ...others] = await found({ "/health": [503, { status: "failing", reason }] });
	expect(check).toEqual(["worker", "failed", `WORKER refuses deliveries: ${reason}.`]);
	// It is asked for the rest all the same.
	expect(others).toEqual([
		["active pipeline", "unknown", "/api/status: it answered 404."],
		["sensor's token", "unknown", "not tested."],
		["GitHub's signature", "unknown", "not tested."],
		["wire, at the worker", "unknown", "not tested."],
	]);
	const [silent] = await found({ "/health": [503, { status: "failing" }] });
	expect(silent).toEqual(["worker", "failed", "WORKER refuses deliveries: no reason given."]);
});

it("reports a worker whose deliveries wait in the queue as failed", async () => {
	const reason = "deliveries wait in the queue: the journal does not answer in time";
	const [check] = await found({ "/health": [200, { status: "degraded", reason }] });
	expect(check).toEqual(["worker", "failed", `WORKER does not write its journal: ${reason}.`]);
});

it("shows refused signatures and waiting deliveries, if any", async () => {
	const health = [200, { status: "ok" }] as const;
	const lines = async (status: object) =>
		(await found({ "/health": health, "/api/status": [200, status] })).slice(0, 4);
	const delivery_queue = { waiting: 3, oldest_at: "2026-11-28T10:00:00.000Z" };
	expect(await lines({ ...STATUS, refused_signatures: 12, delivery_queue })).toEqual([
		["worker", "ok", "WORKER writes its journal."],
		["active pipeline", "unknown", "5fba3648128c, not compared."],
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

it("tries each token with what it is for, and the sensor's with more than that", async () => {
	const answers = (changes: Answers = {}) => ({
		"/health": [200, { status: "ok" }] as const,
		"/api/status": [200, STATUS] as const,
		"/api/remediate/ci-failure": [400, {}] as const,
		"/api/pause": [403, {}] as const,
		"/api/export?limit=0": [403, {}] as const,
		...changes,
	});
	const lines = async (given: Answers, tokens: Partial<Places["tokens"]>) =>
		(await found(given, tokens)).filter(([name]) => /token|sensor/.test(String(name)));
	const sensor = { HEALER_SENSOR_TOKENS: ["s1", "s2"] };
	expect(await lines(answers(), sensor)).toEqual([
		["sensor's token", "ok", "the worker accepts all 2."],
		["sensor's rights", "ok", "they report failures, and can do nothing else."],
	]);
	expect(await lines(answers({ "/api/export?limit=0": [400, {}] }), sensor)).toEqual([
		["sensor's token", "ok", "the worker accepts all 2."],
		["sensor's rights", "failed", "token 1 of HEALER_SENSOR_TOKENS may also administer."],
	]);
	const others = { HEALER_READ_TOKENS: ["r"], HEALER_OPERATE_TOKENS: ["o"], HEALER_ADMIN_TOKENS: ["a"] };
	expect(await lines(answers({ "/api/pause": [400, {}] }), others)).toEqual([
		["sensor's token", "unknown", "not tested."],
		["read tokens", "ok", "the worker accepts it."],
		["operate tokens", "ok", "the worker accepts it."],
		["admin tokens", "failed", "HEALER_ADMIN_TOKENS may not administer."],
	]);
});

it("reports that no controller starts CodeRuns", async () => {
	const status = { ...STATUS, not_starting: { since: "2026-11-28T10:00:00.000Z" } };
	const answers = { "/health": [200, { status: "ok" }], "/api/status": [200, status] } as const;
	expect((await found(answers)).slice(0, 3)).toEqual([
		["worker", "ok", "WORKER writes its journal."],
		["active pipeline", "unknown", "5fba3648128c, not compared."],
		["controller", "failed", "CodeRuns are created, and no controller has started one since 2026-11-28T10:00:00.000Z."],
	]);
});
