import type { Explanation } from "../../pipeline/explanation.ts";
import type { CommandRequest, IgnoredReason, Incident } from "../../pipeline/index.ts";
import type { NamedRepository } from "../journal/repositories.ts";
import type { PreparedSignal } from "./track-signal.ts";

/** A verified delivery as the pipeline read it, with everything needed to store it. JSON, so that it can be queued. */
export interface PreparedDelivery {
	readonly delivery_id: string;
	/** `X-GitHub-Event`, or the internal event's name. */
	readonly event: string;
	/** When it arrived, ms. Constant however often the delivery is written, so that a second arrival can be distinguished. */
	readonly received_at: number;
	readonly content: DeliveryContent;
	/** The repository that the payload names. */
	readonly repository?: NamedRepository;
	/** Only of one that is ignored; a message of an earlier worker has none. */
	readonly about?: DeliverySubject;
	/** What it reports about remediations in progress. */
	readonly signal?: PreparedSignal;
	/** W3C Trace Context, if its sender gave one; else it follows from the delivery's id. */
	readonly traceparent?: string;
}

/** What a payload is about, for people who ask why nothing came of it. */
export interface DeliverySubject {
	readonly action?: string;
	readonly branch?: string;
}

export type DeliveryContent =
	| {
			readonly outcome: "incident";
			readonly incident: Incident;
			readonly identity: string;
			readonly explanation: Explanation;
			/** How long the incident waits for other deliveries of the same run. */
			readonly settle_ms: number;
			/** How long an escalated remediation still counts after its last attempt. */
			readonly late_ms: number;
	  }
	| { readonly outcome: "command"; readonly command: CommandRequest }
	| {
			readonly outcome: "ignored";
			readonly reason: IgnoredReason;
			/** The refused incident; an earlier delivery may have opened it. */
			readonly refused?: Incident;
	  };

/** Whether there is anything to store. */
export function needsJournal({ content, signal }: PreparedDelivery): boolean {
	return content.outcome !== "ignored" || content.refused !== undefined || signal !== undefined;
}
