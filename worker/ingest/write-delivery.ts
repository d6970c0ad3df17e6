import { type IgnoredReason, renderIgnored } from "../../pipeline/index.ts";
import type { Effects } from "../effects.ts";
import { commandStatement } from "../journal/commands.ts";
import { deliveryStatements, refusedDeliveryStatement } from "../journal/deliveries.ts";
import { remediationPushedTo } from "../journal/remediations.ts";
import { signalStatements } from "../journal/signals.ts";
import type { Log } from "../log.ts";
import type { DeliveryContent, PreparedDelivery } from "./delivery-content.ts";
import { commandOf } from "./prepare-delivery.ts";
import { trackSignal, wakeAffected } from "./track-signal.ts";

/** What became of a delivery once it was written down. */
export type Acceptance =
	| {
			readonly status: "accepted" | "duplicate";
			readonly incident_id: string;
			readonly due_in_ms: number;
			/** Of an incident that a comment asked for: the command that has to be answered. */
			readonly command_id?: string;
	  }
	/** A command for Healer itself. */
	| { readonly status: "command"; readonly name: string; readonly is_new: boolean; readonly command_id: string }
	| {
			readonly status: "ignored";
			readonly kind: IgnoredReason["kind"];
			readonly reason: string;
			/** A filter refused the incident, and the journal has none that this could be added to. */
			readonly is_unknown?: boolean;
	  };

type ContentOf<T extends DeliveryContent["outcome"]> = Extract<DeliveryContent, { readonly outcome: T }>;

/**
 * Writes a prepared delivery down: the incident, the command, what it says of remediations under way. The same for a
 * delivery that GitHub waits for and for one that waited in the queue. Written twice it comes to the same. When this
 * returns, it is in the journal; it throws when the journal fails, and only then.
 */
export async function writeDelivery(effects: Effects, prepared: PreparedDelivery, log: Log): Promise<Acceptance> {
	const { content } = prepared;
	switch (content.outcome) {
		case "incident":
			return await writeIncident(effects, prepared, content, log);
		case "command":
			return await writeCommand(effects, prepared, content, log);
		case "ignored":
			return { ...ignore(content.reason, log), ...(await writeIgnored(effects, prepared, content, log)) };
		default:
			return content satisfies never;
	}
}

async function writeIncident(
	effects: Effects,
	{ signal, received_at }: PreparedDelivery,
	content: ContentOf<"incident">,
	log: Log,
): Promise<Acceptance> {
	const { incident, identity, explanation, settle_ms, late_ms } = content;
	const { isOwnAgent } = await effects.engine();
	const knowing = { isOwnAgent, now: received_at, late_ms };
	const remediation = await remediationPushedTo(effects.journal, incident, knowing);
	if (remediation !== undefined) {
		if (signal !== undefined) await trackSignal(effects, signal, log);
		return ignore({ kind: "attempt_result", incident_id: remediation }, log);
	}

	const { journal } = effects;
	const now = effects.now();
	const asked = commandOf(content);
	const own = [
		...deliveryStatements(journal, { incident, identity, explanation, due_at: now + settle_ms, now, received_at }),
		...(asked === undefined ? [] : [commandStatement(journal, asked, received_at)]),
	];
	// Behind the incident's own row: an older one of the same branch is superseded by that, not by a mere failure.
	const tracked = signal && signalStatements(journal, signal.signal, signal);
	const results = await journal.batch([...own, ...(tracked?.all ?? [])]);
	const status = results[0]?.meta.changes === 1 ? "accepted" : "duplicate";
	log.info(`delivery ${status}`, { incident_id: incident.id });
	if (signal !== undefined && tracked !== undefined) {
		const affected = tracked.affected(results.slice(own.length));
		// Its own incident has a wake-up of its own.
		const others = status === "accepted" ? affected.filter((id) => id !== incident.id) : affected;
		await wakeAffected(effects, signal, others, log);
	}
	const command_id = asked !== undefined && { command_id: asked.id };
	return { status, incident_id: incident.id, due_in_ms: settle_ms, ...command_id };
}

async function writeCommand(
	effects: Effects,
	{ signal, received_at }: PreparedDelivery,
	{ command }: ContentOf<"command">,
	log: Log,
): Promise<Acceptance> {
	const { id, name, author, pr_number } = command;
	const own = commandStatement(effects.journal, command, received_at);
	const [added] = signal === undefined ? [await own.run()] : await trackSignal(effects, signal, log, [own]);
	const is_new = added?.meta.changes === 1;
	log.info(`command ${is_new ? "accepted" : "duplicate"}`, { name, author, pr_number });
	return { status: "command", name, is_new, command_id: id };
}

async function writeIgnored(
	effects: Effects,
	{ signal, received_at }: PreparedDelivery,
	{ refused }: ContentOf<"ignored">,
	log: Log,
): Promise<{ readonly is_unknown?: boolean }> {
	const own = refused && refusedDeliveryStatement(effects.journal, refused, received_at);
	const [added] = signal === undefined ? [await own?.run()] : await trackSignal(effects, signal, log, own && [own]);
	return own === undefined ? {} : { is_unknown: added?.meta.changes === 0 };
}

function ignore(why: IgnoredReason, log: Log): Extract<Acceptance, { readonly status: "ignored" }> {
	const reason = renderIgnored(why);
	log.info("delivery ignored", { kind: why.kind, reason });
	return { status: "ignored", kind: why.kind, reason };
}
