import type { z } from "zod";
import type { pipelineFile } from "./grammar/pipeline-file.ts";
import type { WrittenPattern } from "./log/log-pattern.ts";

export type { ExpressionText, Mapping } from "./grammar/file-leaves.ts";

/** What the grammar makes of `pipeline.yaml`: it describes every field, and gives the limits and defaults. */
type File = AsJson<z.output<typeof pipelineFile>>;

/** Read-only, and absent where the value is undefined. */
type AsJson<T> = T extends object ? { readonly [Key in keyof T]: AsJson<Exclude<T[Key], undefined>> } : T;

/**
 * The checked `pipeline.yaml` with its packs and prompts, as plain JSON: `healer build` writes it, the worker imports it.
 * Durations are in seconds. `version` is the hash of everything else but `source`, and names the pipeline in the journal.
 */
export interface Artefact extends Omit<File, "version" | "extends" | "disable" | "group"> {
	readonly version: string;
	/** Older artefacts lack it: they know no groups. */
	readonly group?: GroupPolicy;
	/** The text of `pipeline.yaml`, without its packs, for people to edit; no part of the version. Older artefacts lack it. */
	readonly source?: string;
	/** Names of the GitHub webhook events that `events` and `lifecycle` need. */
	readonly webhook_events: readonly string[];
	/** Template and partial texts by name, without `.mustache`; partials start with `_`. */
	readonly prompts: Readonly<Record<string, string>>;
	/** Every pattern that the expressions search logs for. */
	readonly log_patterns: readonly WrittenPattern[];
}

/** Expressions see it as `$settings`. Users define `vars`. */
export type Settings = File["settings"];

export type Agent = File["agents"][string];

/** `on` is GitHub's `X-GitHub-Event`, or the internal event's name. A `command` is answered by Healer itself. */
export type EventMapping = File["events"][number];

/** Maps an event to a signal about a branch, pull request or alert that may be under remediation. It never starts anything. */
export type LifecycleMapping = File["lifecycle"][number];

export type DedupRule = File["dedup"][number];

export type ContextRequest = File["context"][number];

export type ClassifyRule = File["classify"][number];

/** A field of work that an agent may take, by its key. */
export type Field = File["fields"][string];

/** One tool: how it is run, and what it prints when it fails. */
export type Tool = File["tools"][number];

export type RouteRule = File["route"][number];

export type RerunRule = NonNullable<File["rerun"]>[number];

export type AutonomyRule = NonNullable<File["autonomy"]>[number];

/** The fields of the CodeRun. Label values are made valid. */
export type Spawn = File["spawn"];

export type OutcomePolicy = File["outcome"];

/** The limits of one repository or one agent; what is absent is not limited. */
export type OwnLimits = NonNullable<NonNullable<File["limits"]>["repository"]>;

/** Which failures with one cause are a group. */
export type GroupPolicy = File["group"];
