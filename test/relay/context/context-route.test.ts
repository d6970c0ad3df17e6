import { describe, expect, it } from "vitest";
import { contextSources } from "../../../relay/context/context-sources.ts";
import { readContextSettings } from "../../support/read-context-settings.ts";
import { servedRelay } from "../../support/relay-on-directory.ts";
import { oddServer } from "./odd-server.ts";

const INCIDENT = "0123456789abcdef0123456789abcdef";

describe("POST /v1/context", () => {
	it("answers each part in order, and logs its result", async () => {
		const prometheus = await oddServer((request, response) => {
			const time = Number(new URL(request.url ?? "", "http://x").searchParams.get("time"));
			const value = time * 1000 > Date.now() - 60_000 ? "4.5" : "1.5";
			const result = [{ metric: {}, value: [time, value] }];
			response.end(JSON.stringify({ status: "success", data: { resultType: "vector", result } }));
		});
		const { settings } = readContextSettings({
			PROMETHEUS_URL: `${prometheus.url}/prefix/`,
			PROMETHEUS_TOKEN: "t0ken",
		});
		const cluster = { ok: false, problem: "there is no cluster" } as const;
		const relay = await servedRelay({
			context: contextSources({ settings, cluster, ownNamespace: () => "cto", fetch }),
		});
		const body = JSON.stringify({
			incident_id: INCIDENT,
			sources: [
				{ name: "logs", from: "loki.query_range", with: { query: "{}" }, timeout_ms: 1_000 },
				{ name: "rate", from: "prometheus.query", with: { query: "errors" }, timeout_ms: 1_000 },
				{ name: "wrong", from: "prometheus.query", with: { qurey: "errors" }, timeout_ms: 1_000 },
			],
		});
		const response = await relay.post("/v1/context", body);
		expect([response.status, await response.json()]).toEqual([
			200,
			{
				results: [
					part("logs", "loki.query_range", { status: "skipped", why: "LOKI_URL is not set" }),
					part("rate", "prometheus.query", { status: "ok", data: { now: 4.5, before: 1.5, spike: true } }),
					part("wrong", "prometheus.query", {
						status: "failed",
						why: expect.stringMatching(/^invalid parameters: with\.query: .*; with does not take "qurey"$/),
					}),
				],
			},
		]);
		expect(prometheus.asked.map(({ url }) => url?.replace(/\d{10}\.?\d*/, "T"))).toEqual([
			"/prefix/api/v1/query?query=errors%7Bnamespace%3D%22cto%22%7D&time=T",
			"/prefix/api/v1/query?query=errors%7Bnamespace%3D%22cto%22%7D&time=T",
		]);
		expect(relay.log).toMatchObject([
			{
				message: "context source answered",
				incident_id: INCIDENT,
				name: "logs",
				status: "skipped",
				reason: "LOKI_URL is not set",
			},
			{ message: "context source answered", incident_id: INCIDENT, name: "rate", status: "ok" },
			{ message: "context source answered", incident_id: INCIDENT, name: "wrong", status: "failed" },
		]);
		expect(JSON.stringify(relay.log)).not.toContain("t0ken");
		const metrics = await (await fetch(`${relay.url}/metrics`)).text();
		expect(metrics).toContain('healer_relay_context_parts_total{from="prometheus.query",status="ok"} 1');
	});

	it("refuses unsigned messages and unknown sources", async () => {
		const relay = await servedRelay();
		const unsigned = await relay.post("/v1/context", "{}", { "webhook-signature": "v1,AAAA" });
		expect(unsigned.status).toBe(401);
		expect((await fetch(`${relay.url}/v1/context`, { method: "POST", body: "{}" })).status).toBe(400);
		const sources = [{ name: "x", from: "http.get", with: { url: "http://evil" }, timeout_ms: 1 }];
		const other = await relay.post("/v1/context", JSON.stringify({ incident_id: INCIDENT, sources }));
		expect([other.status, await other.json()]).toEqual([
			422,
			{ error: "invalid", detail: "sources.0.from: invalid_value" },
		]);
	});
});

function part(name: string, from: string, result: object): object {
	return { name, from, took_ms: expect.any(Number), ...result };
}
