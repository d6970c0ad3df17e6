import { isButtonPress } from "../../pipeline/incident.ts";
import {
	type CommandRequest,
	type IgnoredReason,
	type Incident,
	renderIgnored,
	type Signal,
} from "../../pipeline/index.ts";
import { outcomeFor } from "../../pipeline/overrides.ts";
import { incidentId } from "../../pipeline/stages/incident-id.ts";
import { WRITER_PERMISSIONS } from "../../pipeline/writer-permissions.ts";
import type { Effects } from "../effects.ts";
import { type Assumption, assumeStatement, isWrongAssumption } from "../journal/assumptions.ts";
import { commandStatement, pressedAgainStatement } from "../journal/commands.ts";
import { deliveryStatements, refusedDeliveryStatement } from "../journal/deliveries.ts";
import type { IgnoredDelivery } from "../journal/ignored-deliveries.ts";
import { assumeNoOpenFix, failedAgainStatements, findOpenFix, isIncident } from "../journal/open-fixes.ts";
import { recordedStatement } from "../journal/recorded-deliveries.ts";
import { isOfOthers, remediationPushedTo } from "../journal/remediations.ts";
import { assumeNothingBack, type ReopenStatements, reopenStatements } from "../journal/reopen.ts";
import { assumeKnown } from "../journal/repositories.ts";
import { signalStatements } from "../journal/signals.ts";
import type { Log } from "../log.ts";
import { type DeliveryContent, needsJournal, type PreparedDelivery } from "./delivery-content.ts";
import { ignoredDelivery } from "./ignored-delivery.ts";
import { underKnownName } from "./known-repository.ts";
import { forgetQuiet, noteQuiet, openedSoFar } from "./quiet-branches.ts";
import { type PreparedSignal, trackSignal, wakeAffected } from "./track-signal.ts";

/** The result of storing a delivery. */
export type Acceptance =
	| {
			readonly status: "accepted" | "duplicate";
			readonly incident_id: string;
			readonly dueInMs: number;
			/** It failed again while its fix is open: the id is that fix's incident. */
			readonly isFailedAgain?: boolean;
	  }
	/** A command for Healer itself. */
	| { readonly status: "command"; readonly name: string; readonly isNew: boolean; readonly command_id: string }
	/** No incident of its own, but it counts for this one: the result of a check, a merge, a closed alert ... */
	| { readonly status: "recorded"; readonly incident_id: string; readonly reason: string }
	| {
			readonly status: "ignored";
			readonly kind: IgnoredReason["kind"];
			readonly reason: string;
			/** To be kept among the last ignored ones. */
			readonly delivery: IgnoredDelivery;
			/** A filter refused the incident, and the journal has no incident to add the delivery to. */
			readonly isUnknown?: boolean;
	  };

type ContentOf<T extends DeliveryContent["outcome"]> = Extract<DeliveryContent, { readonly outcome: T }>;

/**
 * Stores a prepared delivery: the incident or command, and what it reports about remediations in progress. Webhook requests
 * and queued deliveries both go through here. Idempotent. On return the delivery is in the journal; it throws only if the
 * journal fails.
 */
export async function writeDelivery(effects: Effects, delivery: PreparedDelivery, log: Log): Promise<Acceptance> {
	const ordinary = await writeOrdinary(effects, delivery, log);
	if (ordinary !== undefined) return ordinary;
	const prepared = await underKnownName(effects.journal, delivery, effects.now());
	const { content } = prepared;
	switch (content.outcome) {
		case "incident":
			return await writeIncident(effects, prepared, content, log);
		case "command":
			return await writeCommand(effects, prepared, content, log);
		case "ignored":
			return await writeIgnored(effects, prepared, content, log);
		default:
			return content satisfies never;
	}
}

/**
 * Stores an incident or a signal in one call, if all is as it nearly always is: the journal knows the repository by this name, and
 * for an incident, no fix of the branch is open, no agent of ours pushed, and it is no end that came back. The journal checks
 * that in the same transaction; if it is not so, undefined, and nothing was written.
 */
async function writeOrdinary(effects: Effects, delivery: PreparedDelivery, log: Log): Promise<Acceptance | undefined> {
	const { content, repository } = delivery;
	if (content.outcome === "command" || repository?.id === undefined || !needsJournal(delivery)) return undefined;
	const known = assumeKnown({ id: repository.id, name: repository.name });
	try {
		if (content.outcome === "incident") return await writeOrdinaryIncident(effects, delivery, content, log, known);
		return await writeIgnored(effects, delivery, content, log, [assumeStatement(effects.journal, [known])]);
	} catch (cause) {
		if (isWrongAssumption(cause)) return undefined;
		throw cause;
	}
}

