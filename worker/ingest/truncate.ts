import type { Incident } from "../../pipeline/index.ts";
import { cleanText, TEXT_LIMITS } from "../../pipeline/stages/clean-text.ts";
import type { PreparedDelivery } from "./delivery-content.ts";

/** Lengths that long texts are cut to, tried in order until the delivery fits, so that no more than needed is lost. */
const CUTS = [16_384, 4_096, TEXT_LIMITS.short] as const;

/** A character takes at most six bytes in JSON: a control character is `\u001b`. */
const MOST_BYTES = 6;
/** An upper bound for what is not counted: short fields, explanation, signal. */
const REST_BYTES = 250_000;

/**
 * The delivery in at most `limit_bytes` of JSON: unchanged, or with its long texts cut down to the length of an incident's
 * short fields. Undefined if even that is too large.
 */
export function truncateToFit(delivery: PreparedDelivery, limit_bytes: number): PreparedDelivery | undefined {
	// Serializing every delivery to count it would be slow; nearly all are far below any limit.
	if (countedLength(delivery) * MOST_BYTES + REST_BYTES <= limit_bytes) return delivery;
	if (jsonBytes(delivery) <= limit_bytes) return delivery;
	for (const max of CUTS) {
		const cut = withIncident(delivery, (incident) => cutIncident(incident, max));
		if (jsonBytes(cut) <= limit_bytes) return cut;
	}
	return undefined;
}

/** Its size as a message or a row. */
export function jsonBytes(value: unknown): number {
	return new TextEncoder().encode(JSON.stringify(value)).byteLength;
}

/** Characters of the fields that can be large; lists count with the maximum of their items. */
function countedLength({ content, signal }: PreparedDelivery): number {
	const incident = incidentIn(content);
	const { evidence = "", commit_message = "", alert, jobs = [], failed_steps = [] } = incident ?? {};
	const lists = jobs.length + failed_steps.length + (signal?.signal.failed_steps ?? []).length;
	return evidence.length + commit_message.length + (alert?.description ?? "").length + lists * TEXT_LIMITS.short;
}

function incidentIn(content: PreparedDelivery["content"]): Incident | undefined {
	switch (content.outcome) {
		case "incident":
			return content.incident;
		case "command":
			return content.command.fix?.incident;
		case "ignored":
			return content.refused;
		default:
			return content satisfies never;
	}
}

function withIncident(delivery: PreparedDelivery, change: (incident: Incident) => Incident): PreparedDelivery {
	const { content } = delivery;
	switch (content.outcome) {
		case "incident":
			return { ...delivery, content: { ...content, incident: change(content.incident) } };
		case "command": {
			const { fix } = content.command;
			if (fix === undefined) return delivery;
			const command = { ...content.command, fix: { ...fix, incident: change(fix.incident) } };
			return { ...delivery, content: { ...content, command } };
		}
		case "ignored":
			if (content.refused === undefined) return delivery;
			return { ...delivery, content: { ...content, refused: change(content.refused) } };
		default:
			return content satisfies never;
	}
}

function cutIncident(incident: Incident, max: number): Incident {
	const { evidence, commit_message, alert } = incident;
	const description = alert?.description;
	return {
		...incident,
		...(evidence !== undefined && { evidence: cleanText(evidence, max) }),
		...(commit_message !== undefined && { commit_message: cleanText(commit_message, max) }),
		...(description !== undefined && { alert: { ...alert, description: cleanText(description, max) } }),
	};
}
