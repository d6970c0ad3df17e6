/** A person or an App, as GitHub names it: `{login, type}`. */
export interface Account {
	readonly login: string;
	/** `User`, `Bot` or `Organization`; absent when the event does not tell. */
	readonly type?: string;
}

/** A security alert, in one shape for Dependabot, code scanning, secret scanning and advisories. */
export interface Alert {
	readonly type?: string;
	readonly number?: number;
	readonly severity?: string;
	readonly package_name?: string;
	/** CVE or GHSA id. */
	readonly cve_id?: string;
	readonly description?: string;
	readonly manifest_path?: string;
}

/** What somebody asked for, in a comment or by a button. */
export interface Command {
	readonly name?: string;
	readonly args?: string;
	/** The agent that was asked for by its name. */
	readonly agent?: string;
	/** The comment that said so: where the answer goes. */
	readonly comment_id?: number;
	/** Permissions of the repository, one of which its author has to have; absent where the event told enough. */
	readonly needs?: readonly string[];
}

/** The kinds of incident; routing and filters tell them apart. */
export const INCIDENT_KINDS = ["ci", "security", "review", "manual", "change", "play"] as const;
export type IncidentKind = (typeof INCIDENT_KINDS)[number];

/**
 * What a delivery means, in one shape for every event (DESIGN section 1).
 * What the event does not tell is absent, never empty text.
 */
export interface Incident {
	/** 32 hex digits of the identity's SHA-256. */
	readonly id: string;
	readonly kind: IncidentKind;
	/** The name under `events:` that took the delivery. */
	readonly event: string;
	readonly delivery_id: string;
	/** `owner/name`, lower-cased nowhere but in keys. */
	readonly repository: string;
	readonly installation_id?: number;
	/** `owner/name` of the branch's repository: another one for a fork. */
	readonly head_repository?: string;
	readonly branch?: string;
	readonly default_branch?: string;
	readonly head_sha?: string;
	readonly run_id?: string;
	readonly run_attempt?: number;
	readonly workflow?: { readonly name?: string; readonly path?: string };
	/** The failed job that was told of first. */
	readonly job?: string;
	/** All failed jobs that were told of, when there are several. */
	readonly jobs?: readonly string[];
	readonly failed_steps?: readonly string[];
	readonly conclusion?: string;
	readonly url?: string;
	readonly commit_message?: string;
	/** Who made the run: the one the bot filter looks at. */
	readonly actor?: Account;
	/** Who wrote the head commit. */
	readonly author?: Account;
	/** Who caused the delivery: an App by nature for checks, statuses and alerts. */
	readonly sender?: Account;
	/** Slug of the App that owns the check. */
	readonly app?: string;
	readonly pr_number?: number;
	readonly alert?: Alert;
	readonly command?: Command;
	/** Text that came with the event itself: a check's output, a review's findings. */
	readonly evidence?: string;
	/** When the run or check began, ISO 8601: what is newer is told by this. */
	readonly started_at?: string;
	/** ISO 8601. */
	readonly occurred_at?: string;
}
