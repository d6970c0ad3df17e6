import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { FiringAlerts } from "../../../pipeline/context.ts";
import { startAlertmanager } from "../servers/alertmanager.ts";
import type { RunningServer } from "../servers/running-server.ts";
import { askSource, BRANCHES } from "./support.ts";

const TOKEN = "glsa_of-the-tests";
const STARTED = "2026-01-02T03:04:05.000Z";

/** Grafana itself is not available as a program; its alerts are served by an Alertmanager, below Grafana's path. */
describe("grafana.alerts, from a real Alertmanager behind Grafana's paths", () => {
	let alertmanager: RunningServer;
	let grafana: Server;
	let url: string;
	let search: (wanted: URLSearchParams) => unknown = () => [];
	beforeAll(async () => {
		alertmanager = await startAlertmanager();
		grafana = createServer((request, response) => void answer(request, response, alertmanager.url, search));
		await new Promise<void>((resolve) => grafana.listen(0, "127.0.0.1", resolve));
		url = `http://127.0.0.1:${(grafana.address() as AddressInfo).port}/grafana`;
		await post(`${alertmanager.url}/api/v2/alerts`, [
			alert({ alertname: "HighErrorRate", namespace: "cto", severity: "critical" }, { summary: "Too many\nerrors" }),
			{ ...alert({ alertname: "Silenced", namespace: "cto" }), startsAt: "2026-01-02T03:04:06.000Z" },
			{ ...alert({ alertname: "Over", namespace: "cto" }), endsAt: "2026-01-03T00:00:00.000Z" },
			alert({ alertname: "Elsewhere", namespace: "other" }, { description: "Only described" }),
			...BRANCHES.map((branch, at) => alert({ alertname: `Branch${at}`, branch })),
		]);
		await post(`${alertmanager.url}/api/v2/silences`, {
			matchers: [{ name: "alertname", value: "Silenced", isRegex: false, isEqual: true }],
			...{ startsAt: new Date().toISOString(), endsAt: new Date(Date.now() + 3_600_000).toISOString() },
			...{ createdBy: "the tests", comment: "not to be seen" },
		});
	}, 120_000);
	afterAll(async () => {
		grafana.close();
		await alertmanager.stop();
	});
	const ask = (parameters: Readonly<Record<string, unknown>>, token = TOKEN) =>
		askSource("grafana.alerts", parameters, {
			env: { GRAFANA_URL: url, GRAFANA_TOKEN: token, HEALER_QUERY_NAMESPACES: "*" },
		});

	it("shows firing alerts with labels and summary, but not silenced or resolved ones", async () => {
		await expect
			.poll(() => ask({ labels: { alertname: "Silenced" } }), { timeout: 20_000 })
			.toEqual({ status: "empty" });
		expect(await ask({ labels: { namespace: "cto" } })).toEqual({
			status: "ok",
			data: {
				alerts: [`HighErrorRate (namespace=cto, severity=critical) since ${STARTED}: Too many\\nerrors`],
				dashboards: [],
			} satisfies FiringAlerts,
		});
		expect(await ask({ labels: { namespace: "other" } })).toMatchObject({
			data: { alerts: [`Elsewhere (namespace=other) since ${STARTED}: Only described`] },
		});
	});

	it("shows only alerts of the relay's namespaces", async () => {
		const env = { GRAFANA_URL: url, GRAFANA_TOKEN: TOKEN };
		const all = await askSource("grafana.alerts", {}, { env, own: "other" });
		expect(all).toMatchObject({ data: { alerts: [expect.stringContaining("Elsewhere")] } });
		const labels = { namespace: "cto" };
		expect(await askSource("grafana.alerts", { labels }, { env, own: "other" })).toEqual({ status: "empty" });
	});

	it.each([...BRANCHES.entries()])("finds only the alert of one branch (%i: %j)", async (at, branch) => {
		const answer = await ask({ labels: { branch } });
		expect(answer).toMatchObject({ data: { alerts: [expect.stringMatching(new RegExp(`^Branch${at} `))] } });
	});

	it("shows dashboards only with addresses on Grafana", async () => {
		search = (wanted) => {
			expect(Object.fromEntries(wanted)).toEqual({ type: "dash-db", query: "cto & more", limit: "10" });
			return [
				{ id: 1, uid: "a", title: "cto overview", url: "/grafana/d/a/cto-overview", type: "dash-db", tags: [] },
				{ id: 2, uid: "b", title: "elsewhere", url: "//evil.example/d/b", type: "dash-db", tags: [] },
			];
		};
		expect(await ask({ labels: { namespace: "nowhere" }, dashboards: "cto & more" })).toEqual({
			status: "ok",
			data: {
				alerts: [],
				dashboards: [`cto overview ${new URL("/grafana/d/a/cto-overview", url).href}`, "elsewhere"],
			} satisfies FiringAlerts,
		});
	});

	it("shows the alerts although the search fails, and reports that", async () => {
		search = () => ({ message: "search is broken" });
		expect(await ask({ labels: { namespace: "cto" }, dashboards: "x" })).toMatchObject({
			status: "ok",
			data: { alerts: [expect.stringContaining("HighErrorRate")], dashboards: [] },
			incomplete: "Grafana sent an unexpected answer: (root)",
		});
	});

	it("reports a rejected token", async () => {
		expect(await ask({}, "another")).toEqual({ status: "failed", why: "Grafana answered 401: Invalid API key" });
	});
});

async function answer(
	{ url = "", headers }: IncomingMessage,
	response: ServerResponse,
	alertmanager: string,
	search: (wanted: URLSearchParams) => unknown,
): Promise<void> {
	const asked = new URL(url, "http://grafana");
	response.setHeader("content-type", "application/json");
	if (headers.authorization !== `Bearer ${TOKEN}`) {
		return void response.writeHead(401).end('{"message":"Invalid API key"}');
	}
	if (asked.pathname === "/grafana/api/search") {
		return void response.end(JSON.stringify(search(asked.searchParams)));
	}
	if (asked.pathname !== "/grafana/api/alertmanager/grafana/api/v2/alerts") {
		return void response.writeHead(404).end('{"message":"Not found"}');
	}
	const passed = await fetch(`${alertmanager}/api/v2/alerts${asked.search}`);
	response.writeHead(passed.status).end(await passed.text());
}

function alert(labels: Record<string, string>, annotations: Record<string, string> = {}) {
	return { labels, annotations, startsAt: STARTED, endsAt: new Date(Date.now() + 3_600_000).toISOString() };
}

async function post(url: string, body: unknown): Promise<void> {
	const headers = { "content-type": "application/json" };
	const response = await fetch(url, { method: "POST", headers, body: JSON.stringify(body) });
	if (!response.ok) throw new Error(`${url} answered ${response.status}: ${await response.text()}`);
}
