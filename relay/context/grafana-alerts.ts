import * as z from "zod";
import type { Endpoint } from "./endpoint.ts";
import { PARAMETERS } from "./parameters.ts";
import type { QueryBounds } from "./query-bounds.ts";
import { readAnswer } from "./read-answer.ts";
import { shownLine, shownTime, shownWord } from "./shown.ts";
import { checkedSource, failed, type Source } from "./source.ts";

/** Alertmanager's API v2 (https://github.com/prometheus/alertmanager, api/v2/openapi.yaml), as Grafana serves it too. */
const alertsSchema = z.array(
	z.object({
		labels: z.record(z.string(), z.string()),
		annotations: z.record(z.string(), z.string()).default({}),
		startsAt: z.string(),
		status: z.object({ state: z.string() }),
	}),
);
type Alert = z.infer<typeof alertsSchema>[number];

/** https://grafana.com/docs/grafana/latest/developer-resources/api-reference/http-api/folder_dashboard_search/ */
const dashboardsSchema = z.array(z.object({ title: z.string(), url: z.string() }));

const MAX_ALERTS = 50;
const MAX_DASHBOARDS = 10;

/** `grafana.alerts`: firing alerts, newest first, and dashboards whose title contains a text. */
export function grafanaAlerts(grafana: Endpoint, bounds: QueryBounds, fetch: typeof globalThis.fetch): Source {
	return checkedSource(PARAMETERS["grafana.alerts"], async ({ labels, dashboards: title }, { signal }) => {
		const [alerts, dashboards] = await Promise.all([
			readAnswer(grafana, { ...alertsQuestion(labels, bounds), signal, fetch }, alertsSchema),
			title ? readAnswer(grafana, { ...searchQuestion(title), signal, fetch }, dashboardsSchema) : undefined,
		]);
		if (!alerts.ok) return failed(alerts.why);
		const firing = alerts.value.filter(({ status }) => status.state === "active");
		const found = dashboards?.ok ? dashboards.value : [];
		if (firing.length === 0 && found.length === 0 && dashboards?.ok !== false) return { status: "empty" };
		return {
			status: "ok",
			data: {
				alerts: alertLines(firing),
				dashboards: found.slice(0, MAX_DASHBOARDS).map((one) => dashboardLine(grafana, one)),
			},
			...(dashboards?.ok === false && { incomplete: dashboards.why }),
		};
	});
}

function alertsQuestion(labels: Readonly<Record<string, string>>, { label, namespaces }: QueryBounds) {
	const allowed = namespaces();
	// Alertmanager combines filters by AND.
	const own = allowed === "any" ? [] : [["filter", `${label}=~${matched(allowed.join("|"))}`] as const];
	const asked = Object.entries(labels).map(([name, value]) => ["filter", `${name}=${matched(value)}`] as const);
	const matchers = [...own, ...asked];
	return {
		path: ["api", "alertmanager", "grafana", "api", "v2", "alerts"],
		query: [["active", "true"] as const, ["silenced", "false"] as const, ["inhibited", "false"] as const, ...matchers],
	};
}

function searchQuestion(title: string) {
	const query = [["type", "dash-db"] as const, ["query", title] as const, ["limit", String(MAX_DASHBOARDS)] as const];
	return { path: ["api", "search"], query };
}

/**
 * Alertmanager's matchers have three escapes, and take everything else literally
 * (https://prometheus.io/docs/alerting/latest/configuration/#matcher).
 */
function matched(value: string): string {
	return `"${value.replace(/["\\]/g, "\\$&").replaceAll("\n", "\\n")}"`;
}

function alertLines(alerts: readonly Alert[]): string[] {
	const lines = alerts
		.toSorted((a, b) => Date.parse(b.startsAt) - Date.parse(a.startsAt))
		.slice(0, MAX_ALERTS)
		.map(({ labels: { alertname = "an alert", ...labels }, annotations, startsAt }) => {
			const named = Object.entries(labels).map(([name, value]) => `${name}=${shownWord(value)}`);
			const text = annotations.summary ?? annotations.description ?? annotations.message;
			const since = shownTime(Date.parse(startsAt));
			const head = [shownWord(alertname), named.length > 0 && `(${named.join(", ")})`, since && `since ${since}`];
			return shownLine([head.filter(Boolean).join(" "), text].filter(Boolean).join(": "));
		});
	if (alerts.length > MAX_ALERTS) lines.push(`and ${alerts.length - MAX_ALERTS} more`);
	return lines;
}

/** Grafana returns paths from its own root; a URL that leads elsewhere is not shown. */
function dashboardLine({ base }: Endpoint, { title, url }: { readonly title: string; readonly url: string }): string {
	const address = /^\/(?!\/)/.test(url) ? [shownWord(`${base.origin}${url}`)] : [];
	return [shownWord(title), ...address].join(" ");
}
