import { readPath } from "../../pipeline/expression/read-path.ts";
import { type Delivery, type IgnoredReason, type Reading, whyIgnored } from "../../pipeline/index.ts";
import { outcomeFor, settingsFor } from "../../pipeline/overrides.ts";
import { repositoryNameOf } from "../../pipeline/stages/envelope.ts";
import type { Effects } from "../effects.ts";
import type { Engine } from "../engine.ts";
import { completeCheckRun } from "../github/complete-check-run.ts";
import type { NamedRepository } from "../journal/repositories.ts";
import type { Log } from "../log.ts";
import type { DeliveryContent, PreparedDelivery } from "./delivery-content.ts";
import { subjectOf } from "./ignored-delivery.ts";
import { readSignal } from "./track-signal.ts";
import { truncateToFit } from "./truncate.ts";

export type Preparation =
	| { readonly ok: true; readonly delivery: PreparedDelivery }
	/** The delivery itself is at fault and is refused each time. `problem` is one clause for people. */
	| { readonly ok: false; readonly problem: string };

/** A delivery whose sender may have given it a trace (W3C Trace Context). */
export type TracedDelivery = Delivery & { readonly traceparent?: string };

/** Who vouches for a delivery: GitHub's signature, or the token of a sensor or an internal caller. */
export type Origin = "github" | "sensor";

/** D1 limits a row to 2 MB (https://developers.cloudflare.com/d1/platform/limits/); a delivery is written to several rows. */
const ROW_BYTES = 1_500_000;

/**
 * Runs the pipeline's first stages (events, filters) on a verified delivery, without the journal. A delivery of
 * GitHub's waits for the others of the same run; a sensor waits for its answer. Throws only if the pipeline cannot be loaded.
 */
export async function prepareDelivery(
	effects: Effects,
	received: TracedDelivery,
	from: Origin,
	log: Log,
): Promise<Preparation> {
	const received_at = effects.now();
	const engine = await effects.engine();
	const { traceparent, ...rest } = received;
	// Most of what GitHub sends: nothing in the pipeline cares for it, whatever else it says.
	const rejected = from === "github" ? engine.rejectEarly(rest) : undefined;
	if (rejected !== undefined) return { ok: true, delivery: rejectedDelivery(rest, rejected, received_at) };

	const delivery = await completeCheckRun(effects.github, rest);
	const { delivery_id, event } = delivery;
	let prepared: PreparedDelivery;
	try {
		const reading = await engine.read(delivery);
		if (from === "sensor" && isCommand(reading)) {
			log.warn("delivery refused", { reason: "command without GitHub's signature" });
			return { ok: false, problem: "a command is accepted only with GitHub's signature, at /webhooks/github" };
		}
		const signal = await readSignal(effects, delivery, engine);
		const content = contentOf(reading, delivery, { engine, settle: from === "github", signal: signal?.signal });
		const repository = repositoryOf(delivery.payload, from);
		prepared = {
			...{ delivery_id, event, received_at, content },
			...(repository !== undefined && { repository }),
			...(signal !== undefined && { signal }),
			...(content.outcome === "ignored" && { about: subjectOf(delivery.payload) }),
			...(traceparent !== undefined && { traceparent }),
		};
	} catch (cause) {
		// Reading depends on pipeline and payload alone. A very deeply nested payload overflows the stack.
		log.warn("delivery refused", { reason: "unreadable", cause });
		return { ok: false, problem: "the payload cannot be read: it may be nested too deep" };
	}
	const fitting = truncateToFit(prepared, ROW_BYTES);
	if (fitting !== undefined) return { ok: true, delivery: fitting };
	log.warn("delivery refused", { reason: "too large for the journal" });
	return { ok: false, problem: "the texts in the payload are too large for the journal" };
}

function rejectedDelivery(
	{ delivery_id, event, payload }: Delivery,
	reason: IgnoredReason,
	received_at: number,
): PreparedDelivery {
	const repository = repositoryOf(payload, "github");
	return {
		...{ delivery_id, event, received_at, content: { outcome: "ignored", reason } },
		...(repository !== undefined && { repository }),
		about: subjectOf(payload),
	};
}

/** Whether it does what a person asked for, by a comment or a check run's button: only GitHub knows who that was. */
function isCommand(reading: Reading): boolean {
	return reading.outcome === "command" || (reading.outcome === "incident" && reading.incident.command !== undefined);
}

/** Only GitHub's signature proves which name belongs to an id. */
function repositoryOf(payload: unknown, from: Origin): NamedRepository | undefined {
	const name = repositoryNameOf(payload);
	if (name === undefined) return undefined;
	const id = from === "github" ? readPath(payload, ["repository", "id"]) : undefined;
	return { name, ...(typeof id === "number" && Number.isSafeInteger(id) && id > 0 && { id }) };
}

function contentOf(
	reading: Reading,
	delivery: Delivery,
	{ engine, settle, signal }: { engine: Engine; settle: boolean; signal: Parameters<typeof whyIgnored>[2] },
): DeliveryContent {
	switch (reading.outcome) {
		case "incident": {
			const { incident, identity, explanation: stages } = reading;
			const explanation = { pipeline: engine.version, stages };
			const settle_ms = settle ? settingsFor(engine, incident.repository).settle_s * 1000 : 0;
			const late_ms = outcomeFor(engine, incident.repository).ci_deadline_s * 1000;
			return { outcome: "incident", incident, identity, explanation, settle_ms, late_ms };
		}
		case "command":
			return { outcome: "command", command: reading.command };
		case "ignored": {
			const { incident: refused } = reading;
			const reason = whyIgnored(reading.reason, delivery, signal);
			return { outcome: "ignored", reason, ...(refused !== undefined && { refused }) };
		}
		default:
			return reading satisfies never;
	}
}
