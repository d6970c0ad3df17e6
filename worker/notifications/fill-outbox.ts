import { sha256Hex } from "../../pipeline/expression/sha256-hex.ts";
import type { Effects } from "../effects.ts";
import type { Engine } from "../engine.ts";
import { findIncident } from "../journal/incidents.ts";
import { deleteEventStatement, type NotificationEvent, oldestEvents } from "../journal/notification-events.ts";
import { addNotificationStatement } from "../journal/notifications.ts";
import { findFound } from "../journal/packed-decision.ts";
import { readStored } from "../journal/stored-json.ts";
import type { Cost } from "../runtime/budget.ts";
import { messageOf } from "./message.ts";
import { findReceiver } from "./receiver.ts";

const BATCH = 25;
// Its incident, what its decision found with its dictionary, and a batch with as many targets as anybody has.
const COST: Cost = { statements: 17, subrequests: 6 };

type Needs = Pick<Effects, "budget" | "engine" | "journal" | "log" | "notifications">;

/**
 * Makes the messages of what happened: one for each target whose `on` and `where` fit, by the pipeline that is active now. An
 * event and its messages change places in one transaction: they are added once, all or none.
 */
export async function fillOutbox(effects: Needs): Promise<void> {
	const events = await oldestEvents(effects.journal, BATCH);
	if (events.length === 0) return;
	const engine = await effects.engine();
	for (const event of events) {
		if (!effects.budget.has(COST)) return;
		try {
			await addMessages(effects, engine, event);
		} catch (cause) {
			effects.log.error("making notifications failed", { event: event.event, incident_id: event.incident_id, cause });
		}
	}
}

async function addMessages(effects: Needs, engine: Engine, event: NotificationEvent): Promise<void> {
	const { journal, log, notifications: tools } = effects;
	const row = event.incident_id === null ? undefined : await findIncident(journal, event.incident_id);
	const read = row && readStored("incidents.incident", row.incident);
	const names = await engine.notifyTargets({
		event: event.event,
		incident: read?.ok ? read.value : undefined,
		agent: row?.agent ?? undefined,
		failure_type: row?.failure_type ?? undefined,
	});
	const message = messageOf(event, row && { ...row, ...(await findFound(journal, row)) }, tools);
	const added = message === undefined ? [] : names;
	await journal.batch([
		...added.map((target) =>
			addNotificationStatement(journal, {
				id: webhookId(event.id, target),
				target,
				event: event.event,
				incident_id: event.incident_id,
				message: JSON.stringify(message),
				created_at: event.at,
			}),
		),
		deleteEventStatement(journal, event.id),
	]);
	for (const target of engine.notify.filter(({ name }) => added.includes(name))) {
		const receiver = findReceiver(target, tools);
		if (!receiver.ok) log.warn("notification waits", { target: target.name, reason: receiver.problem });
	}
}

/** The same whenever it is computed. Without dots, which separate what is signed. */
function webhookId(event: string, target: string): string {
	return `msg_${sha256Hex(`${event}\n${target}`).slice(0, 32)}`;
}
