import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import bundled from "../../../dist/pipeline.json";
import { type Artefact, artefactVersion } from "../../../pipeline/index.ts";
import { currentEngine, invalidateEngine } from "../../../worker/engine.ts";
import { storePipeline } from "../../../worker/journal/pipelines.ts";
import { publishPipeline } from "../../../worker/published-pipeline.ts";
import { failedJob } from "../support/failed-job.ts";
import { signedDelivery } from "../support/signed-delivery.ts";
import { stubEffects } from "../support/stub-effects.ts";
import { type Answer, fireCron, get, post, send } from "../support/worker.ts";

/**
 * The shipped pipeline with other settings, without what it knows of tools and logs: the worker checks that in a fraction of the time.
 * Under the version that these make.
 */
function edited(repositories: readonly string[]): Artefact {
	const settings = { ...bundled.settings, repositories };
	const rules = { classify: bundled.classify.slice(-1), route: bundled.route.slice(-1), tools: [], log_patterns: [] };
	const { version: _, ...rest } = { ...bundled, settings, ...rules };
	return { ...rest, version: artefactVersion(rest) ?? "" };
}

const FIRST = edited(["5dlabs/cto", "octo/first"]);
const SECOND = edited(["octo-org/*"]);

function put(body: unknown, headers: Readonly<Record<string, string>> = {}, query = ""): Promise<Answer> {
	const request = new Request(`http://127.0.0.1:8787/api/pipeline${query}`, {
		method: "PUT",
		headers: { authorization: `Bearer ${env.HEALER_API_TOKEN}`, ...headers },
		body: typeof body === "string" ? body : JSON.stringify(body),
	});
	return send(request);
}

async function activeVersion(): Promise<unknown> {
	return (await send(get("/api/status"))).body.pipeline;
}

function rollBack(body: unknown = ""): Promise<Answer> {
	return send(post("/api/pipeline/rollback", body));
}

// What one test put in force is not what the next one finds: the isolate would remember it for a moment.
describe("pushPipeline", () => {
	it("puts an artefact in force at once, and the journal names it with what it read", async () => {
		expect(await activeVersion()).toBe(bundled.version);
		expect(await put(SECOND)).toMatchObject({ status: 200, body: { version: SECOND.version, before: "bundled" } });
		expect(await activeVersion()).toBe(SECOND.version);
		expect((await send(signedDelivery(failedJob()))).body.status).toBe("ignored");
		const taken = await send(signedDelivery(failedJob({ repository: "octo-org/api" })));
		const shown = await send(get(`/api/incidents/${taken.body.incident_id}`));
		expect(shown.body.pipeline).toBe(SECOND.version);
	});

	it("keeps the last 20 versions, newest first, each once", async () => {
		const many = Array.from({ length: 21 }, (_, n) => edited([`octo/repository-${n}`]));
		// Checking what is pushed takes longest: the worker does that for the last ones.
		for (const [n, artefact] of many.slice(0, 18).entries()) {
			await storePipeline(env.JOURNAL, artefact, Date.now() - 60_000 + n);
			await publishPipeline(env.JOURNAL, env.DEDUP);
		}
		for (const artefact of [...many.slice(18), many[20], many[5]]) await put(artefact);
		const { versions } = (await send(get("/api/pipeline"))).body as { versions: { version: string }[] };
		expect(versions).toHaveLength(20);
		expect(versions.slice(0, 3).map(({ version }) => version)).toEqual(
			[many[5], many[20], many[19]].map((artefact) => artefact?.version),
		);
		expect(versions[0]).toMatchObject({ active: true, pushed_at: expect.stringMatching(/^20\d\d-.*Z$/) });
		const kept = await env.DEDUP.list({ prefix: "artefact:" });
		expect(kept.keys).toHaveLength(20);
		expect(await env.DEDUP.get("active_pipeline")).toBe(versions[0]?.version);
	});

	it("records who pushed and why: the caller if the push does not say, and the latest push of a version", async () => {
		await put(FIRST);
		const said = {
			author: "Octo Cat",
			message: " Send\n\u001b[31mRust to rex; ghp_0123456789abcdefghijABCDEFGHIJ012345",
		};
		await put(SECOND, {}, `?${new URLSearchParams(said)}`);
		const { versions } = (await send(get("/api/pipeline"))).body as { versions: Record<string, unknown>[] };
		expect(versions).toMatchObject([
			{
				version: SECOND.version,
				author: "Octo Cat",
				message: expect.stringMatching(/^Send \[31mRust to rex; \[redacted[^\]]*\]$/),
				active: true,
			},
			{ version: FIRST.version, author: "the API token", message: null, active: false },
		]);
		expect((await send(get("/api/status"))).body.pipelines).toEqual(versions);
		await put(SECOND, {}, "?message=Again");
		expect((await send(get("/api/pipeline"))).body.versions).toMatchObject([
			{ version: SECOND.version, author: "the API token", message: "Again" },
			{ version: FIRST.version },
		]);
	});

	it.each([
		["author", 101],
		["message", 1001],
	])("refuses an %s of %i characters", async (name, length) => {
		const refused = await put(FIRST, {}, `?${name}=${"x".repeat(length)}`);
		expect(refused).toMatchObject({ status: 400, body: { error: `${name} has more than ${length - 1} characters` } });
		expect((await send(get("/api/pipeline"))).body.versions).toEqual([]);
	});

	it.each<[string, unknown, string]>([
		["text that is not JSON", "{", "it has no version"],
		["a list", [], "it has no version"],
		["one that was changed after it was built", { ...FIRST, agents: {} }, "its version is not the hash of its content"],
		["one that was cut", { version: FIRST.version }, "its version is not the hash of its content"],
	])("refuses %s, and the last good one stays", async (_, body, reason) => {
		await put(FIRST);
		const refused = await put(body);
		expect(refused.status).toBe(400);
		expect(refused.body.error).toContain(reason);
		expect(await activeVersion()).toBe(FIRST.version);
	});

	it.each<[string, (artefact: Artefact) => object, string]>([
		[
			"without an agent that it routes to",
			(artefact) => ({ ...artefact, agents: {} }),
			"an agent that it does not have",
		],
		["without a part", ({ dedup: _, ...artefact }) => artefact, "it does not load"],
		[
			"with an expression that does not parse",
			(artefact) => ({ ...artefact, filters: [{ name: "x", keep: "a = (" }] }),
			"a = (",
		],
		[
			"with a prompt that does not parse",
			(artefact) => ({ ...artefact, prompts: { ...artefact.prompts, "rust-fix": "{{#a}}" } }),
			"it does not load",
		],
		[
			"with a regex that RE2 does not take",
			(artefact) => ({
				...artefact,
				log_patterns: [{ pattern: { kind: "regex", source: "(?=x)", flags: "" }, literals: ["x"] }],
			}),
			"it does not load",
		],
	])("refuses one %s, though its hash is right", async (_, change, reason) => {
		const { version: _old, ...rest } = change(FIRST) as Artefact;
		const refused = await put({ ...rest, version: artefactVersion(rest) });
		expect(refused.status).toBe(400);
		expect(refused.body.error).toContain(reason);
		expect(await activeVersion()).toBe(bundled.version);
	});

	it("refuses who has no token, also on loopback, and a body that is too large", async () => {
		expect((await put(FIRST, { authorization: "Bearer wrong" })).status).toBe(401);
		expect((await put(`"${"x".repeat(1_500_000)}"`)).status).toBe(413);
		expect((await send(get("/api/pipeline"))).body).toMatchObject({ active: "bundled", versions: [] });
	});
});

