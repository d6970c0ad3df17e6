import type { Reading } from "../reading.ts";
import { WRITER_PERMISSIONS } from "../writer-permissions.ts";

/** The possible results of the filters, which never produce a command. */
export type Filtered = Exclude<Reading, { readonly outcome: "command" }>;

/**
 * Turns an incident from a comment into a command. The filters have judged it like an incident, but no
 * incident is updated and nothing is decided.
 */
export function readCommand(reading: Filtered): Reading {
	if (reading.outcome === "ignored") {
		return { outcome: "ignored", reason: reading.reason, explanation: reading.explanation };
	}
	const { explanation, incident } = reading;
	const { id, repository, installation_id, delivery_id, pr_number, sender, event } = incident;
	const { name, args, comment_id, allowed, needs = WRITER_PERMISSIONS, refused } = incident.command ?? {};
	if (name === undefined || pr_number === undefined || comment_id === undefined || sender === undefined) {
		const wanted = { "command.name": name, "command.comment_id": comment_id, pr_number, sender };
		const missing = Object.entries(wanted).flatMap(([field, value]) => (value === undefined ? [field] : []));
		return { outcome: "ignored", reason: { kind: "no_identity", event, missing }, explanation };
	}
	const known = { id, name, repository, pr_number, comment_id, author: sender.login, delivery_id };
	const more = {
		...(args !== undefined && { args }),
		...(installation_id !== undefined && { installation_id }),
		...(allowed !== true && { needs }),
		...(refused !== undefined && { refused }),
		...(name === "fix" && { fix: { incident, identity: reading.identity, explanation } }),
	};
	return { outcome: "command", command: { ...known, ...more }, explanation };
}
