import {
	type CommandRequest,
	type Delivery,
	type IgnoredReason,
	type Incident,
	type Reading,
	renderIgnored,
	whyIgnored,
} from "../../pipeline/index.ts";
import type { Effects } from "../effects.ts";
import type { Engine } from "../engine.ts";
import { completeCheckRun } from "../github/complete-check-run.ts";
import { addCommand } from "../journal/add-command.ts";
import { addDelivery } from "../journal/add-delivery.ts";
import { addRefusedDelivery } from "../journal/add-refused-delivery.ts";
import { remediationPushedTo } from "../journal/remediation-pushed-to.ts";
import { readSignal, type ToldSignal, trackSignal, wakeAffected } from "../lifecycle/track-signal.ts";
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
 * Runs the pipeline's first stages (events, filters) and writes the incident, or the command, down, and what the delivery
 * tells of remediations under way. When this returns, it is in the journal; it throws when the journal fails, and only
 * then. `settle`: wait for other deliveries of the same run.
 */
export async function acceptDelivery(effects: Effects, told: Delivery, settle: boolean, log: Log): Promise<Acceptance> {
	const delivery = await completeCheckRun(effects.github, told);
	const engine = await effects.engine();
	const reading = await engine.read(delivery);
	const signal = await readSignal(effects, delivery);
	if (reading.outcome === "incident") {
		const remediation = await remediationPushedTo(effects.journal, reading.incident, {
			isOwnAgent: engine.isOwnAgent,
			now: effects.now(),
			late_ms: engine.outcome.ci_deadline_s * 1000,
		});
		if (remediation === undefined) return await acceptIncident(effects, engine, reading, { signal, settle, log });
		if (signal !== undefined) await trackSignal(effects, signal, log);
		return ignore({ kind: "attempt_result", incident_id: remediation }, log);
	}

	const acceptance =
		reading.outcome === "command"
			? await acceptCommand(effects, reading.command, log)
			: await acceptNothing(effects, reading, whyIgnored(reading.reason, delivery, signal?.signal), log);
	if (signal !== undefined) await trackSignal(effects, signal, log);
	return acceptance;
}

type ReadAs<T extends Reading["outcome"]> = Extract<Reading, { readonly outcome: T }>;

async function acceptIncident(
	effects: Effects,
	engine: Engine,
	{ incident, identity, explanation }: ReadAs<"incident">,
	{ signal, settle, log }: { readonly signal: ToldSignal | undefined; readonly settle: boolean; readonly log: Log },
): Promise<Acceptance> {
	const now = effects.now();
	const wait_ms = settle ? engine.settle_s * 1000 : 0;
	const { status, affected } = await addDelivery(
		effects.journal,
		{ incident, identity, explanation: { pipeline: engine.version, stages: explanation }, due_at: now + wait_ms, now },
		signal?.statements,
	);
	log.info(`delivery ${status}`, { incident_id: incident.id });
	// Its own incident has a wake-up of its own.
	const others = status === "accepted" ? affected.filter((id) => id !== incident.id) : affected;
	if (signal !== undefined) await wakeAffected(effects, signal, others, log);
	const asked = askedInComment(incident);
	if (asked !== undefined) await addCommand(effects.journal, asked, now);
	const command_id = asked !== undefined && { command_id: asked.id };
	return { status, incident_id: incident.id, due_in_ms: wait_ms, ...command_id };
}

async function acceptCommand(effects: Effects, command: CommandRequest, log: Log): Promise<Acceptance> {
	const { id, name, author, pr_number } = command;
	const status = await addCommand(effects.journal, command, effects.now());
	log.info(`command ${status}`, { name, author, pr_number });
	return { status: "command", name, is_new: status === "accepted", command_id: id };
}

async function acceptNothing(
	effects: Effects,
	{ incident }: ReadAs<"ignored">,
	reason: IgnoredReason,
	log: Log,
): Promise<Acceptance> {
	if (incident !== undefined) await addRefusedDelivery(effects.journal, incident, effects.now());
	return ignore(reason, log);
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
