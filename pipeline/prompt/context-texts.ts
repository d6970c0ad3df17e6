import type {
	ChangedFile,
	ChangedFiles,
	Context,
	ErrorRate,
	ReviewFinding,
	ReviewFindings,
	WorkflowRun,
} from "../context.ts";
import { dataFrom } from "../context-data.ts";
import type { PromptView } from "./prompt-variables.ts";

const MAX_FILES = 200;
const MAX_FINDINGS = 300;
/** Exceeds every budget: longer texts are cut before they are processed. */
const MAX_TEXT = 262_144;

/**
 * The context as texts for the prompt. Parts come from the journal or the wire as JSON, so data with an unexpected
 * shape is shown as JSON, or left out.
 */
export function contextTexts(context: Context): PromptView {
	const pull = dataFrom(context, "github.pull_request");
	const argocd = dataFrom(context, "argocd.application");
	const pods = dataFrom(context, "kubernetes.pods");
	const loki = dataFrom(context, "loki.query_range");
	return {
		workflow_logs: textOf(dataFrom(context, "github.job_logs")?.reading?.excerpt),
		pr_title: textOf(pull?.title),
		pr_base_branch: textOf(pull?.base_branch),
		pr_mergeable_state: textOf(pull?.mergeable_state),
		review_findings: reviewText(dataFrom(context, "github.review")),
		branch_since: sinceText(dataFrom(context, "github.run")),
		...fileTexts(dataFrom(context, "github.changed_files")),
		argocd_application: textOf(argocd?.name),
		argocd_app_status: textOf(argocd?.health),
		argocd_sync_status: textOf(argocd?.sync),
		argocd_resources_unhealthy: textOf(argocd?.unhealthy),
		argocd_operation: textOf([argocd?.operation, ...listOf(argocd?.conditions)].filter(isText)),
		argocd_out_of_sync: textOf(argocd?.out_of_sync),
		argocd_events: textOf(argocd?.events),
		// One alone is the application itself.
		argocd_applications: listOf(argocd?.applications).length > 1 ? textOf(argocd?.applications) : undefined,
		argo_workflow: workflowText(dataFrom(context, "argo.workflow")),
		recent_error_logs: textOf(loki?.lines ?? loki),
		error_rate_spike: rateText(dataFrom(context, "prometheus.query")),
		log_labels: textOf(dataFrom(context, "loki.labels")?.labels),
		metric_series: textOf(dataFrom(context, "prometheus.query_range")?.series),
		metric_names: textOf(dataFrom(context, "prometheus.metrics")?.metrics),
		grafana_alerts: grafanaText(dataFrom(context, "grafana.alerts")),
		related_pods: textOf(pods?.pods),
		pod_events: textOf(pods?.events),
	};
}

function textOf(value: unknown): string | undefined {
	if (value === undefined || value === null || value === "") return undefined;
	if (typeof value === "string") return value.slice(0, MAX_TEXT);
	if (Array.isArray(value) && value.every(isText)) {
		return value.length === 0 ? undefined : value.join("\n").slice(0, MAX_TEXT);
	}
	return JSON.stringify(value, null, 2).slice(0, MAX_TEXT);
}

function isText(value: unknown): value is string {
	return typeof value === "string";
}

function listOf(value: unknown): readonly unknown[] {
	return Array.isArray(value) ? value : [];
}

/** What the agent must know before it works on a commit that may be outdated. */
function sinceText(run: Partial<WorkflowRun> | undefined): string | undefined {
	if (run === undefined) return undefined;
	const { head, newer } = run;
	const lines = [
		head?.moved === true && `the branch head is now ${head.sha}: check whether the failure still exists`,
		newer &&
			`run ${newer.id} is newer: ${newer.conclusion ?? newer.status ?? "not finished"} ${newer.url ?? ""}`.trim(),
		run.green_now === true && "the workflow passes on this branch by now",
	];
	return textOf(lines.filter(isText));
}

/** Name and phase, then the failed nodes, one per line. */
function workflowText(data: object | undefined): string | undefined {
	if (data === undefined) return undefined;
	const { name, phase, message, failed_nodes } = data as Readonly<Record<string, unknown>>;
	if (!isText(name) || !isText(phase)) return textOf(data);
	return textOf([`${name}: ${[phase, message].filter(isText).join(": ")}`, ...listOf(failed_nodes).filter(isText)]);
}

/** `path:line: comment`, with the suggested lines below it. */
function reviewText(data: Partial<ReviewFindings> | undefined): string | undefined {
	const findings = listOf(data?.findings).filter(isFinding).slice(0, MAX_FINDINGS);
	return textOf(
		findings.map(({ path, line, text, suggestion }) => {
			// A line end in a path would look like another finding.
			const place = [path.replaceAll("\n", "\\n"), ...(typeof line === "number" ? [line] : [])].join(":");
			return `${place}: ${text}${isText(suggestion) ? `\nsuggested instead:\n${suggestion}` : ""}\n`;
		}),
	);
}

function isFinding(value: unknown): value is ReviewFinding {
	return isFile(value) && "text" in value && isText(value.text);
}

function grafanaText(data: object | undefined): string | undefined {
	if (data === undefined) return undefined;
	const { alerts, dashboards } = data as Readonly<Record<string, unknown>>;
	if (!Array.isArray(alerts)) return textOf(data);
	const shown = listOf(dashboards).filter(isText);
	return textOf([...alerts.filter(isText), ...shown.map((dashboard) => `dashboard: ${dashboard}`)]);
}

function fileTexts(data: Partial<ChangedFiles> | undefined): PromptView {
	const files = listOf(data?.files).filter(isFile);
	if (files.length === 0) return {};
	const total = Math.max(count(data?.total), files.length);
	const lines = files.slice(0, MAX_FILES).map(fileLine);
	if (total > lines.length) lines.push(`and ${total - lines.length} more`);
	const added = data?.additions ?? files.reduce((sum, file) => sum + count(file.additions), 0);
	const deleted = data?.deletions ?? files.reduce((sum, file) => sum + count(file.deletions), 0);
	return {
		changed_files: lines.join("\n"),
		file_diff_summary: `${total} ${total === 1 ? "file" : "files"} changed, +${count(added)} -${count(deleted)}`,
	};
}

function isFile(value: unknown): value is ChangedFile {
	return typeof value === "object" && value !== null && "path" in value && isText(value.path);
}

function fileLine({ path, previous_path, status, additions, deletions }: ChangedFile): string {
	// A line end in a path would look like another path.
	const shown = [previous_path, path].filter(isText).map((name) => name.replaceAll("\n", "\\n"));
	const note = isText(status) && status !== "modified" ? ` ${status.slice(0, 20)}` : "";
	return `${shown.join(" -> ")}${note} (+${count(additions)} -${count(deletions)})`;
}

function count(value: unknown): number {
	return typeof value === "number" && Number.isSafeInteger(value) ? value : 0;
}

function rateText(rate: Partial<ErrorRate> | undefined): string | undefined {
	if (rate === undefined) return undefined;
	if (typeof rate.now !== "number" || typeof rate.before !== "number") return textOf(rate);
	return `${rate.spike === true ? "a spike" : "no spike"}: ${rate.now} now, ${rate.before} an hour before`;
}
