import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { IncidentDetail, TitledIncident } from "../../worker/api/shapes.ts";
import { DEMO_WITHIN_MS, type DemoProcess, startDemo } from "./demo-process.ts";
import { eventually } from "./eventually.ts";

/** Every status that lasts: `accepted` is over within seconds. */
const STATUSES = [
	"awaiting_approval",
	"awaiting_ci",
	"awaiting_merge",
	"cancelled",
	"dead",
	"escalated",
	"failed",
	"fixed",
	"grouped",
	"observed",
	"rerunning",
	"running",
	"superseded",
	"unverified",
	"waiting",
];

let demo: DemoProcess;
let incidents: readonly TitledIncident[];

beforeAll(async () => {
	demo = await startDemo();
	({ incidents } = await get<{ readonly incidents: readonly TitledIncident[] }>("/api/incidents?limit=200&with=title"));
}, DEMO_WITHIN_MS + 10_000);
afterAll(() => void demo?.child.kill("SIGKILL"));

describe("healer demo", () => {
	it("shows every status that lasts", () => {
		expect([...new Set(incidents.map(({ status }) => status))].toSorted()).toEqual(STATUSES);
	});

	it("has a week of incidents in five repositories, by six agents", () => {
		expect(incidents.length).toBe(46);
		expect(new Set(incidents.map(({ repository }) => repository))).toEqual(
			new Set(["acme/shop", "acme/web", "acme/api", "acme/infra", "acme/handbook"]),
		);
		expect(new Set(incidents.flatMap(({ agent }) => agent ?? []))).toEqual(
			new Set(["rex", "blaze", "bolt", "cipher", "gopher", "atlas"]),
		);
		expect(incidents.at(-1)?.created_at).toBe("2026-11-23T11:00:00.000Z");
	});

	it("shows the same incident, with the same line of its log, each time", async () => {
		const clippy = await ofRun("19584020113");
		expect(clippy).toMatchObject({
			id: "e936a37114e9e3ec163a1561277c4d1b",
			status: "fixed",
			agent: "rex",
			failure_type: "rust_clippy",
			pr_number: 812,
		});
		expect(JSON.stringify(clippy)).toContain("must_use_candidate");
	});

	it("has corrections, retries, and an escalation that GitHub's stand-in has a comment of", async () => {
		expect(await ofRun("19584380931")).toMatchObject({ agent: "bolt", attempt: 2, rule: "retry" });
		expect((await ofRun("19584233018")).escalation_url).toBe("https://github.com/acme/api/pull/381#issuecomment-5001");
	});

	it("has a group at work, one whose base is fixed, and the notice on a pull request that is still red", async () => {
		expect(await ofRun("19584558004")).toMatchObject({ status: "running", agent: "rex", members: 2 });
		const member = await ofRun("19584411177");
		expect(member).toMatchObject({
			status: "grouped",
			agent: null,
			leader: { status: "fixed", branch: "main", fixed_by: "agent", fix: 391 },
		});
		const group = `/api/incidents?leader=${member.leader_id}`;
		const { incidents: members } = await get<{ readonly incidents: readonly TitledIncident[] }>(group);
		expect(members.map(({ branch, status }) => `${branch} ${status}`)).toEqual([
			"spike/events superseded",
			"feat/channels grouped",
			"feat/refund-api fixed",
		]);
	});

	it("has a flake that was seen twice, and is run again now", async () => {
		const { flakes } = await get<{ readonly flakes: readonly object[] }>("/api/flakes");
		expect(flakes).toMatchObject([
			{ repository: "acme/web", job: "browser", seen: 2, authors: [{ login: "ines-m" }, { login: "sam-oduya" }] },
			{ repository: "acme/web", failure_type: "network", seen: 1 },
			{ repository: "acme/api", failure_type: "network", seen: 1 },
		]);
		expect(await ofRun("19584564007")).toMatchObject({ status: "rerunning", reruns: [{ result: null }] });
	});

	it("has what is only observed, with the people who fixed it, and a chart that waits for a person", async () => {
		const { observed } = await get<{ readonly observed: readonly object[] }>("/api/observed?since=30d");
		expect(observed).toMatchObject([
			{ agent: "gopher", failure_type: "python_test", incidents: 2, green: 2, by_person: 2, fixes: 2, in_named: 2 },
			{ agent: "gopher", failure_type: "python_lint", incidents: 1, green: 0 },
		]);
		expect(await ofRun("19584561744")).toMatchObject({ status: "awaiting_approval", failure_type: "helm_chart" });
	});

	it("names three things to try", () => {
		expect(demo.output()).toMatch(
			/Three things to try:\n {2}1\. .*\n {2}2\. .*npx healer insights.*\n {2}3\. .*pipeline\.yaml/,
		);
	});

	it("ends on Ctrl-C, and keeps the folder that it was given", async () => {
		demo.child.kill("SIGINT");
		await eventually(() => demo.child.exitCode !== null, "its end");
		expect(demo.child.exitCode).toBe(0);
		expect(existsSync(path.join(demo.folder, "pipeline.yaml"))).toBe(true);
		expect(readFileSync(path.join(demo.folder, "state/hub.log"), "utf8")).not.toContain("api.github.com");
	});
});

async function ofRun(run: string): Promise<IncidentDetail> {
	const id = incidents.find(({ run_id }) => run_id === run)?.id;
	return await get<IncidentDetail>(`/api/incidents/${id}`);
}

async function get<T>(route: string): Promise<T> {
	return (await (await fetch(demo.url + route)).json()) as T;
}
