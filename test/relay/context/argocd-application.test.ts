import { describe, expect, it } from "vitest";
import { systemClock } from "../../../relay/clock.ts";
import { answerContext } from "../../../relay/context/answer-context.ts";
import { contextSources } from "../../../relay/context/context-sources.ts";
import { readContextSettings } from "../../support/read-context-settings.ts";
import { oddServer } from "./odd-server.ts";

const DEGRADED = { health: { status: "Degraded" }, sync: { status: "OutOfSync" } };
const WELL = { health: { status: "Healthy" }, sync: { status: "Synced" } };

function listed(name: string, source: object, status: object = WELL, more: object = {}) {
	return { metadata: { name, namespace: "argocd" }, spec: { project: "default", source, ...more }, status };
}

const WEB = listed("web", { repoURL: "https://github.com/Acme/Shop.git", path: "deploy/web", targetRevision: "main" });
const API = listed("api", { repoURL: "git@github.com:acme/shop", path: "deploy/api" }, DEGRADED);
const ALL = listed("all", { repoURL: "ssh://git@github.com/acme/shop.git", path: ".", targetRevision: "release" });
const OTHER = listed("other", { repoURL: "https://github.com/acme/shopping", path: "deploy/web" }, DEGRADED);
const CHART = { repoURL: "https://charts.acme.test", chart: "redis", targetRevision: "1.2.3" };
const PAIR = listed("pair", CHART, WELL, {
	source: null,
	sources: [CHART, { repoURL: "https://github.com/acme/shop", path: "/deploy/pair/", targetRevision: "" }],
});

/** Asks a relay whose Argo CD answers by path; 403 for anything else, as Argo CD does for what is not there. */
async function ask(parameters: object, answers: Readonly<Record<string, object>>) {
	const server = await oddServer(({ url }, response) => {
		const { pathname } = new URL(url ?? "", "http://argocd");
		const answer = answers[pathname];
		response.writeHead(answer === undefined ? 403 : 200, { "content-type": "application/json" });
		response.end(JSON.stringify(answer ?? { error: "permission denied" }));
	});
	const { settings } = readContextSettings({ ARGOCD_SERVER: server.url, ARGOCD_TOKEN: "argo-s3cret" });
	const cluster = { ok: false, problem: "there is no cluster" } as const;
	const sources = contextSources({ settings, cluster, ownNamespace: () => "cto", fetch });
	const wanted = [{ name: "part", from: "argocd.application", with: { ...parameters }, timeout_ms: 5_000 } as const];
	const onBug = (bug: unknown) => {
		throw bug;
	};
	const { results } = await answerContext(wanted, { sources, clock: systemClock, onBug });
	const { name: _name, from: _from, took_ms: _took, ...answer } = results[0] ?? {};
	return { answer, asked: server.asked.map(({ url }) => url) };
}

const APPS = "/api/v1/applications";
const LIST = { [APPS]: { items: [OTHER, WEB, API, ALL, PAIR] } };
const one = (name: string, application: object) => ({
	[`${APPS}/${name}`]: application,
	[`${APPS}/${name}/resource-tree`]: { nodes: null },
	[`${APPS}/${name}/events`]: { items: null },
});

describe("argocd.application, found by its repository", () => {
	it("takes the application whose path has the changed files, and lists the others", async () => {
		const answers = { ...LIST, ...one("web", WEB) };
		const paths = ["README.md", "deploy/web/values.yaml"];
		const { answer, asked } = await ask({ repository: "acme/shop", paths, branch: "release" }, answers);
		expect(answer).toEqual({
			status: "ok",
			data: {
				name: "web",
				health: "Healthy",
				sync: "Synced",
				unhealthy: [],
				applications: [
					"web: Healthy, Synced, deploy/web at main",
					"all: Healthy, Synced, . at release",
					"api: Degraded, OutOfSync, deploy/api at HEAD",
					"pair: Healthy, Synced, /deploy/pair/ at HEAD",
				],
			},
		});
		expect(asked[0]).toBe(
			`${APPS}?appNamespace=argocd&fields=items.metadata.name%2Citems.metadata.namespace%2Citems.spec%2Citems.status.health%2Citems.status.sync`,
		);
		expect(asked.slice(1).toSorted()).toEqual([
			`${APPS}/web/events?appNamespace=argocd`,
			`${APPS}/web/resource-tree?appNamespace=argocd`,
			`${APPS}/web?appNamespace=argocd`,
		]);
	});

	it.each([
		["an application of several sources", { paths: "deploy/pair/chart.yaml" }, "pair"],
		["the one that follows the branch", { branch: "release" }, "all"],
		["the one that is not healthy", {}, "api"],
		["no part of a folder's name", { paths: ["deploy/webapp/x"] }, "all"],
	])("takes %s", async (_what, by, name) => {
		const every = Object.assign({}, ...["web", "api", "all", "pair"].map((app) => one(app, WEB)));
		const { answer } = await ask({ repository: "ACME/shop", ...by }, { ...LIST, ...every });
		expect(answer).toMatchObject({ status: "ok", data: { name } });
	});

	it("is empty when nothing deploys from it", async () => {
		expect((await ask({ repository: "acme/none" }, LIST)).answer).toEqual({ status: "empty" });
		expect((await ask({ repository: "acme/none" }, { [APPS]: { items: null } })).answer).toEqual({ status: "empty" });
	});

	it("fails when the list is not Argo CD's", async () => {
		expect((await ask({ repository: "acme/shop" }, { [APPS]: { items: [{ metadata: 5 }] } })).answer).toEqual({
			status: "failed",
			why: "Argo CD sent an unexpected answer: items.0.metadata",
		});
	});
});

