import type { StageExplanation } from "./explanation.ts";
import type { Incident } from "./incident.ts";
import type { SignalReport } from "./signal.ts";

/** One request that may describe an incident: from GitHub, a sensor or an internal caller. */
export interface Delivery {
	/** `X-GitHub-Event`, or the internal event's name. */
	readonly event: string;
	/** `X-GitHub-Delivery`, or an id generated for the request. */
	readonly delivery_id: string;
	/** Parsed JSON; untrusted. */
	readonly payload: unknown;
}

/** Why a delivery is not an incident. `/api/status` counts the kinds; `renderIgnored` formats them. */
export type IgnoredReason =
	| { readonly kind: "unknown_event"; readonly event: string }
	| { readonly kind: "not_matched"; readonly event: string; readonly action?: string }
	| { readonly kind: "no_repository"; readonly event: string }
	| { readonly kind: "no_identity"; readonly event: string; readonly missing: readonly string[] }
	| { readonly kind: "filtered"; readonly filter: string }
	/** A lifecycle event of a branch, pull request or alert that may be under remediation. */
	| { readonly kind: "tracked"; readonly event: string; readonly reports: SignalReport }
	/** A failure of an agent's push: it is the result of that attempt. */
	| { readonly kind: "attempt_result"; readonly incident_id: string };

/**
 * A command for Healer itself: `/healer retry`, `stop`, `status`, `help`, or an unknown word. Whoever presses a check run's
 * button again asks for a `retry`, too.
 */
export interface CommandRequest {
	/** 32 hex digits of the identity's SHA-256: a comment or press is one command, however often it is delivered. */
	readonly id: string;
	/** In lower case. */
	readonly name: string;
	readonly args?: string;
	/** `owner/name`. */
	readonly repository: string;
	readonly installation_id?: number;
	readonly pr_number: number;
	/** The comment that contains the command; reactions go there. */
	readonly comment_id?: number;
	/** The incident of the button; absent for a comment, which is about its whole pull request. */
	readonly incident_id?: string;
	/** Login of who gave it. */
	readonly author: string;
	readonly delivery_id: string;
	/** Repository permissions, one of which the author needs; absent if the pipeline lists the author. */
	readonly needs?: readonly string[];
	/** Why it is refused whoever gave it, as a clause. */
	readonly refused?: string;
	/** For `fix`: the incident it becomes once the author's permission is known. */
	readonly fix?: {
		readonly incident: Incident;
		readonly identity: string;
		readonly explanation: readonly StageExplanation[];
	};
}

/** The result of reading a delivery: the `events` mapping, then the `filters` (first round). */
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
			 * For reason `filtered`: the incident it would have been. Another delivery of the same run may have opened it
			 * without the data that the filter matched (such as a skip marker in the commit message).
			 */
			readonly incident?: Incident;
			readonly explanation: readonly StageExplanation[];
	  };
