import { readdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { systemClock } from "../../relay/clock.ts";
import { directoryCluster } from "../../relay/cluster/directory/directory-cluster.ts";
import { finishCodeRun } from "../../relay/cluster/directory/finish-coderun.ts";
import { signMessage } from "../../wire/signature.ts";
import { memoryCluster } from "../support/memory-cluster.ts";
import { SECRETS, servedRelay, temporaryFolder } from "../support/relay-on-directory.ts";
import { spawnRequest } from "../support/spawn-request.ts";
import { virtualClock } from "../support/virtual-clock.ts";

const OTHER = "ffffffffffffffffffffffffffffffff";
const NAME = "healer-ci-rex-ed573f914714fbca";
const now = () => Math.floor(Date.now() / 1000);

describe("POST /v1/spawn", () => {
	it("reports why its cluster cannot be used, and its version", async () => {
		const why = "the API server does not know the relay's token";
		const unavailable = async () => ({ kind: "unavailable", cause: "unauthorized", why }) as const;
		const cluster = { ...(await directoryCluster(await temporaryFolder(), systemClock)), readClaim: unavailable };
		const relay = await servedRelay({ cluster: { ...cluster, createClaim: unavailable } });
		const response = await relay.post("/v1/spawn", JSON.stringify(spawnRequest()));
		expect(response.status).toBe(503);
		expect(await response.json()).toEqual({ error: "unavailable", cause: "unauthorized", detail: why });
		expect([response.headers.get("healer-version"), response.headers.get("healer-protocol")]).toEqual(["0.1.0", "3"]);
		expect(relay.log).toContainEqual(
			expect.objectContaining({ message: "spawn request answered", code: "unauthorized", reason: why }),
		);
	});

	it("creates one complete CodeRun with its identity", async () => {
		const relay = await servedRelay();
		expect(await relay.spawn(spawnRequest())).toEqual({ status: 200, body: { result: "created", coderun_name: NAME } });
		expect(await readdir(join(relay.state, "coderuns"))).toEqual([`${NAME}.yaml`]);
		const coderun: unknown = parse(await readFile(join(relay.state, "coderuns", `${NAME}.yaml`), "utf8"));
		expect(coderun).toMatchObject({
			apiVersion: "agents.platform/v1",
			kind: "CodeRun",
			metadata: {
				name: NAME,
				namespace: "cto",
				labels: { "app.kubernetes.io/name": "healer", "healer/agent": "rex", "healer/branch": "main" },
				annotations: {
					"healer/delivery-id": "72d3162e-cc78-11e3-81ab-4c9367dc0958",
					"healer/incident-id": "0123456789abcdef0123456789abcdef",
					"healer/attempt": "1",
				},
			},
			spec: { githubApp: "5DLabs-Rex", env: { PR_NUMBER: "0", TARGET_BRANCH: "main" } },
		});
	});

	it("answers a repeated request, and 20 at once, with the same CodeRun", async () => {
		const relay = await servedRelay();
		const answers = await Promise.all(Array.from({ length: 20 }, () => relay.spawn(spawnRequest())));
		expect(answers.filter(({ body }) => JSON.stringify(body).includes("created"))).toHaveLength(1);
		expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
		expect(await relay.spawn(spawnRequest())).toEqual({ status: 200, body: { result: "exists", coderun_name: NAME } });
		expect(await readdir(join(relay.state, "coderuns"))).toEqual([`${NAME}.yaml`]);
	});

	it("makes another incident of the same branch wait, and reports the holder and the earliest end", async () => {
		const relay = await servedRelay();
		await relay.spawn(spawnRequest());
		const { body } = await relay.spawn(spawnRequest({ incident_id: OTHER }));
		expect(body).toEqual({
			result: "held",
			by: "0123456789abcdef0123456789abcdef",
			claim: "branch",
			coderun_name: NAME,
			until: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
		});
		expect(await readdir(join(relay.state, "claims"))).toHaveLength(2);
	});

	it("makes the next attempt wait until the previous CodeRun has finished, and then refuses the previous attempt", async () => {
		const relay = await servedRelay();
		const second = spawnRequest({ attempt: 2 });
		await relay.spawn(spawnRequest());
		expect((await relay.spawn(second)).body).toEqual({
			result: "held",
			by: "0123456789abcdef0123456789abcdef",
			claim: "incident",
			coderun_name: NAME,
			until: null,
		});
		await finishCodeRun(relay.state, NAME, "Failed", Date.now());
		expect((await relay.spawn(second)).body).toMatchObject({ result: "created" });
		expect((await relay.spawn(spawnRequest())).body).toMatchObject({ result: "refused", reason: "earlier_attempt" });
	});

	it("counts the agent's unfinished CodeRuns when asked to", async () => {
		const relay = await servedRelay({ enforceMaxActive: true });
		const other = spawnRequest({ incident_id: OTHER, claims: [] });
		await relay.spawn(spawnRequest());
		expect((await relay.spawn(other)).body).toEqual({ result: "busy", agent: "rex", active: 1 });
		await finishCodeRun(relay.state, NAME, "Succeeded", Date.now());
		expect((await relay.spawn(other)).body).toMatchObject({ result: "created" });
	});

	it("does not recreate a deleted CodeRun", async () => {
		const relay = await servedRelay();
		await relay.spawn(spawnRequest());
		await rm(join(relay.state, "coderuns", `${NAME}.yaml`));
		expect((await relay.spawn(spawnRequest())).body).toEqual({ result: "exists", coderun_name: NAME });
		expect(await readdir(join(relay.state, "coderuns"))).toEqual([]);
	});

	it("answers 503 while the state folder cannot be read, and recovers afterwards", async () => {
		const relay = await servedRelay();
		await rename(join(relay.state, "coderuns"), join(relay.state, "away"));
		const refused = await relay.post("/v1/spawn", JSON.stringify(spawnRequest()));
		expect([refused.status, refused.headers.get("retry-after")]).toEqual([503, "5"]);
		expect((await fetch(`${relay.url}/readyz`)).status).toBe(503);
		await rename(join(relay.state, "away"), join(relay.state, "coderuns"));
		expect((await relay.spawn(spawnRequest())).body).toEqual({ result: "created", coderun_name: NAME });
	});

	describe("a request that a newer policy does not allow", () => {
		const refusal = {
			result: "refused",
			reason: "github_app_not_allowed",
			detail: "spec.githubApp 5DLabs-Rex is not in HEALER_GITHUB_APPS",
		};

		function changingPolicy() {
			const policy = { namespace: "cto", repositories: ["5dlabs/cto"], github_apps: ["5DLabs-Rex"] };
			return { policy, rename: () => policy.github_apps.splice(0, 1, "5DLabs-Rex2") };
		}

		it("is refused, and leaves no claim behind", async () => {
			const { policy, rename } = changingPolicy();
			rename();
			const relay = await servedRelay({ policy });
			expect(await relay.spawn(spawnRequest())).toEqual({ status: 200, body: refusal });
			expect(await readdir(join(relay.state, "claims"))).toEqual([]);
		});

		it("is answered `exists` when its CodeRun was created before, so a refusal proves that none was", async () => {
			const { policy, rename } = changingPolicy();
			const relay = await servedRelay({ policy });
			await relay.spawn(spawnRequest());
			rename();
			expect((await relay.spawn(spawnRequest())).body).toEqual({ result: "exists", coderun_name: NAME });
			await rm(join(relay.state, "coderuns", `${NAME}.yaml`));
			expect((await relay.spawn(spawnRequest())).body).toEqual({ result: "exists", coderun_name: NAME });
			expect(await relay.spawn(spawnRequest({ max_active: 7 }))).toEqual({ status: 409, body: { error: "replayed" } });
		});

		it("is refused only once no request in flight can create it any more", async () => {
			const { policy, rename } = changingPolicy();
			const clock = virtualClock();
			const cluster = {
				...memoryCluster(),
				createCodeRun: async () => ({ kind: "unavailable", why: "slow" }) as const,
			};
			const relay = await servedRelay({ policy, clock, cluster });
			expect((await relay.spawn(spawnRequest())).status).toBe(503);
			rename();
			expect((await relay.spawn(spawnRequest())).status).toBe(503);
			clock.advance(41_000);
			expect(await relay.spawn(spawnRequest())).toEqual({ status: 200, body: refusal });
		});
	});

	describe("refuses before processing", () => {
		const body = JSON.stringify(spawnRequest());
		const id = "0123456789abcdef0123456789abcdef.1";

		it.each<[string, string, Record<string, string>, number, string]>([
			["a missing header", body, { "webhook-signature": "" }, 400, "missing_header"],
			["a forged signature", body, { "webhook-signature": "v1,AAAA" }, 401, "forged"],
			["a changed body", body.replace("main", "mean"), signMessage(SECRETS, { id, at: now(), body }), 401, "forged"],
			[
				"another secret",
				body,
				signMessage(["whsec_YW5vdGhlciB3aXJlIHNlY3JldCBvZiB0aGUgdGVzdHM="], { id, at: now(), body }),
				401,
				"forged",
			],
			["an old message", body, signMessage(SECRETS, { id, at: now() - 400, body }), 403, "expired"],
			["a message of the future", body, signMessage(SECRETS, { id, at: now() + 400, body }), 425, "too_new"],
			["a time that is none", body, { "webhook-timestamp": "now" }, 412, "bad_timestamp"],
			["what is not JSON", "{", {}, 422, "not_json"],
			["another incident's id", body, signMessage(SECRETS, { id: `${id}0`, at: now(), body }), 422, "wrong_id"],
			["an unknown field", body.replace("{", '{"more":1,'), {}, 422, "invalid"],
		])("%s", async (_, sent, headers, status, error) => {
			const relay = await servedRelay();
			const response = await relay.post("/v1/spawn", sent, headers);
			expect([response.status, await response.json()]).toMatchObject([status, { error }]);
			expect(await readdir(join(relay.state, "claims"))).toEqual([]);
			expect(JSON.stringify(relay.log)).not.toContain("whsec_");
		});

		it("another body under a known webhook-id", async () => {
			const relay = await servedRelay();
			await relay.spawn(spawnRequest());
			const other = spawnRequest({ max_active: 7 });
			expect(await relay.spawn(other)).toEqual({ status: 409, body: { error: "replayed" } });
		});

		it("an oversized body, declared or streamed, without reading it all", async () => {
			const relay = await servedRelay();
			const declared = await relay.post("/v1/spawn", "x".repeat(1024 * 1024 + 1));
			expect([declared.status, await declared.json()]).toEqual([413, { error: "oversized" }]);
			let sent = 0;
			const endless = new ReadableStream<Uint8Array>({
				pull: (controller) => {
					sent += 65_536;
					if (sent > 200 * 1024 * 1024) controller.close();
					else controller.enqueue(new Uint8Array(65_536));
				},
			});
			// A server that stops reading may close the connection before the client has read its answer.
			const init: RequestInit & { duplex: "half" } = { method: "POST", body: endless, duplex: "half" };
			const status = await fetch(`${relay.url}/v1/spawn`, init).then(
				(response) => response.status,
				() => "closed",
			);
			expect([413, "closed"]).toContain(status);
			expect(sent).toBeLessThan(100 * 1024 * 1024);
			expect((await fetch(`${relay.url}/livez`)).status).toBe(200);
		});
	});

	it("logs ids and results, and neither the prompt nor a secret", async () => {
		const relay = await servedRelay();
		await relay.spawn(spawnRequest());
		expect(relay.log).toEqual([
			{
				level: "info",
				message: "spawn request answered",
				webhook_id: "0123456789abcdef0123456789abcdef.1",
				agent: "rex",
				coderun_name: NAME,
				delivery_id: "72d3162e-cc78-11e3-81ab-4c9367dc0958",
				result: "created",
			},
		]);
	});
});

describe("the other routes", () => {
	it("report liveness, readiness and metrics", async () => {
		const relay = await servedRelay();
		await relay.spawn(spawnRequest());
		expect((await fetch(`${relay.url}/livez`)).status).toBe(200);
		expect((await fetch(`${relay.url}/readyz`)).status).toBe(200);
		const metrics = await (await fetch(`${relay.url}/metrics`)).text();
		expect(metrics).toContain('healer_relay_spawn_results_total{result="created"} 1');
		expect(metrics).toContain('healer_relay_requests_total{route="spawn",status="200"} 1');
		expect((await fetch(`${relay.url}/nothing`)).status).toBe(404);
	});
});
