import type { Keep } from "./cut-text.ts";
import { PROMPT_VARIABLES, type PromptVariable, type PromptVariableName } from "./prompt-variables.ts";

export type TextVariable = {
	[N in PromptVariableName]: (typeof PROMPT_VARIABLES)[N]["kind"] extends "text" ? N : never;
}[PromptVariableName];

export interface Budget {
	readonly name: TextVariable;
	/** Limit in UTF-8 bytes, independent of the rest of the prompt. */
	readonly bytes: number;
	/** The most informative part. */
	readonly keep: Keep;
}

const KIB = 1024;

/**
 * Budgets of the long texts in a prompt, least important first: if the whole is too long, they are cut in this order.
 * The log excerpts come last.
 */
export const PROMPT_BUDGETS: readonly Budget[] = [
	{ name: "metric_names", bytes: 4 * KIB, keep: "head" },
	{ name: "log_labels", bytes: 4 * KIB, keep: "head" },
	{ name: "grafana_alerts", bytes: 8 * KIB, keep: "head" },
	{ name: "metric_series", bytes: 8 * KIB, keep: "head" },
	{ name: "argocd_applications", bytes: 4 * KIB, keep: "head" },
	{ name: "argocd_events", bytes: 8 * KIB, keep: "head" },
	{ name: "argocd_out_of_sync", bytes: 4 * KIB, keep: "head" },
	{ name: "argo_workflow", bytes: 8 * KIB, keep: "head" },
	{ name: "pod_events", bytes: 8 * KIB, keep: "head" },
	{ name: "related_pods", bytes: 8 * KIB, keep: "head" },
	{ name: "argocd_operation", bytes: 4 * KIB, keep: "head" },
	{ name: "argocd_resources_unhealthy", bytes: 8 * KIB, keep: "head" },
	{ name: "recent_error_logs", bytes: 16 * KIB, keep: "head" },
	{ name: "changed_files", bytes: 16 * KIB, keep: "head" },
	{ name: "commit_message", bytes: 8 * KIB, keep: "head" },
	{ name: "failed_steps", bytes: 4 * KIB, keep: "head" },
	{ name: "previous_attempts", bytes: 8 * KIB, keep: "tail" },
	{ name: "alert_description", bytes: 16 * KIB, keep: "head" },
	{ name: "evidence", bytes: 32 * KIB, keep: "ends" },
	{ name: "review_findings", bytes: 32 * KIB, keep: "head" },
	{ name: "workflow_logs", bytes: 64 * KIB, keep: "ends" },
	{ name: "logs", bytes: 64 * KIB, keep: "ends" },
];

/** Names, numbers and addresses: every other untrusted text. */
const SHORT_BYTES = 2 * KIB;

/** The budgets of all other untrusted texts. */
export const SHORT_BUDGETS: readonly Budget[] = Object.entries<PromptVariable>(PROMPT_VARIABLES)
	.filter(
		([name, { kind, untrusted }]) => kind === "text" && untrusted && !PROMPT_BUDGETS.some((one) => one.name === name),
	)
	.map(([name]) => ({ name: name as TextVariable, bytes: SHORT_BYTES, keep: "head" }));
