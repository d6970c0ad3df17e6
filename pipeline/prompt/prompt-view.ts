import type { Agent, ClassifyRule } from "../artefact.ts";
import { type Because, becauseSentence } from "../because.ts";
import type { BranchStrategy } from "../branch-strategy.ts";
import type { Context } from "../context.ts";
import { isFork } from "../head-repository.ts";
import type { Incident } from "../incident.ts";
import { redactData } from "../redaction/redact-data.ts";
import type { FailedAgain } from "../rerun.ts";
import { type WhoseVerdict, whoseSentence } from "../whose-failure.ts";
import { contextTexts } from "./context-texts.ts";
import type { PromptView } from "./prompt-variables.ts";

/** An earlier attempt at the same incident, and its result. */
export interface PreviousAttempt {
	readonly attempt: number;
	readonly agent: string;
	/** The result in one word: `agent_failed`, `ci_still_failing` ... */
	readonly outcome: string;
	readonly message?: string;
	readonly pull_request_url?: string;
	/** The number of that pull request, if it is one of the repository's. */
	readonly pull_request?: number;
	/** How it ended, if that is known. */
	readonly pull_request_state?: "closed" | "merged";
	/** CI's result after it. */
	readonly ci?: string;
	/** What it was about is green. */
	readonly is_green?: boolean;
}

export interface PromptInput {
	/** The incident, enriched from its context. */
	readonly incident: Incident;
	readonly context: Context;
	readonly attempt: number;
	readonly previous_attempts?: readonly PreviousAttempt[];
	readonly agent: Agent & { readonly name: string };
	readonly failure: Pick<ClassifyRule, "type" | "category" | "fix">;
	readonly because: Because;
	readonly strategy: BranchStrategy;
	/** It came back when its jobs were run again. */
	readonly failed_again?: FailedAgain;
	readonly whose_failure?: WhoseVerdict;
}

/** Everything that a template can name, taken from the incident, its context and the decision. */
export function promptView(input: PromptInput): PromptView {
	const { incident, agent, failure, attempt } = input;
	const context = contextTexts(input.context);
	const inFork = isFork(incident);
	const missing = missingParts(input.context);
	return withoutSecrets({
		...incidentTexts(incident),
		...context,
		agent_name: agent.name,
		github_app: agent.github_app,
		failure_type: failure.type,
		failure_category: failure.category,
		because: becauseSentence(input.because),
		suggested_fix_approach: failure.fix,
		branch_strategy: [strategyText(incident, input.strategy), goOnText(input)].filter(Boolean).join(" "),
		fix_branch: input.strategy.branch,
		target_branch: startOf(input.strategy),
		failed_again: input.failed_again && failedAgainText(input.failed_again),
		whose_failure: input.whose_failure && whoseSentence(input.whose_failure),
		attempt: String(attempt),
		previous_attempts: attemptLines(input.previous_attempts ?? []),
		...(inFork && { head_repository: incident.head_repository }),
		missing,
		has_logs: context.workflow_logs !== undefined,
		has_pull_request: incident.pr_number !== undefined,
		has_changed_files: context.changed_files !== undefined,
		has_alert: incident.alert !== undefined,
		has_argocd: (context.argocd_app_status ?? context.argocd_sync_status) !== undefined,
		has_cluster_context: CLUSTER_TEXTS.some((name) => context[name] !== undefined),
		has_missing: missing.length > 0,
		is_retry: attempt > 1,
		is_hand_over: input.previous_attempts?.at(-1)?.outcome === "handed_over",
		is_fork: inFork,
	});
}

/**
 * Stored data was redacted on arrival; cases, contexts given by hand and data of older versions were not. Names that
 * the agent needs verbatim stay.
 */
function withoutSecrets(view: PromptView): PromptView {
	const { branch, tag, default_branch, pr_base_branch, fix_branch, target_branch, commit_sha, changed_files } = view;
	const names = { branch, tag, default_branch, pr_base_branch, fix_branch, target_branch, commit_sha };
	const stays = { ...names, changed_files };
	const redacted = redactData(view);
	// `logs` and `workflow_logs` are the same text, and the longest: redact it once.
	return { ...redacted, ...stays, logs: redacted.workflow_logs };
}

const CLUSTER_TEXTS = [
	"recent_error_logs",
	"error_rate_spike",
	"log_labels",
	"metric_series",
	"metric_names",
	"grafana_alerts",
	"argo_workflow",
	"related_pods",
	"pod_events",
] as const;

function incidentTexts(incident: Incident): PromptView {
	const { alert, command } = incident;
	return {
		incident_id: incident.id,
		kind: incident.kind,
		event: incident.event,
		repository: incident.repository,
		repository_url: `https://github.com/${incident.repository}`,
		workflow_name: incident.workflow?.name,
		workflow_path: incident.workflow?.path,
		workflow_url: incident.url,
		job_name: incident.jobs?.join(", ") ?? incident.job,
		failed_steps: incident.failed_steps?.join("\n"),
		conclusion: incident.conclusion,
		run_id: incident.run_id,
		...(incident.branch_state === "tag" ? { tag: incident.branch } : { branch: incident.branch }),
		default_branch: incident.default_branch,
		commit_sha: incident.head_sha,
		commit_message: incident.commit_message,
		actor: incident.actor?.login,
		evidence: incident.evidence,
		pr_number: incident.pr_number === undefined ? undefined : String(incident.pr_number),
		alert_type: alert?.type,
		severity: alert?.severity,
		package_name: alert?.package_name,
		cve_id: alert?.cve_id,
		alert_description: alert?.description,
		manifest_path: alert?.manifest_path,
		command: command === undefined ? undefined : [command.name, command.args].filter(Boolean).join(" "),
	};
}

