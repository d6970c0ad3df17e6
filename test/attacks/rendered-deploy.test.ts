import { readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { copyOfDeploy, mayConnect, type Pod, renderedObjects, selects } from "../support/rendered-deploy.ts";

type Rendered = Awaited<ReturnType<typeof renderedObjects>>;

const RELAY: Pod = {
	namespace: "cto",
	labels: { "app.kubernetes.io/name": "healer-relay" },
	ports: { http: 8788 },
};
const TUNNEL: Pod = {
	namespace: "cto",
	labels: { "app.kubernetes.io/name": "healer-tunnel" },
	ports: { metrics: 2000 },
};
/** A Pod of an agent beside them, with the controller's labels. */
const AGENT: Pod = { namespace: "cto", labels: { app: "controller", component: "code-runner" } };
const STRANGER: Pod = { namespace: "default", labels: { "app.kubernetes.io/name": "healer-tunnel" } };
const LOKI: Pod = { namespace: "observability", labels: { app: "loki" } };
const ELSEWHERE: Pod = { namespace: "payments", labels: { app: "ledger" } };

describe("deploy/relay and deploy/tunnel, as they are rendered", () => {
	let relay: Rendered;
	let tunnel: Rendered;
	// Where kubectl is missing, kustomize is built first.
	beforeAll(async () => {
		relay = await renderedObjects("relay");
		tunnel = await renderedObjects("tunnel");
	}, 300_000);
	const policies = () => [...relay("NetworkPolicy"), ...tunnel("NetworkPolicy")];

	it("isolate their own Pods, and no other Pod of the namespace", () => {
		const pods = Object.entries({ RELAY, TUNNEL, AGENT });
		const selected = policies().map(({ metadata, spec }) => [
			metadata?.name,
			pods.filter(([, { labels }]) => selects(spec?.podSelector, labels)).map(([name]) => name),
		]);
		expect(selected).toEqual([
			["healer-relay", ["RELAY"]],
			["healer-tunnel", ["TUNNEL"]],
		]);
	});

	it.each([
		["the tunnel", "the relay", TUNNEL, RELAY, 8788, true],
		["the tunnel", "another port of the relay", TUNNEL, RELAY, 9229, false],
		["another relay", "the relay", RELAY, RELAY, 8788, false],
		["an agent", "the relay", AGENT, RELAY, 8788, false],
		["a Pod of another namespace with the tunnel's label", "the relay", STRANGER, RELAY, 8788, false],
		["the relay", "the tunnel's metrics", RELAY, TUNNEL, 2000, false],
		["an agent", "the tunnel's metrics", AGENT, TUNNEL, 2000, false],
		["the tunnel", "an agent", TUNNEL, AGENT, 8788, false],
		["the tunnel", "Cloudflare", TUNNEL, ELSEWHERE, 7844, true],
		["the relay", "Loki", RELAY, LOKI, 3100, true],
		["the relay", "the same port of another namespace", RELAY, ELSEWHERE, 3100, false],
		["the relay", "the API server and the worker", RELAY, ELSEWHERE, 443, true],
		["an agent", "whatever it could reach before", AGENT, ELSEWHERE, 5432, true],
	] as const)("%s → %s", (_from, _to, from, to, port, allowed) => {
		expect(mayConnect(policies(), from, to, port)).toBe(allowed);
	});

	it("mean each Deployment's Pods by its selector, its policy, its budget and its Service", () => {
		const meant = [relay, tunnel].map((rendered) => {
			const [deployment, ...more] = rendered("Deployment");
			const { template, selector } = deployment?.spec ?? {};
			const labels = template?.metadata?.labels ?? {};
			const spread = template?.spec?.topologySpreadConstraints ?? [];
			return {
				more: more.length,
				labels,
				selector: selects(selector, labels),
				policies: rendered("NetworkPolicy").map(({ spec }) => selects(spec?.podSelector, labels)),
				budgets: rendered("PodDisruptionBudget").map(({ spec }) => selects(spec?.selector, labels)),
				services: rendered("Service").map(({ spec }) => selects({ matchLabels: spec?.selector ?? {} }, labels)),
				spread: spread.map(({ labelSelector }) => selects(labelSelector, labels)),
				namedPorts: template?.spec?.containers.flatMap(({ ports = [] }) => ports.map((port) => port.name)),
			};
		});
		const all = { more: 0, selector: true, policies: [true], budgets: [true], spread: [true] };
		expect(meant).toEqual([
			{ ...all, labels: { "app.kubernetes.io/name": "healer-relay" }, services: [true], namedPorts: ["http"] },
			{ ...all, labels: { "app.kubernetes.io/name": "healer-tunnel" }, services: [], namedPorts: ["metrics"] },
		]);
	});

	it("are the only folders with Deployments", async () => {
		const folders = [...(await readdir("deploy", { recursive: true }))]
			.filter((file) => path.basename(file) === "kustomization.yaml")
			.map((file) => path.dirname(file))
			.sort();
		expect(folders).toEqual(["argo-sensor", "argocd-reader", "observability", "relay", "tunnel"]);
		for (const folder of ["argo-sensor", "argocd-reader", "observability"]) {
			expect((await renderedObjects(folder))("Deployment")).toEqual([]);
		}
	});

	it("have budgets and Services that select no other Pod", () => {
		for (const rendered of [relay, tunnel]) {
			for (const { spec } of rendered("PodDisruptionBudget")) expect(selects(spec?.selector, AGENT.labels)).toBe(false);
			for (const { spec } of rendered("Service")) expect(spec?.selector).toEqual(RELAY.labels);
		}
	});

	it("let every signed route and probe through the tunnel, and not the metrics", () => {
		const config = tunnel("ConfigMap")[0]?.data?.["config.yaml"] ?? "";
		const passes = new RegExp(/path: (\S+)/.exec(config)?.[1] ?? "nothing");
		const paths = ["/v1/spawn", "/v1/context", "/v1/coderuns/status", "/livez", "/readyz", "/metrics", "/v1/", "/"];
		expect(paths.filter((one) => passes.test(one))).toEqual(paths.slice(0, 5));
	});

	it.each([
		["relay", "ghcr.io/5dlabs/healer-relay:0.1.0"],
		["tunnel", "docker.io/cloudflare/cloudflared:2025.11.1"],
	])("%s names its image in one setting, which takes a digest", async (folder, image) => {
		const imageOf = (rendered: Rendered) => rendered("Deployment")[0]?.spec?.template.spec?.containers[0]?.image;
		expect(imageOf(folder === "relay" ? relay : tunnel)).toBe(image);
		const copy = await copyOfDeploy(folder);
		const file = path.join(copy, "kustomization.yaml");
		const digest = `sha256:${"ab".repeat(32)}`;
		await writeFile(file, (await readFile(file, "utf8")).replace(/# digest: sha256:0+/, `digest: ${digest}`));
		expect(imageOf(await renderedObjects(copy))).toBe(`${image}@${digest}`);
	});

	it("build the relay's image on a base of a given version and digest", async () => {
		const dockerfile = await readFile("deploy/relay/Dockerfile", "utf8");
		expect(dockerfile.split("\n").filter((line) => /^(ARG|FROM) /.test(line))).toEqual([
			"ARG NODE_VERSION=24",
			"ARG BASE_DIGEST=",
			// biome-ignore lint/suspicious/noTemplateCurlyInString: Docker's own syntax
			"FROM gcr.io/distroless/nodejs${NODE_VERSION}-debian12:nonroot${BASE_DIGEST:+@${BASE_DIGEST}}",
		]);
	});
});
