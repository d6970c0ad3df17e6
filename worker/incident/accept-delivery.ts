import { type Delivery, type IgnoredReason, renderIgnored } from "../../pipeline/index.ts";
import type { Effects } from "../effects.ts";
import { completeCheckRun } from "../github/complete-check-run.ts";
import { addDelivery } from "../journal/add-delivery.ts";
import { addRefusedDelivery } from "../journal/add-refused-delivery.ts";
import type { Log } from "../log.ts";

/** What became of a delivery once it was verified and read. */
export type Acceptance =
	| { readonly status: "accepted" | "duplicate"; readonly incident_id: string; readonly due_in_ms: number }
	| { readonly status: "ignored"; readonly kind: IgnoredReason["kind"]; readonly reason: string };

/**
 * Runs the pipeline's first stages (events, filters) and writes the incident down. When this returns, it is in the
 * journal; it throws when the journal fails, and only then. `settle`: wait for other deliveries of the same run.
 */
export async function acceptDelivery(
	effects: Effects,
	told: Delivery,
	settle: boolean,
	log: Log,
): Promise<Acceptance> {
	const delivery = await completeCheckRun(effects.github, told);
	const engine = await effects.engine();
	const reading = await engine.read(delivery);
	const now = effects.now();

	if (reading.outcome === "ignored") {
		if (reading.incident !== undefined) await addRefusedDelivery(effects.journal, reading.incident, now);
		const reason = renderIgnored(reading.reason);
		log.info("delivery ignored", { kind: reading.reason.kind, reason });
		return { status: "ignored", kind: reading.reason.kind, reason };
	}

	const incident_id = reading.incident.id;
	const wait_ms = settle ? engine.settle_s * 1000 : 0;
	const status = await addDelivery(effects.journal, {
		incident: reading.incident,
		identity: reading.identity,
		explanation: { pipeline: engine.version, stages: reading.explanation },
		due_at: now + wait_ms,
		now,
	});
	log.info(`delivery ${status}`, { incident_id });
	return { status, incident_id, due_in_ms: wait_ms };
}
