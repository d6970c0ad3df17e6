import type { Explanation } from "../../pipeline/explanation.ts";
import type { CommandRequest, IgnoredReason, Incident } from "../../pipeline/index.ts";
import type { PreparedSignal } from "./track-signal.ts";

/** What a verified delivery means, with all that is needed to write it down: JSON, so that it can wait in a queue. */
export interface PreparedDelivery {
	readonly delivery_id: string;
	/** `X-GitHub-Event`, or the internal event's name. */
	readonly event: string;
	/** When it arrived, ms. It stays the same however often the delivery is written down, and tells that from a second arrival. */
	readonly received_at: number;
	readonly content: DeliveryContent;
	/** What it says about remediations under way. */
	readonly signal?: PreparedSignal;
}

export type DeliveryContent =
	| {
			readonly outcome: "incident";
			readonly incident: Incident;
			readonly identity: string;
			readonly explanation: Explanation;
			/** How long it waits for other deliveries of the same run. */
			readonly settle_ms: number;
			/** For how long after its last attempt a remediation that a person was notified of counts. */
			readonly late_ms: number;
	  }
	| { readonly outcome: "command"; readonly command: CommandRequest }
	| {
			readonly outcome: "ignored";
			readonly reason: IgnoredReason;
			/** The incident that a filter refused; an earlier delivery may have opened it. */
			readonly refused?: Incident;
	  };

/** Whether there is anything to write down. */
export function needsJournal({ content, signal }: PreparedDelivery): boolean {
	return content.outcome !== "ignored" || content.refused !== undefined || signal !== undefined;
}
