import type { StageExplanation } from "./explanation.ts";
import type { Incident } from "./incident.ts";
import type { SignalReport } from "./signal.ts";

/** One request that may tell of an incident: from GitHub, a sensor or an internal caller. */
export interface Delivery {
	/** `X-GitHub-Event`, or the internal event's name. */
	readonly event: string;
	/** `X-GitHub-Delivery`, or an id made for the request. */
	readonly delivery_id: string;
	/** Parsed JSON, hostile in every part. */
	readonly payload: unknown;
}

/** Why a delivery is no incident. The kinds are counted by `/api/status`; `renderIgnored` words them. */
export type IgnoredReason =
	| { readonly kind: "unknown_event"; readonly event: string }
	| { readonly kind: "not_matched"; readonly event: string; readonly action?: string }
	| { readonly kind: "no_repository"; readonly event: string }
	| { readonly kind: "no_identity"; readonly event: string; readonly missing: readonly string[] }
	| { readonly kind: "filtered"; readonly filter: string }
	/** It told how a branch or pull request goes on that may be under remediation. */
	| { readonly kind: "tracked"; readonly event: string; readonly reports: SignalReport }
	/** The failure of what an agent pushed: it is its attempt's result. */
	| { readonly kind: "attempt_result"; readonly incident_id: string };

/** Something that Healer itself shall do: `/healer retry`, `stop`, `status`, `help`, or a word that it does not know. */
export interface CommandRequest {
	/** 32 hex digits of its identity's SHA-256: a comment is one command however often it is delivered. */
	readonly id: string;
	/** In lower case. */
	readonly name: string;
	readonly args?: string;
	/** `owner/name`. */
	readonly repository: string;
	readonly installation_id?: number;
	readonly pr_number: number;
	/** The comment that gave it: what is reacted to. */
	readonly comment_id: number;
	/** Login of who gave it. */
	readonly author: string;
	readonly delivery_id: string;
	/** Permissions of the repository, one of which its author has to have; absent where the event told enough. */
	readonly needs?: readonly string[];
	/** Of `fix`, where its author's permission has to be asked for first: the incident that it then is. */
	readonly fix?: {
		readonly incident: Incident;
		readonly identity: string;
		readonly explanation: readonly StageExplanation[];
	};
}

/** What reading a delivery came to: the `events` mapping, then the `filters` (first round). */
export type Reading =
	| {
			readonly outcome: "incident";
			readonly incident: Incident;
			/** The text whose hash is the incident's id. */
			readonly identity: string;
			readonly explanation: readonly StageExplanation[];
	  }
	| {
			readonly outcome: "command";
			readonly command: CommandRequest;
			readonly explanation: readonly StageExplanation[];
	  }
	| {
			readonly outcome: "ignored";
			readonly reason: IgnoredReason;
			/**
			 * With reason `filtered`: the incident it would have been. Another delivery of the same run may have opened it
			 * without telling what the filter saw (a skip marker in the commit message, say).
			 */
			readonly incident?: Incident;
			readonly explanation: readonly StageExplanation[];
	  };
