import type { ContextSource } from "./context.ts";
import type { IncidentKind } from "./incident.ts";
import type { SearchablePattern } from "./log/log-pattern.ts";
import type { SignalReport } from "./signal.ts";

/** JSONata text, checked at build time. */
export type ExpressionText = string;

/**
 * A tree whose string leaves are JSONata and whose other leaves are literals. `incident` and `spawn` have this shape.
 */
export type Mapping = {
	readonly [name: string]: Mapping | ExpressionText | number | boolean | readonly ExpressionText[];
};

/**
 * The checked `pipeline.yaml` with its prompts, as plain JSON: `healer build` writes it, the worker imports it.
 * Durations are in seconds. `version` is the hash of everything else and names the pipeline in the journal.
 */
export interface Artefact {
	readonly version: string;
	readonly settings: Settings;
	readonly agents: Readonly<Record<string, Agent>>;
	readonly events: readonly EventMapping[];
	readonly lifecycle: readonly LifecycleMapping[];
	/** Names of the GitHub webhook events that `events` and `lifecycle` need. */
	readonly webhook_events: readonly string[];
	readonly filters: readonly Filter[];
	readonly dedup: readonly DedupRule[];
	readonly context: readonly ContextRequest[];
	readonly classify: readonly ClassifyRule[];
	readonly route: readonly RouteRule[];
	readonly spawn: Spawn;
	readonly outcome: OutcomePolicy;
	/** Template and partial texts by name, without `.mustache`; partials start with `_`. */
	readonly prompts: Readonly<Record<string, string>>;
	/** Every pattern that the expressions search logs for. */
	readonly log_patterns: readonly SearchablePattern[];
}

/** Expressions see it as `$settings`. Users define `vars`. */
export interface Settings {
	readonly repositories: readonly string[];
	/** While true, nothing is spawned; incidents wait. */
	readonly paused: boolean;
	/** Limit on CodeRuns per repository and hour; 0 is no limit. Incidents over it wait. */
	readonly max_per_hour: number;
	readonly process_bot_commits: boolean;
	/** Logins of bots whose runs are processed even when other bots' are not. */
	readonly process_bots: readonly string[];
	readonly process_forks: boolean;
	readonly skip_markers: readonly string[];
	/** Logins whose review findings are processed. */
	readonly reviewers: readonly string[];
	/** Who may give commands: by `author_association`, by login, or by repository permission. */
	readonly commands: {
		readonly associations: readonly string[];
		readonly logins: readonly string[];
		readonly permissions: readonly string[];
	};
	/** Whether pull requests and pushes are checked for failures and conflicts that already exist. */
	readonly watch: { readonly pull_requests: boolean; readonly branches: readonly string[] };
	/** How long an incident waits for more deliveries of the same run before it is decided. */
	readonly settle_s: number;
	/** How long the journal keeps records. */
	readonly retention: {
		/** Finished incidents with everything that belongs to them; at least 30 days. */
		readonly incidents_s: number;
		/** CodeRuns, prompts and contexts of finished incidents. */
		readonly prompts_s: number;
		readonly ignored_s: number;
	};
	readonly vars: Readonly<Record<string, unknown>>;
}

export interface Agent {
	readonly github_app: string;
	readonly cli: string;
	readonly model: string;
	/** Name of a template under `prompts/`. */
	readonly prompt: string;
	/** Limit on this agent's unfinished CodeRuns; 0 is no limit. */
	readonly max_active: number;
	readonly tools: { readonly local: readonly string[]; readonly remote: readonly string[] };
}

export interface EventMapping {
	readonly name: string;
	/** GitHub's `X-GitHub-Event`, or the internal event's name. */
	readonly on: string;
	readonly when?: ExpressionText;
	/** `command` is not an incident: Healer itself answers it. */
	readonly kind: IncidentKind | "command";
	/** Only internal events may omit it: their identity is the payload's hash. */
	readonly identity?: ExpressionText;
	readonly incident: Mapping;
}

/** Maps an event to a signal about a branch or pull request that may be under remediation. It never starts anything. */
export interface LifecycleMapping {
	readonly name: string;
	/** GitHub's `X-GitHub-Event`. */
	readonly on: string;
	readonly when?: ExpressionText;
	readonly reports: SignalReport;
	/** The signal's fields, which identify the remediation. */
	readonly about: Mapping;
}

export interface Filter {
	readonly name: string;
	/** Refuses only on false. */
	readonly keep: ExpressionText;
}

export interface DedupRule {
	readonly name: string;
	readonly key: ExpressionText;
	/** At least 60, the minimum of KV. */
	readonly ttl_s: number;
	readonly while_active: boolean;
}

export interface ContextRequest {
	readonly name: string;
	readonly from: ContextSource;
	readonly with: Mapping;
	readonly when?: ExpressionText;
	readonly timeout_s: number;
}

export interface ClassifyRule {
	readonly type: string;
	readonly category: string;
	readonly when?: ExpressionText;
	/** The suggested approach, for the prompt. */
	readonly fix: string;
}

export interface RouteRule {
	readonly name: string;
	readonly agent: string;
	readonly when?: ExpressionText;
}

/** The fields of the CodeRun. Label values are made valid. */
export interface Spawn {
	readonly namespace: string;
	readonly labels: Readonly<Record<string, ExpressionText>>;
	readonly annotations: Readonly<Record<string, ExpressionText>>;
	readonly spec: Mapping;
}

export interface OutcomePolicy {
	/** Limit on CodeRuns per incident, across all agents. */
	readonly max_attempts: number;
	/** Pause between two attempts, in seconds. */
	readonly pause_s: number;
	/** Time limit of one CodeRun, in seconds. */
	readonly deadline_s: number;
	/** Time limit for CI to pass after the CodeRun ended, in seconds. */
	readonly ci_deadline_s: number;
	readonly escalate: readonly string[];
	/** The label of incidents that were escalated to a person. */
	readonly label: string;
	readonly branch_strategy: BranchStrategy["name"];
	/** Globs of branches that no agent pushes to, in addition to the default branch. */
	readonly protected_branches: readonly string[];
}

/** `same` pushes to the failing branch. `fix` pushes to a separate branch and opens a pull request. */
export const BRANCH_STRATEGIES = ["same", "fix"] as const;

/** Where the fix of one incident is pushed. Expressions see it as `$strategy`. */
export interface BranchStrategy {
	readonly name: (typeof BRANCH_STRATEGIES)[number];
	readonly branch: string;
	/** Why it differs from the pipeline's setting. */
	readonly why?: "fork" | "no_branch" | "default_branch" | "protected_branch";
}
