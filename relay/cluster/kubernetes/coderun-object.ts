import * as z from "zod";
import { isTerminalPhase, type TerminalPhase } from "../../../wire/outcome.ts";
import { type CodeRunIdentity, OWN_ANNOTATIONS, OWN_LABELS, readIdentity } from "../coderun.ts";
import { readTime } from "./read-time.ts";

/** Where the Kubernetes sink records on a CodeRun what it has done about it. */
export const REPORTED_LABEL = "healer/reported";
export const TIMED_OUT_ANNOTATION = "healer/timed-out-at";
export const NOT_STARTED_ANNOTATION = "healer/not-started-at";

/** Selects Healer's CodeRuns whose end the worker does not know yet. */
export const UNREPORTED = `${OWN_LABELS.name}=healer,!${REPORTED_LABEL}`;

/** `timed-out`: the worker knows, but it may still be running, or start. */
export type Reported = "true" | "timed-out";

const text = z.string().optional().catch(undefined);

/** The fields that the relay reads; the rest belongs to the controller and may have any shape. */
const objectSchema = z.object({
	metadata: z.object({
		name: z.string(),
		uid: z.string(),
		resourceVersion: z.string(),
		creationTimestamp: text,
		deletionTimestamp: text,
		labels: z.record(z.string(), z.string()).optional(),
		annotations: z.record(z.string(), z.string()).optional(),
	}),
	status: z
		.object({ phase: text, message: text, pullRequestUrl: text, finishedAt: text, lastUpdate: text })
		.optional()
		.catch(undefined),
});

/** A CodeRun as it was seen, without its spec: prompts are large. Times are in ISO 8601, UTC. */
export interface SeenCodeRun {
	readonly name: string;
	readonly uid: string;
	readonly resource_version: string;
	/** Absent when Healer did not create the CodeRun. */
	readonly identity?: CodeRunIdentity;
	/** It has a phase: a controller works on it. An absent and an empty phase mean that none has seen it yet. */
	readonly started: boolean;
	/** Absent while it is unfinished. */
	readonly terminal?: TerminalPhase;
	readonly message: string | null;
	readonly pull_request_url: string | null;
	readonly started_at: string | null;
	readonly finished_at: string | null;
	/** When the cluster created it, in milliseconds. */
	readonly created_at: number | undefined;
	readonly deadline_s: number | undefined;
	readonly start_deadline_s: number | undefined;
	/** Its deadline passed, and a relay recorded that. */
	readonly timed_out_at: string | null;
	/** It had no phase at its start deadline, and a relay recorded that. It may have started since. */
	readonly not_started_at: string | null;
	readonly reported: boolean;
	/** It was deleted, and a finalizer still holds it. */
	readonly deleting: boolean;
}

/** @throws when it is not a Kubernetes object. */
export function readCodeRunObject(object: unknown): SeenCodeRun {
	const { metadata, status } = objectSchema.parse(object);
	const annotations = metadata.annotations ?? {};
	const identity = readIdentity(annotations);
	const created = readTime(metadata.creationTimestamp);
	return {
		name: metadata.name,
		uid: metadata.uid,
		resource_version: metadata.resourceVersion,
		...(identity === undefined ? {} : { identity }),
		started: (status?.phase ?? "").trim() !== "",
		...(isTerminalPhase(status?.phase) ? { terminal: status.phase } : {}),
		message: status?.message?.slice(0, 16_384) || null,
		pull_request_url: pullRequestOf(status?.pullRequestUrl),
		started_at: readTime(annotations[OWN_ANNOTATIONS.createdAt]) ?? created,
		finished_at: readTime(status?.finishedAt) ?? readTime(status?.lastUpdate),
		created_at: created === null ? undefined : Date.parse(created),
		deadline_s: readSeconds(annotations[OWN_ANNOTATIONS.deadline]),
		start_deadline_s: readSeconds(annotations[OWN_ANNOTATIONS.startDeadline]),
		timed_out_at: readTime(annotations[TIMED_OUT_ANNOTATION]),
		not_started_at: readTime(annotations[NOT_STARTED_ANNOTATION]),
		reported: metadata.labels?.[REPORTED_LABEL] !== undefined,
		deleting: metadata.deletionTimestamp !== undefined,
	};
}

/** The controller and the agents write an empty text or `no-pr` for none. */
function pullRequestOf(url: string | undefined): string | null {
	return url === undefined || url === "" || url === "no-pr" || url.length > 2048 ? null : url;
}

function readSeconds(text: string | undefined): number | undefined {
	return text !== undefined && /^[1-9]\d{0,8}$/.test(text) ? Number(text) : undefined;
}
