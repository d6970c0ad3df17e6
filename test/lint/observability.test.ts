import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { createMetrics, readMetrics } from "../../relay/metrics.ts";
import { metrics } from "../../worker/api/metrics/metrics.ts";

const read = (file: string) => readFileSync(path.join(import.meta.dirname, "../..", file), "utf8");
const docs = read("docs/observability.md");

/** The rows of a section's first table, their cells without the marks of code. */
function rowsOf(section: string): readonly (readonly string[])[] {
	const start = docs.indexOf(`## ${section}\n`);
	expect(start).toBeGreaterThan(0);
	const lines = docs.slice(start).split("\n");
	const first = lines.findIndex((line) => line.startsWith("| --- "));
	const rows = lines.slice(first + 1, lines.indexOf("", first));
	return rows.map((line) =>
		line
			.split("|")
			.slice(1, -1)
			.map((cell) => cell.trim().replaceAll("`", "")),
	);
}

interface Rule {
	readonly alert: string;
	readonly expr: string;
	readonly labels: Readonly<Record<string, string>>;
	readonly annotations: Readonly<Record<string, string>>;
}
const rules = (parse(read("deploy/observability/rules.yaml")).groups as { rules: Rule[] }[]).flatMap(
	(group) => group.rules,
);
const dashboard = read("deploy/observability/dashboard.json");

const relay = createMetrics();
const servedAs = ({ name, type }: { readonly name: string; readonly type: string }) =>
	type === "counter" ? `${name}_total` : name;

describe("docs/observability.md", () => {
	it("has the worker's metrics as they are served: name, type, label, meaning", () => {
		const defined = metrics.map(({ name, type, label, help }) => [
			servedAs({ name, type }),
			type,
			label?.name ?? "",
			help,
		]);
		expect(rowsOf("Metrics of the worker")).toEqual(defined);
	});

	it("has the relay's metrics as they are served", async () => {
		const served = (await readMetrics(relay)).map((family) => {
			const metric = relay.registry.getSingleMetric(servedAs(family)) as unknown as { labelNames: string[] };
			return [servedAs(family), family.type, metric.labelNames.join(", "), family.help];
		});
		expect(rowsOf("Metrics of the relay")).toEqual(served);
	});

	it("says for each alert what to do", () => {
		const rows = rowsOf("Alerts");
		expect(rows.map(([alert]) => alert)).toEqual(rules.map(({ alert }) => alert));
		for (const [alert, whatToDo] of rows)
			expect([alert, whatToDo?.length]).toEqual([alert, expect.toSatisfy((n) => n > 30)]);
	});
});

describe("deploy/observability", () => {
	it("asks for nothing that is not served", async () => {
		const families = [...metrics, ...(await readMetrics(relay))];
		const samples = families.flatMap((family) =>
			family.type === "histogram"
				? ["_bucket", "_count", "_sum"].map((part) => family.name + part)
				: [servedAs(family)],
		);
		const asked = [...rules.map(({ expr }) => expr), dashboard].flatMap((text) => text.match(/\bhealer_\w+/g) ?? []);
		expect(asked.length).toBeGreaterThan(40);
		expect([...new Set(asked)].filter((name) => !samples.includes(name))).toEqual([]);
	});

	it("asks for no event, outcome or result that does not exist", () => {
		const values = metrics.flatMap(({ label }) => label?.values ?? []);
		const asked = [...rules.map(({ expr }) => expr), dashboard].flatMap((text) =>
			[...text.matchAll(/\b(?:event|outcome)=~?\\?"([^"\\]+)/g)].flatMap(([, alternatives = ""]) =>
				alternatives.split("|"),
			),
		);
		expect(asked).toContain("abandoned");
		expect(asked.filter((value) => !values.includes(value))).toEqual([]);
	});

	it("tries each alert in a test, which also runs without it firing", () => {
		const tried = read("deploy/observability/rules.test.yaml").match(/\{alertname="\w+", alertstate="firing", /g) ?? [];
		expect([...new Set(tried.map((text) => text.split('"')[1]))].toSorted()).toEqual(
			rules.map(({ alert }) => alert).toSorted(),
		);
	});

	it("gives each alert a severity and a sentence", () => {
		for (const { alert, labels, annotations } of rules) {
			expect(alert).toMatch(/^Healer[A-Z]/);
			expect(labels.severity).toMatch(/^(critical|warning)$/);
			expect(annotations.summary).toMatch(/^.{20,}\.$/);
		}
	});

	it("selects the relay's Pods and the name of their port", () => {
		const deployment = parse(read("deploy/relay/deployment.yaml"));
		const { labels } = deployment.spec.template.metadata;
		const [{ name, containerPort }] = deployment.spec.template.spec.containers[0].ports;
		const [monitor, service, policy] = ["pod-monitor", "service", "network-policy"].map((file) =>
			parse(read(`deploy/observability/${file}.yaml`)),
		);
		for (const selector of [
			monitor.spec.selector.matchLabels,
			service.spec.selector,
			policy.spec.podSelector.matchLabels,
		]) {
			expect(labels).toMatchObject(selector);
		}
		expect(monitor.spec.podMetricsEndpoints[0].port).toBe(name);
		expect(service.spec.ports[0]).toMatchObject({ targetPort: name, port: containerPort });
		expect(policy.spec.ingress[0].ports[0].port).toBe(name);
		const [, scrape] = parse(read("deploy/observability/scrape.yaml")).scrape_configs;
		expect(scrape.dns_sd_configs[0]).toMatchObject({
			names: [`${service.metadata.name}.cto.svc.cluster.local`],
			port: containerPort,
		});
	});
});