/** Where the fix goes, in Healer's own words. Untrusted branch names are shown elsewhere, as data. */
function strategyText(incident: Incident, strategy: BranchStrategy): string {
	if (strategy.name === "same") {
		return incident.pr_number === undefined
			? "Push to the failing branch itself; do not open a pull request for it."
			: `Push to the branch of pull request #${incident.pr_number}; do not open another pull request for it.`;
	}
	const own = `the branch ${strategy.branch} (continue on it if it already exists)`;
	switch (strategy.why) {
		case "fork":
			return `The failing branch is in a fork, where you cannot push. Create ${own} in this repository from the failing commit and open a pull request to the branch that the fork's pull request targets.`;
		case "unknown_head":
			return `Nobody named the repository of the failing branch: it may be a fork's. Create ${own} in this repository from the failing commit and open a pull request to the default branch. Never push to a branch that is called like the failing one.`;
		case "unknown_branch":
			return `Nobody said whether the name under which it failed is a branch or a tag. Create ${own} from the failing commit. Open a pull request to the branch of that name if \`git ls-remote --heads origin\` shows one, else to the default branch. Never push to a branch or a tag that is called like the failing one.`;
		case "tag":
			return `It failed on a tag, and tags are never moved. Create ${own} from the default branch and open a pull request to it. Never push to the tag, nor to the default branch.`;
		case "deleted_branch":
			return `The failing branch was deleted. Create ${own} from the default branch and open a pull request to it. Never push to the failing branch, which would bring it back, nor to the default branch.`;
		case "merge_queue":
			return `It failed in the merge queue, as pull request #${strategy.pr_number} was being merged. Create ${own} from that pull request's head (\`git fetch origin refs/pull/${strategy.pr_number}/head\`) and open a pull request to that pull request's branch; if it is in a fork, to the branch that it targets. Never push to the queue's branch, nor to the queued pull request's branch: that would throw it out of the queue.`;
		case "protected_branch":
			return `The failing branch is protected. Create ${own} from it and open a pull request to it.`;
		case "bot_branch":
			return `The failing branch is a bot's, which overwrites what others push to it. Create ${own} from it and open a pull request to it. Never push to the bot's branch.`;
		case "no_branch":
		case "default_branch":
			return `Create ${own} from the default branch and open a pull request to it. Never push to the default branch.`;
		case undefined:
			return `Create ${own} from the failing branch and open a pull request to the failing branch.`;
		default:
			return strategy satisfies never;
	}
}

function failedAgainText({ run_attempt, isSameCause }: FailedAgain): string {
	const again = `It failed twice on this commit: the failed jobs of attempt ${run_attempt} were run again, and failed again`;
	switch (isSameCause) {
		case true:
			return `${again} for the same cause. It is no flake.`;
		case false:
			return `${again} for another cause. The evidence is of the newer one.`;
		case undefined:
			return `${again}.`;
		default:
			return isSameCause satisfies never;
	}
}

/** Where the fix starts from. Without a branch that is surely ours it is the failing commit. */
function startOf(strategy: BranchStrategy): string | undefined {
	if (strategy.name === "same") return undefined;
	const { why, target } = strategy;
	return why === "fork" || why === "unknown_head" || why === "unknown_branch" ? undefined : target;
}

/** How the pull request of an earlier attempt is gone on with, where the fix has a branch of its own. */
function goOnText({ incident, strategy, previous_attempts = [] }: PromptInput): string | undefined {
	const last = previous_attempts.findLast(({ pull_request }) => pull_request !== undefined);
	if (strategy.name === "same" || last === undefined || last.pull_request === incident.pr_number) return undefined;
	const number = `#${last.pull_request}`;
	switch (last.pull_request_state) {
		case "merged":
			return `Pull request ${number} of an earlier attempt was merged, and the check failed again with it: start from the target branch as it is now. If ${strategy.branch} still exists, merge the target branch into it first. Then open a new pull request.`;
		case "closed":
			return `Pull request ${number} of an earlier attempt was closed without a merge: read why, then open a new one.`;
		case undefined:
			return `An earlier attempt opened pull request ${number} from that branch: continue in the branch and update ${number}. Open another one only if ${number} is closed or merged.`;
		default:
			return last.pull_request_state satisfies never;
	}
}

function attemptLines(attempts: readonly PreviousAttempt[]): string | undefined {
	return attempts.length === 0 ? undefined : attempts.map(attemptLine).join("\n");
}

function attemptLine(previous: PreviousAttempt): string {
	const { attempt, agent, outcome, message, pull_request_url, ci, is_green } = previous;
	const details = [
		is_green && " (its part is green)",
		message && `: ${message}`,
		pull_request_url && `; pull request ${pull_request_url}`,
		ci && `; CI afterwards: ${ci}`,
	];
	return `attempt ${attempt} by ${agent} ended ${outcome}${details.filter(Boolean).join("")}`;
}

const LONGEST_WHY = 500;

/**
 * What the agent would expect here and does not find. What nobody asked for is not missing: a part that is not set up, or
 * that this failure does not need. The explanation names those as well.
 */
function missingParts(context: Context): Record<string, string>[] {
	return Object.entries(context).flatMap(([name, { from, ...part }]) => {
		const why = part.status === "ok" ? part.incomplete : part.status === "failed" ? part.why : undefined;
		return why === undefined ? [] : [{ name, from, why: why.slice(0, LONGEST_WHY) }];
	});
}