async function writeOrdinaryIncident(
	effects: Effects,
	delivery: PreparedDelivery,
	content: ContentOf<"incident">,
	log: Log,
	known: Assumption,
): Promise<Acceptance | undefined> {
	const { incident } = content;
	const engine = await effects.engine();
	if (!isOfOthers(incident, engine.isOwnAgent)) return undefined;
	const policy = outcomeFor(engine, incident.repository);
	const assumed = assumeStatement(effects.journal, [
		known,
		...assumeNoOpenFix({ failure: incident, policy, now: delivery.received_at }),
		...assumeNothingBack(incident),
	]);
	return await storeIncident(effects, delivery, content, log, assumed);
}

async function writeIncident(
	effects: Effects,
	prepared: PreparedDelivery,
	content: ContentOf<"incident">,
	log: Log,
): Promise<Acceptance> {
	const { delivery_id, signal, received_at } = prepared;
	const { incident, late_ms } = content;
	const engine = await effects.engine();
	const { isOwnAgent } = engine;
	const policy = outcomeFor(engine, incident.repository);
	const openFix = await findOpenFix(effects.journal, { failure: incident, policy, now: received_at });
	const isKnown = openFix !== undefined && (await isIncident(effects.journal, incident.id));
	if (
		openFix !== undefined &&
		!isKnown &&
		(await writeFailedAgain(effects, openFix, { incident, signal, late_ms }, log))
	) {
		return { status: "duplicate", incident_id: openFix, dueInMs: 0, isFailedAgain: true };
	}
	const origin = { isOwnAgent, now: received_at, late_ms };
	const remediation = await remediationPushedTo(effects.journal, incident, origin);
	if (remediation !== undefined) {
		const own = recordedStatement(effects.journal, { delivery_id, incident_id: remediation, received_at });
		await (signal === undefined ? own.run() : trackSignal(effects, signal, log, [own]));
		return record({ kind: "attempt_result", incident_id: remediation }, remediation, log);
	}

	return await storeIncident(effects, prepared, content, log);
}

/** Stores an incident that is its own. `assumed`: the first statement, if it assumes that nothing came back. */
async function storeIncident(
	effects: Effects,
	{ signal, received_at, traceparent }: PreparedDelivery,
	{ incident, identity, explanation, settle_ms }: ContentOf<"incident">,
	log: Log,
	assumed?: D1PreparedStatement,
): Promise<Acceptance> {
	const { settings } = await effects.engine();
	const { journal } = effects;
	const now = effects.now();
	const dueAt = now + settle_ms;
	const back = assumed === undefined ? reopenStatements(journal, { incident, dueAt, now }) : NOTHING_BACK;
	const added = deliveryStatements(journal, { incident, identity, explanation, dueAt, now, received_at, traceparent });
	// After the incident's own row: an older incident of the branch is superseded by an incident, not by a failure alone.
	const tracked = signal && signalStatements(journal, signal.signal, signal);
	const again = pressedAgain(incident, settings.commands.permissions ?? WRITER_PERMISSIONS);
	const before = [
		...(assumed === undefined ? [] : [assumed]),
		...(again === undefined ? [] : [pressedAgainStatement(journal, again, received_at)]),
	];
	forgetQuiet();
	const all = [...before, ...back.all, ...added, ...(tracked?.all ?? [])];
	const results = (await journal.batch(all)).slice(before.length);
	// Again: another delivery may have asked the journal in between, and found nothing.
	forgetQuiet();
	const isNew = results[back.all.length]?.meta.changes === 1;
	const status = isNew || back.isReopened(results) ? "accepted" : "duplicate";
	log.info(`delivery ${status}`, { incident_id: incident.id });
	if (signal !== undefined && tracked !== undefined) {
		const affected = tracked.affected(results);
		// Its own incident has its own wake-up.
		const others = status === "accepted" ? affected.filter((id) => id !== incident.id) : affected;
		await wakeAffected(effects, signal, others, log);
	}
	return { status, incident_id: incident.id, dueInMs: settle_ms };
}

const NOTHING_BACK: ReopenStatements = { all: [], isReopened: () => false };

/** The command that a check run's button gives if its incident is over; undefined for another incident. */
function pressedAgain(
	incident: Incident,
	needs: readonly string[],
): (CommandRequest & { readonly incident_id: string }) | undefined {
	const { id: incident_id, repository, installation_id, pr_number, sender, delivery_id } = incident;
	if (!isButtonPress(incident) || pr_number === undefined || sender === undefined) return undefined;
	const id = incidentId(`press:${incident_id}:${delivery_id}`);
	const known = { id, incident_id, name: "retry", repository, pr_number, author: sender.login, delivery_id, needs };
	return { ...known, ...(installation_id !== undefined && { installation_id }) };
}

