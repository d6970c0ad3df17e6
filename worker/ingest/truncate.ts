import type { Incident } from "../../pipeline/index.ts";
import { cleanText, TEXT_LIMITS } from "../../pipeline/stages/clean-text.ts";
import type { PreparedDelivery } from "./delivery-content.ts";

/** What long texts are cut to, one after the other, until the whole fits: no more is lost than has to be. */
const CUTS = [16_384, 4_096, TEXT_LIMITS.short] as const;

/** A character takes at most six bytes as JSON: a control character is `\u001b`. */
const MOST_BYTES = 6;
/** What is not counted: the short fields, the explanation, the signal. */
const REST_BYTES = 250_000;

/**
 * The delivery in at most so many bytes of JSON: as it is, or with its long texts cut to what an incident's short ones may
 * have. Undefined when even that is more.
 */
export function truncateToFit(delivery: PreparedDelivery, limit_bytes: number): PreparedDelivery | undefined {
	// Making JSON to count it would cost every delivery; nearly all are far from any limit.
	if (countedLength(delivery) * MOST_BYTES + REST_BYTES <= limit_bytes) return delivery;
	if (jsonBytes(delivery) <= limit_bytes) return delivery;
	for (const max of CUTS) {
		const cut = withIncident(delivery, (incident) => cutIncident(incident, max));
		if (jsonBytes(cut) <= limit_bytes) return cut;
	}
	return undefined;
}

/** How many bytes it takes as a message or a row. */
export function jsonBytes(value: unknown): number {
	return new TextEncoder().encode(JSON.stringify(value)).byteLength;
}

/** Characters of the fields that can be large; lists by the most that their items may have. */
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
