import {
	type CommandRequest,
	type Delivery,
	type IgnoredReason,
	type Incident,
	type Reading,
	renderIgnored,
} from "../../pipeline/index.ts";
import type { Effects } from "../effects.ts";
import type { Engine } from "../engine.ts";
import { completeCheckRun } from "../github/complete-check-run.ts";
import { addCommand } from "../journal/add-command.ts";
import { addDelivery } from "../journal/add-delivery.ts";
import { addRefusedDelivery } from "../journal/add-refused-delivery.ts";
import { remediationPushedTo } from "../journal/remediation-pushed-to.ts";
import { trackSignal } from "../lifecycle/track-signal.ts";
import type { Log } from "../log.ts";

/** What became of a delivery once it was verified and read. */
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
	| { readonly status: "ignored"; readonly kind: IgnoredReason["kind"]; readonly reason: string };

/**
 * Runs the pipeline's first stages (events, filters) and writes the incident, or the command, down. When this returns, it
 * is in the journal; it throws when the journal fails, and only then. `settle`: wait for other deliveries of the same run.
 */
export async function acceptDelivery(effects: Effects, told: Delivery, settle: boolean, log: Log): Promise<Acceptance> {
	const delivery = await completeCheckRun(effects.github, told);
	const engine = await effects.engine();
	const reading = await engine.read(delivery);
	const acceptance = await acceptReading(effects, engine, reading, settle, log);
	// Behind the incident's own row: an older one of the same branch is superseded by it, not by a mere failure.
	const made = acceptance.status === "accepted" ? acceptance.incident_id : undefined;
	const signal = await trackSignal(effects, delivery, log, made);
	const isNothing = acceptance.status === "ignored" && NOTHING_ELSE.includes(acceptance.kind);
	return signal === undefined || !isNothing
		? acceptance
		: ignore({ kind: "tracked", event: delivery.event, says: signal.says }, log);
}

/** Reasons behind which what the delivery tells of a remediation is what counts. */
const NOTHING_ELSE: readonly IgnoredReason["kind"][] = ["unknown_event", "not_matched"];

async function acceptReading(
	effects: Effects,
	engine: Engine,
	reading: Reading,
	settle: boolean,
	log: Log,
): Promise<Acceptance> {
	const now = effects.now();
	if (reading.outcome === "ignored") {
		if (reading.incident !== undefined) await addRefusedDelivery(effects.journal, reading.incident, now);
		return ignore(reading.reason, log);
	}

	if (reading.outcome === "command") {
		const { name, author, pr_number } = reading.command;
		const status = await addCommand(effects.journal, reading.command, now);
		log.info(`command ${status}`, { name, author, pr_number });
		return { status: "command", name, is_new: status === "accepted", command_id: reading.command.id };
	}

	const remediation = await remediationPushedTo(effects.journal, reading.incident, {
		isOwnAgent: engine.isOwnAgent,
		now,
		late_ms: engine.outcome.ci_deadline_s * 1000,
	});
	if (remediation !== undefined) return ignore({ kind: "attempt_result", incident_id: remediation }, log);

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
	const asked = askedInComment(reading.incident);
	if (asked !== undefined) await addCommand(effects.journal, asked, now);
	return { status, incident_id, due_in_ms: wait_ms, ...(asked !== undefined && { command_id: asked.id }) };
}

/** `/healer fix`: an incident like any other, and a comment to be answered. */
function askedInComment(incident: Incident): CommandRequest | undefined {
	const { id, kind, repository, installation_id, pr_number, sender, command, delivery_id } = incident;
	if (kind !== "manual" || command?.comment_id === undefined) return undefined;
	if (command.name === undefined || pr_number === undefined || sender === undefined) return undefined;
	const { name, comment_id } = command;
	const installation = installation_id !== undefined && { installation_id };
	return { id, name, repository, ...installation, pr_number, comment_id, author: sender.login, delivery_id };
}

function ignore(why: IgnoredReason, log: Log): Acceptance {
	const reason = renderIgnored(why);
	log.info("delivery ignored", { kind: why.kind, reason });
	return { status: "ignored", kind: why.kind, reason };
}