describe("rollBackPipeline", () => {
	it("goes back push by push, to the bundled one at last, and no further", async () => {
		await put(FIRST);
		await put(SECOND);
		expect((await rollBack()).body).toEqual({ version: FIRST.version, before: SECOND.version });
		expect(await activeVersion()).toBe(FIRST.version);
		expect((await rollBack()).body).toEqual({ version: "bundled", before: FIRST.version });
		expect(await activeVersion()).toBe(bundled.version);
		expect((await rollBack()).status).toBe(409);
	});

	it("goes to the version that it is told, also forward", async () => {
		await put(FIRST);
		await put(SECOND);
		expect((await rollBack({ to: "bundled" })).status).toBe(200);
		expect((await rollBack({ to: SECOND.version })).body).toEqual({ version: SECOND.version, before: "bundled" });
		expect(await activeVersion()).toBe(SECOND.version);
	});

	it.each<[number, unknown]>([
		[404, { to: "0123456789abcdef" }],
		[400, { to: 1 }],
		[400, { version: FIRST.version }],
		[400, "no JSON"],
	])("answers %i to %j, and nothing changes", async (status, body) => {
		await put(FIRST);
		expect((await rollBack(body)).status).toBe(status);
		expect(await activeVersion()).toBe(FIRST.version);
	});

	it("refuses who has no token", async () => {
		expect((await send(post("/api/pipeline/rollback", {}, { authorization: "" }))).status).toBe(401);
	});
});

describe("currentEngine", () => {
	it("keeps the last good one when KV names one that is not there or does not load", async () => {
		await put(FIRST);
		expect(await activeVersion()).toBe(FIRST.version);
		await env.DEDUP.put("active_pipeline", "0123456789abcdef");
		invalidateEngine();
		expect(await activeVersion()).toBe(FIRST.version);
		await env.DEDUP.put("artefact:0123456789abcdef", '{"version":"0123456789abcdef"}');
		invalidateEngine();
		expect(await activeVersion()).toBe(FIRST.version);
	});

	it("checks KV again when the clock was set back", async () => {
		const { log } = stubEffects();
		await put(FIRST);
		const pushed = await currentEngine(env, 1_000_000, log);
		expect(pushed.version).toBe(FIRST.version);
		await env.DEDUP.delete("active_pipeline");
		expect((await currentEngine(env, 1_000_100, log)).version).toBe(FIRST.version);
		expect((await currentEngine(env, 0, log)).version).toBe(bundled.version);
	});

	it("comes back within a sweep when KV was wiped", async () => {
		await put(FIRST);
		for (const { name } of (await env.DEDUP.list()).keys) await env.DEDUP.delete(name);
		await fireCron();
		invalidateEngine();
		expect(await activeVersion()).toBe(FIRST.version);
	});
});
