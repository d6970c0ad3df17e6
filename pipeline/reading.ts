import type { StageExplanation } from "./explanation.ts";
import type { Incident } from "./incident.ts";

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
	| { readonly kind: "filtered"; readonly filter: string };

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
			readonly outcome: "ignored";
			readonly reason: IgnoredReason;
			/**
			 * With reason `filtered`: the incident it would have been. Another delivery of the same run may have opened it
			 * without telling what the filter saw (a skip marker in the commit message, say).
			 */
			readonly incident?: Incident;
			readonly explanation: readonly StageExplanation[];
	  };