describe("argocd.application, its resource tree and events", () => {
	const deployment = { group: "apps", kind: "Deployment", namespace: "cto", name: "web" };
	const set = { group: "apps", kind: "ReplicaSet", namespace: "cto", name: "web-7d9" };
	const pod = { kind: "Pod", namespace: "cto", name: "web-7d9-x" };
	const application = {
		...WEB,
		status: {
			...DEGRADED,
			resources: [
				{ ...deployment, status: "OutOfSync" },
				{ kind: "Service", namespace: "cto", name: "web", status: "Synced" },
			],
		},
	};
	const tree = {
		nodes: [
			{ ...deployment, health: { status: "Progressing" } },
			{ ...set, parentRefs: [deployment], health: { status: "Healthy" } },
			{ ...pod, parentRefs: [set], health: { status: "Degraded", message: "Back-off pulling image" } },
			{ kind: "ConfigMap", namespace: "cto", name: "web" },
		],
	};

	it("condenses them", async () => {
		const { answer } = await ask(
			{ name: "web" },
			{
				[`${APPS}/web`]: application,
				[`${APPS}/web/resource-tree`]: tree,
				[`${APPS}/web/events`]: {
					items: [
						{
							...{ type: "Normal", reason: "OperationStarted", message: "Initiated sync", count: 1 },
							...{ involvedObject: { name: "web" }, lastTimestamp: "2026-01-02T03:04:05Z", eventTime: null },
						},
						{
							...{ type: "Warning", reason: "OperationCompleted", message: "Sync failed:\nno such image", count: 3 },
							...{ involvedObject: { name: "web" }, lastTimestamp: "2026-01-02T03:05:05Z", series: null },
						},
					],
				},
			},
		);
		expect(answer).toEqual({
			status: "ok",
			data: {
				name: "web",
				health: "Degraded",
				sync: "OutOfSync",
				unhealthy: [
					"apps/Deployment cto/web: Progressing",
					"Pod cto/web-7d9-x (of ReplicaSet web-7d9, of Deployment web): Degraded: Back-off pulling image",
				],
				out_of_sync: ["apps/Deployment cto/web: OutOfSync"],
				resources: "4 resources: 1 Progressing, 1 Healthy, 1 Degraded, 1 without health",
				events: [
					"2026-01-02T03:05:05.000Z web: Warning OperationCompleted, 3 times: Sync failed:\\nno such image",
					"2026-01-02T03:04:05.000Z web: Normal OperationStarted: Initiated sync",
				],
			},
		});
	});

	it("ends where owners form a circle", async () => {
		const nodes = [
			{ kind: "A", name: "a", parentRefs: [{ kind: "B", name: "b" }], health: { status: "Degraded" } },
			{ kind: "B", name: "b", parentRefs: [{ kind: "A", name: "a" }] },
		];
		const { answer } = await ask({ name: "web" }, { ...one("web", WEB), [`${APPS}/web/resource-tree`]: { nodes } });
		expect(answer).toMatchObject({ data: { unhealthy: ["A a (of B b, of A a, of B b, of A a): Degraded"] } });
	});

	it("names what it may not read", async () => {
		const { answer } = await ask({ name: "web" }, { [`${APPS}/web`]: WEB });
		expect(answer).toEqual({
			status: "ok",
			data: { name: "web", health: "Healthy", sync: "Synced", unhealthy: [] },
			incomplete: "Argo CD answered 403: permission denied",
		});
	});
});
