import type { WireOutcome } from "../../../../wire/outcome.ts";
import type { Clock } from "../../../clock.ts";
import type { ApiClients } from "../api-clients.ts";
import { readSeen } from "../coderun-api.ts";
import type { SeenCodeRun } from "../coderun-object.ts";
import { findIncidentLease, markIncidentLease } from "./incident-lease.ts";
import { endOfGone } from "./outcome-of.ts";

/** `not_gone`: it only left the selection, or the worker knows its end. `wait`: check again later. */
export type GoneScan =
	| { readonly kind: "gone"; readonly outcome: WireOutcome }
	| { readonly kind: "not_gone" }
	| { readonly kind: "wait" };

/**
 * Looks up a CodeRun that a watch reported as gone. A watch reports a changed label the same way, so this asks the
 * cluster. Deletion before the end is an outcome as well, once no call can create the CodeRun again.
 */
export async function findGone(
	{ clients, namespace, clock }: { readonly clients: ApiClients; readonly namespace: string; readonly clock: Clock },
	seen: SeenCodeRun,
): Promise<GoneScan> {
	if (seen.identity === undefined) return { kind: "not_gone" };
	const { incident_id, attempt } = seen.identity;
	const found = await readSeen(clients, namespace, seen.name);
	if (found.kind === "unavailable") return { kind: "wait" };
	if (found.kind === "found") return { kind: "not_gone" };

	const claimed = await findIncidentLease(clients, namespace, incident_id);
	if (claimed.kind === "unavailable") return { kind: "wait" };
	const lease = claimed.kind === "found" && claimed.lease.attempt === attempt ? claimed.lease : undefined;
	if (lease?.reported) return { kind: "not_gone" };
	if (lease !== undefined && !lease.seen) {
		// The call that created it was killed before it wrote the mark, and a repeated request would create it again.
		if (clock.now() >= lease.quiet_at) await markIncidentLease(clients, namespace, lease, { mark: "seen" });
		return { kind: "wait" };
	}
	const outcome = endOfGone(seen, lease);
	return outcome === undefined ? { kind: "not_gone" } : { kind: "gone", outcome };
}
