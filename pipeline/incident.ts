/** A person or an App, as GitHub names it: `{login, type}`. */
export interface Account {
	readonly login: string;
	/** `User`, `Bot` or `Organization`; absent when the event does not include it. */
	readonly type?: string;
}

/** A security alert: one shape for Dependabot, code scanning, secret scanning and advisories. */
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

/** A request made in a comment or by a button. */
export interface Command {
	readonly name?: string;
	readonly args?: string;
	/** The agent requested by name. */
	readonly agent?: string;
	/** The comment with the command; replies refer to it. */
	readonly comment_id?: number;
	/** Whether the author may give commands without GitHub being asked. Anything but true: GitHub is asked. */
	readonly allowed?: boolean;
	/** Repository permissions, one of which the author needs. */
	readonly needs?: readonly string[];
	/** Why it is refused whoever gave it, as a clause: the pull request is closed, an App wrote the comment. */
	readonly refused?: string;
}

/** Which failed jobs of its run an incident is about, if the run's fields have an incident each (`outcome.split`). */
export type RunPart =
	/** The incident that was reported has all jobs but those of the others. */
	| { readonly except: readonly string[] }
	/** It was split off from the incident `of`. */
	| { readonly only: readonly string[]; readonly of: string };

/** The kinds of incident, for routing and filters. */
export const INCIDENT_KINDS = ["ci", "security", "review", "manual", "change", "play"] as const;
export type IncidentKind = (typeof INCIDENT_KINDS)[number];

/** One incident, in the same shape whatever the event. Fields that the event lacks are absent, never empty texts. */
export interface Incident {
	/** 32 hex digits of the identity's SHA-256. */
	readonly id: string;
	readonly kind: IncidentKind;
	/** The name of the entry under `events:` that matched. */
	readonly event: string;
	readonly delivery_id: string;
	/** `owner/name`; only keys lower-case it. */
	readonly repository: string;
	readonly installation_id?: number;
	/** `owner/name` of the branch's repository, which differs for a fork; `DELETED_FORK`; absent while nobody named it. */
	readonly head_repository?: string;
	/** The branch that failed, or the tag: events do not tell them apart. */
	readonly branch?: string;
	/** Which failed jobs of its run are this incident's; absent: all. */
	readonly part?: RunPart;
	/** What GitHub has of that name; absent while it was not asked. */
	readonly branch_state?: "exists" | "tag" | "deleted";
	readonly default_branch?: string;
	readonly head_sha?: string;
	readonly run_id?: string;
	readonly run_attempt?: number;
	readonly workflow?: { readonly name?: string; readonly path?: string };
	/** The failed job that was reported first. */
	readonly job?: string;
	/** All failed jobs reported so far, when there are several. */
	readonly jobs?: readonly string[];
	readonly failed_steps?: readonly string[];
	readonly conclusion?: string;
	readonly url?: string;
	readonly commit_message?: string;
	/** Who started the run; the bot filter checks this account. */
	readonly actor?: Account;
	/** Author of the head commit. */
	readonly author?: Account;
	/** Who caused the delivery. For checks, statuses and alerts it is an App. */
	readonly sender?: Account;
	/** Slug of the App that owns the check. */
	readonly app?: string;
	readonly pr_number?: number;
	/** The review of that pull request that asks for changes. */
	readonly review_id?: number;
	readonly alert?: Alert;
	readonly command?: Command;
	/** Text in the event itself: a check's output, a review's findings. */
	readonly evidence?: string;
	/** When the run or check began, ISO 8601. Used to tell which one is newer. */
	readonly started_at?: string;
	/** ISO 8601. */
	readonly occurred_at?: string;
}

/** Whether somebody pressed a check run's button: a command that no comment contains. */
export function isButtonPress({ command }: Pick<Incident, "command">): boolean {
	return command?.name !== undefined && command.comment_id === undefined;
}
