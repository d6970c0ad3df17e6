import type { ChangedFiles, Context, ErrorRate } from "../context.ts";
import { dataFrom } from "../context-data.ts";
import type { PromptView } from "./prompt-view.ts";

const MAX_FILES = 200;
const MAX_TEXT = 32_768;

/**
 * The context as texts for the prompt. Parts come from the journal or the wire as JSON, so whatever has another form
 * than its source promises is shown as JSON, or left out.
 */
export function contextTexts(context: Context): PromptView {
	const logs = textOf(dataFrom(context, "github.job_logs")?.reading?.excerpt);
	const argocd = dataFrom(context, "argocd.application");
	const pods = dataFrom(context, "kubernetes.pods");
	const loki = dataFrom(context, "loki.query_range");
	return {
		workflow_logs: logs,
		logs,
		pr_title: textOf(dataFrom(context, "github.pull_request")?.title),
		...fileTexts(dataFrom(context, "github.changed_files")),
		argocd_app_status: textOf(argocd?.health),
		argocd_sync_status: textOf(argocd?.sync),
		argocd_resources_unhealthy: textOf(argocd?.unhealthy),
		argo_workflow: textOf(dataFrom(context, "argo.workflow")),
		recent_error_logs: textOf(loki?.lines ?? loki),
		error_rate_spike: rateText(dataFrom(context, "prometheus.query")),
		grafana_alerts: textOf(dataFrom(context, "grafana.alerts")),
		related_pods: textOf(pods?.pods),
		pod_events: textOf(pods?.events),
	};
}

function textOf(value: unknown): string | undefined {
	if (value === undefined || value === null || value === "") return undefined;
	if (typeof value === "string") return value.slice(0, MAX_TEXT * 4);
	if (Array.isArray(value) && value.every((item) => typeof item === "string")) {
		return value.length === 0 ? undefined : value.join("\n").slice(0, MAX_TEXT);
	}
	return JSON.stringify(value, null, 2).slice(0, MAX_TEXT);
}

function fileTexts(data: Partial<ChangedFiles> | undefined): PromptView {
	const listed: unknown = data?.files;
	const files = (Array.isArray(listed) ? (listed as ChangedFiles["files"]) : []).filter(
		(file) => typeof file?.path === "string",
	);
	if (files.length === 0) return {};
	const lines = files.slice(0, MAX_FILES).map((file) => {
		const { path, additions, deletions } = file;
		// A path can hold a line end, which would look like another path.
		return `${path.replaceAll("\n", "\\n")} (+${count(additions)} -${count(deletions)})`;
	});
	if (files.length > MAX_FILES) lines.push(`and ${files.length - MAX_FILES} more`);
	const added = files.reduce((sum, file) => sum + count(file.additions), 0);
	const deleted = files.reduce((sum, file) => sum + count(file.deletions), 0);
	return {
		changed_files: lines.join("\n"),
		file_diff_summary: `${files.length} ${files.length === 1 ? "file" : "files"} changed, +${added} -${deleted}`,
	};
}

function count(value: unknown): number {
	return typeof value === "number" && Number.isSafeInteger(value) ? value : 0;
}

function rateText(rate: Partial<ErrorRate> | undefined): string | undefined {
	if (rate === undefined) return undefined;
	if (typeof rate.now !== "number" || typeof rate.before !== "number") return textOf(rate);
	return `${rate.spike === true ? "a spike" : "no spike"}: ${rate.now} now, ${rate.before} an hour before`;
}
