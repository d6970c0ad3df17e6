import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import { blocksOf, commandsOf } from "../support/markdown.ts";
import { provideHelm, renderChart, runHelm } from "./servers/helm-program.ts";
import { renderKustomization } from "./servers/kustomize-program.ts";
import { manifestsOfChart } from "./support/chart-manifests.ts";
import { applyDryRun } from "./support/deployed-relay.ts";
import { newNamespace } from "./support/namespace.ts";

const ROOT = path.join(import.meta.dirname, "../..");
const CHART = path.join(ROOT, "deploy/helm/healer-relay");

interface Manifest {
	readonly kind: string;
	readonly metadata: {
		name: string;
		readonly namespace?: string;
		readonly labels?: Record<string, string>;
	};
}

describe("deploy/helm/healer-relay", () => {
	// Where Helm is missing, it is built first.
	beforeAll(async () => {
		await provideHelm();
	}, 600_000);

	it("is what the kustomizations are generated from: npm run manifests writes them", async () => {
		for (const [file, text] of await manifestsOfChart()) {
			expect(await readFile(path.join(ROOT, file), "utf8"), file).toBe(text);
		}
	});

	it("renders with its default values what deploy/relay renders, object for object", async () => {
		const chart = objectsIn(await renderChart("cto"));
		const kustomization = objectsIn(await renderKustomization(path.join(ROOT, "deploy/relay")));
		expect(Object.keys(chart)).toEqual([
			"cto ConfigMap healer-relay",
			"cto Deployment healer-relay",
			"cto NetworkPolicy healer-relay",
			"cto PodDisruptionBudget healer-relay",
			"cto Role healer-relay",
			"cto RoleBinding healer-relay",
			"cto Service healer-relay",
			"cto ServiceAccount healer-relay",
		]);
		expect(chart).toEqual(kustomization);
	});

	it("grants in Argo CD's namespace what deploy/argocd-reader grants", async () => {
		const chart = objectsIn(await renderChart("cto", "--set", "argocdReader.enabled=true"));
		const kustomization = objectsIn(await renderKustomization(path.join(ROOT, "deploy/argocd-reader")));
		const more = Object.entries(chart).filter(([key]) => key.startsWith("argocd "));
		expect(Object.fromEntries(more)).toEqual(kustomization);
	});

	it("takes the values that docs/deploy.md shows", async () => {
		const values = blocksOf("docs/deploy.md").find(({ language }) => language === "yaml")?.text ?? "";
		const folder = await mkdtemp(path.join(tmpdir(), "healer-values-"));
		await writeFile(path.join(folder, "relay-values.yaml"), values);
		expect(commandsOf("docs/deploy.md")).toContain(
			"helm upgrade --install healer-relay deploy/helm/healer-relay --namespace cto --values relay-values.yaml",
		);
		const rendered = objectsIn(await renderChart("cto", "--values", path.join(folder, "relay-values.yaml")));
		expect(rendered).toEqual(objectsIn(await renderChart("cto")));
	});

	it("passes helm lint", async () => {
		expect(await runHelm("lint", "--strict", CHART)).toContain("1 chart(s) linted, 0 chart(s) failed");
	});

	it("is accepted by the API server with every value set", async () => {
		const { name } = await newNamespace();
		const rendered = await renderChart(name, "--values", path.join(import.meta.dirname, "support/chart-values.yaml"));
		expect(await applyDryRun(rendered)).toEqual([
			"configmap/healer-relay created (server dry run)",
			"deployment.apps/healer-relay created (server dry run)",
			"networkpolicy.networking.k8s.io/healer-relay created (server dry run)",
			"role.rbac.authorization.k8s.io/healer-relay created (server dry run)",
			"rolebinding.rbac.authorization.k8s.io/healer-relay created (server dry run)",
			"service/healer-relay created (server dry run)",
			"serviceaccount/healer-relay created (server dry run)",
		]);
		expect(rendered).toContain(`image: "registry.acme.dev/healer/relay:1.2.3@sha256:${"ab".repeat(32)}"`);
		expect(rendered).toContain('HEALER_MAX_PER_HOUR: "30"');
		expect(rendered).toContain("values: [monitoring]");
		expect(rendered).toContain("values: [loki, argo]");
	});

	it("restarts the relays when a setting changes, and not otherwise", async () => {
		const checksum = async (...options: string[]) =>
			/checksum\/settings: (\w{64})/.exec(await renderChart("cto", ...options))?.[1];
		const first = await checksum();
		expect(await checksum("--set", "replicas=3")).toBe(first);
		expect(await checksum("--set", "settings.HEALER_DEADLINE=3h")).not.toBe(first);
	});

	it.each([
		["settings.HEALER_WIRE_SECRETS=whsec_x", "HEALER_WIRE_SECRETS"],
		["settings.LOKI_TOKEN=x", "LOKI_TOKEN"],
		["setings.HEALER_URL=https://x", "setings"],
		["settings.HEALER_URL=", "HEALER_URL"],
		["image.digest=sha256:short", "digest"],
		["podLabels.app\\.kubernetes\\.io/name=x", "podLabels"],
	])("refuses %s by its schema", async (value, named) => {
		await expect(renderChart("cto", "--set", value)).rejects.toThrow(named);
	});
});

/** Beside what tells how it was installed, which is left out: nothing of that changes what a cluster does. */
function objectsIn(text: string): Record<string, object> {
	const objects: Manifest[] = parseAllDocuments(text).map((document) => document.toJS());
	const entries = objects.map((object) => [keyOf(object), withoutInstallation(object)] as const);
	return Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

function keyOf({ kind, metadata }: Manifest): string {
	return [metadata.namespace, kind, metadata.name.replace(/^(healer-relay)-[0-9a-z]{10}$/, "$1")].join(" ");
}

function withoutInstallation(object: Manifest): object {
	const text = JSON.stringify(object, (key, value) => {
		// Helm's own labels, and how the settings' name or checksum tells a change of them.
		if (/^(helm\.sh\/chart|app\.kubernetes\.io\/(instance|version|managed-by))$/.test(key)) return undefined;
		if (key === "annotations" && Object.keys(value).join() === "checksum/settings") return undefined;
		return typeof value === "string" ? value.replace(/^(healer-relay)-[0-9a-z]{10}$/, "$1") : value;
	});
	return JSON.parse(text);
}
