import type { ContextSource } from "./context.ts";
import type { IncidentKind } from "./incident.ts";
import type { SearchablePattern } from "./log/log-pattern.ts";

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
	readonly process_bot_commits: boolean;
	readonly skip_markers: readonly string[];
	/** How long an incident waits for other deliveries of the same run before it is decided. */
	readonly settle_s: number;
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
	readonly kind: IncidentKind;
	/** Absent only for internal events: their identity is then the payload's hash. */
	readonly identity?: ExpressionText;
	readonly incident: Mapping;
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
	readonly max_attempts: number;
	readonly deadline_s: number;
	readonly escalate: readonly string[];
}
