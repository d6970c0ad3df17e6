import type { ContextSource } from "./context.ts";
import type { IncidentKind } from "./incident.ts";
import type { SearchablePattern } from "./log/log-pattern.ts";
import type { SignalReport } from "./signal.ts";

/** JSONata text, checked at build time. */
export type ExpressionText = string;

/** A tree whose string leaves are JSONata and whose other leaves are literals: how `incident` and `spawn` are written. */
export type Mapping = {
	readonly [name: string]: Mapping | ExpressionText | number | boolean | readonly ExpressionText[];
};

/**
 * `pipeline.yaml` and its prompts, checked and as plain JSON: what `healer build` writes and the worker imports.
 * Durations are seconds. `version` is the hash of all the rest and names the pipeline in the journal.
 */
export interface Artefact {
	readonly version: string;
	readonly settings: Settings;
	readonly agents: Readonly<Record<string, Agent>>;
	readonly events: readonly EventMapping[];
	readonly lifecycle: readonly LifecycleMapping[];
	/** The events that GitHub has to send for both, by name. */
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
	/** Every pattern that an expression looks for in logs. */
	readonly log_patterns: readonly SearchablePattern[];
}

/** Seen by expressions as `$settings`. `vars` is the user's own. */
export interface Settings {
	readonly repositories: readonly string[];
	/** Nothing is spawned while this is true; what would be waits. */
	readonly paused: boolean;
	/** CodeRuns for one repository within an hour; 0 is no limit. What is over it waits. */
	readonly max_per_hour: number;
	readonly process_bot_commits: boolean;
	/** Logins of bots whose runs are acted upon although other bots' are not. */
	readonly process_bots: readonly string[];
	readonly process_forks: boolean;
	readonly skip_markers: readonly string[];
	/** Logins whose reviews are findings to act upon. */
	readonly reviewers: readonly string[];
	/** Who may give commands: by `author_association`, by login, or by a permission of the repository. */
	readonly commands: {
		readonly associations: readonly string[];
		readonly logins: readonly string[];
		readonly permissions: readonly string[];
	};
	/** Whether pull requests and pushes are looked at by themselves, for what is red or in conflict already. */
	readonly watch: { readonly pull_requests: boolean; readonly branches: readonly string[] };
	/** How long an incident waits for other deliveries of the same run before it is decided. */
	readonly settle_s: number;
	/** How long the journal keeps what. */
	readonly retention: {
		/** Incidents that ended, with all that belongs to them; at least 30 days. */
		readonly incidents_s: number;
		/** Of incidents that ended, the CodeRuns with their prompts, and the context. */
		readonly prompts_s: number;
		readonly ignored_s: number;
	};
	readonly vars: Readonly<Record<string, unknown>>;
}

export interface Agent {
	readonly github_app: string;
	readonly cli: string;
	readonly model: string;
	/** A template under `prompts/`. */
	readonly prompt: string;
	/** Unfinished CodeRuns of this agent at once; 0 is no limit. */
	readonly max_active: number;
	readonly tools: { readonly local: readonly string[]; readonly remote: readonly string[] };
}

export interface EventMapping {
	readonly name: string;
	/** GitHub's `X-GitHub-Event`, or the internal event's name. */
	readonly on: string;
	readonly when?: ExpressionText;
	/** What sort of incident it is; `command` is none, but something for Healer itself to do. */
	readonly kind: IncidentKind | "command";
	/** Absent only for internal events: their identity is then the payload's hash. */
	readonly identity?: ExpressionText;
	readonly incident: Mapping;
}

/** What an event tells about something that may be under remediation. It never starts anything. */
export interface LifecycleMapping {
	readonly name: string;
	/** GitHub's `X-GitHub-Event`. */
	readonly on: string;
	readonly when?: ExpressionText;
	readonly reports: SignalReport;
	/** The signal's fields: which remediation it is about. */
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
	/** At least 60: KV takes no shorter one. */
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

/** The fields of the CodeRun. Label values are made valid whatever the expression gives. */
export interface Spawn {
	readonly namespace: string;
	readonly labels: Readonly<Record<string, ExpressionText>>;
	readonly annotations: Readonly<Record<string, ExpressionText>>;
	readonly spec: Mapping;
}

export interface OutcomePolicy {
	/** CodeRuns for one incident at most, whoever makes them. */
	readonly max_attempts: number;
	/** Between the end of an attempt and the next one. */
	readonly pause_s: number;
	/** How long a CodeRun may take. */
	readonly deadline_s: number;
	/** How long CI may take to be green after the CodeRun ended. */
	readonly ci_deadline_s: number;
	readonly escalate: readonly string[];
	/** The label of what a person was asked to look at. */
	readonly label: string;
	readonly branch_strategy: BranchStrategy["name"];
	/** Globs of branches that no agent pushes to, beside the default branch. */
	readonly protected_branches: readonly string[];
}

/** `same`: push to the failing branch. `fix`: a branch of the fix's own, and a pull request. */
export const BRANCH_STRATEGIES = ["same", "fix"] as const;

/** Where the fix of one incident goes. Expressions see it as `$strategy`. */
export interface BranchStrategy {
	readonly name: (typeof BRANCH_STRATEGIES)[number];
	/** The branch to push to. */
	readonly branch: string;
	/** Why it is not what the pipeline asks for. */
	readonly why?: "fork" | "no_branch" | "default_branch" | "protected_branch";
}
