import { isSameRepository } from "../../pipeline/head-repository.ts";
import type { Incident } from "../../pipeline/index.ts";
import { incidentId } from "../../pipeline/stages/incident-id.ts";
import { inKey, type KnownRepository, knownRepository } from "../journal/repositories.ts";
import { type DeliveryContent, needsJournal, type PreparedDelivery } from "./delivery-content.ts";

/**
 * A delivery under the name by which the journal knows its repository: GitHub may name it differently before and after a
 * rename or a transfer, and one failure has one identity.
 */
export async function underKnownName(
	db: D1Database,
	delivery: PreparedDelivery,
	now: number,
): Promise<PreparedDelivery> {
	const { repository: named, signal } = delivery;
	// Nothing is stored of it, so its name is asked of nobody: most deliveries are ignored, also while the journal is away.
	if (named === undefined || !needsJournal(delivery)) return delivery;
	const known = await knownRepository(db, named, now);
	if (known.name === named.name && known.key === named.name.toLowerCase()) return delivery;
	return {
		...delivery,
		content: underName(delivery.content, named.name, known),
		...(signal !== undefined && { signal: { ...signal, signal: renamed(signal.signal, named.name, known) } }),
	};
}

function underName(content: DeliveryContent, named: string, known: KnownRepository): DeliveryContent {
	switch (content.outcome) {
		case "incident":
			return { ...content, ...underKey(content, named, known) };
		case "command": {
			const { fix, ...command } = content.command;
			const both = {
				...renamed(command, named, known),
				...(fix !== undefined && { fix: underFix(fix, named, known) }),
			};
			return { ...content, command: both };
		}
		case "ignored":
			return content.refused === undefined ? content : { ...content, refused: renamed(content.refused, named, known) };
		default:
			return content satisfies never;
	}
}

function underKey(
	{ incident, identity }: { readonly incident: Incident; readonly identity: string },
	named: string,
	known: KnownRepository,
): { readonly incident: Incident; readonly identity: string } {
	const own = inKey(identity, named, known);
	return { identity: own, incident: { ...renamed(incident, named, known), id: incidentId(own) } };
}

function underFix<T extends { readonly incident: Incident; readonly identity: string }>(
	fix: T,
	named: string,
	known: KnownRepository,
): T {
	return { ...fix, ...underKey(fix, named, known) };
}

function renamed<T extends { readonly repository: string; readonly head_repository?: string }>(
	of: T,
	named: string,
	{ name }: KnownRepository,
): T {
	const isOwn = (repository: string | undefined) => repository !== undefined && isSameRepository(repository, named);
	return {
		...of,
		...(isOwn(of.repository) && { repository: name }),
		...(isOwn(of.head_repository) && { head_repository: name }),
	};
}