/**
 * Records a failure with the incident whose open fix it belongs to. False if that fix has ended meanwhile: then it is an
 * incident of its own. The result is stored either way, because it decides what follows once the fix is merged.
 */
async function writeFailedAgain(
	effects: Effects,
	openFix: string,
	failed: Pick<ContentOf<"incident">, "incident" | "late_ms"> & { readonly signal: PreparedSignal | undefined },
	log: Log,
): Promise<boolean> {
	const now = effects.now();
	const { incident, late_ms } = failed;
	// A sensor's payload reports nothing about remediations by itself.
	const signal = failed.signal ?? { signal: failureOf(incident), now, reconsider_ms: late_ms };
	const own = failedAgainStatements(effects.journal, { id: openFix, failure: incident, now });
	const { results } = await trackSignal(effects, signal, log, own);
	const isOpen = (results.at(-1)?.results ?? []).length > 0;
	if (isOpen) log.info("failure belongs to an open fix", { incident_id: openFix });
	return isOpen;
}

function failureOf(incident: Incident): Signal {
	const { kind: _kind, id: _id, jobs: _jobs, ...fields } = incident;
	return { ...fields, reports: "failure" };
}

async function writeCommand(
	effects: Effects,
	{ signal, received_at }: PreparedDelivery,
	{ command }: ContentOf<"command">,
	log: Log,
): Promise<Acceptance> {
	const { id, name, author, pr_number } = command;
	const own = commandStatement(effects.journal, command, received_at);
	const [added] = signal === undefined ? [await own.run()] : (await trackSignal(effects, signal, log, [own])).results;
	const isNew = added?.meta.changes === 1;
	log.info(`command ${isNew ? "accepted" : "duplicate"}`, { name, author, pr_number });
	return { status: "command", name, isNew, command_id: id };
}

async function writeIgnored(
	effects: Effects,
	delivery: PreparedDelivery,
	{ refused, reason }: ContentOf<"ignored">,
	log: Log,
	assumed: readonly D1PreparedStatement[] = [],
): Promise<Acceptance> {
	const { signal, received_at } = delivery;
	const seen = openedSoFar();
	const own = refused === undefined ? [] : [refusedDeliveryStatement(effects.journal, refused, received_at)];
	const first = [...assumed, ...own];
	const tracked = signal && (await trackSignal(effects, signal, log, first));
	const stored = tracked?.results ?? (own.length === 0 ? [] : await effects.journal.batch(first));
	const added = stored[assumed.length];
	if (refused !== undefined && added?.meta.changes === 1) return record(reason, refused.id, log);
	// Its incident may still come: whoever has the time for that waits.
	if (refused !== undefined) return { ...ignore(delivery, reason, log), isUnknown: true };
	if (signal !== undefined && tracked?.incident_id === undefined) noteQuiet(signal.signal, effects.now(), seen);
	return afterSignal(delivery, tracked?.incident_id, log);
}

/** What became of a delivery that is no incident, once its signal is stored: it counts for `incident_id`, or for nothing. */
export function afterSignal(delivery: PreparedDelivery, incident_id: string | undefined, log: Log): Acceptance {
	if (delivery.content.outcome !== "ignored") throw new Error("only an ignored delivery is a signal alone");
	const { reason } = delivery.content;
	return incident_id === undefined ? ignore(delivery, reason, log) : record(reason, incident_id, log);
}

function record(why: IgnoredReason, incident_id: string, log: Log): Acceptance {
	const reason = renderIgnored(why);
	log.info("delivery recorded", { kind: why.kind, reason, incident_id });
	return { status: "recorded", incident_id, reason };
}

/** Nothing came of a delivery, and nothing of it is stored. */
export function ignore(
	delivery: PreparedDelivery,
	why: IgnoredReason,
	log: Log,
): Extract<Acceptance, { readonly status: "ignored" }> {
	const kept = ignoredDelivery(delivery, why);
	const { reason } = kept;
	// The mass of all deliveries: `writeCounts` tells how many there were, and `GET /api/ignored` has each.
	const isMass = why.kind === "unknown_event" || why.kind === "not_matched" || why.kind === "tracked";
	if (!isMass) log.info("delivery ignored", { kind: why.kind, reason });
	return { status: "ignored", kind: why.kind, reason, delivery: kept };
}
