import type { WireOutcome } from "../../../../wire/outcome.ts";
import type { Unavailable } from "../../cluster.ts";
import type { ApiClients } from "../api-clients.ts";
import { isExpired, readFailure } from "../api-failure.ts";
import { readSeen } from "../coderun-api.ts";
import { REPORTED_LABEL } from "../coderun-object.ts";
import { eachLease, selectorOf } from "../each-lease.ts";
import { INCIDENT_CLAIMS } from "../lease.ts";
import { unexpected } from "../unexpected.ts";
import { markIncidentLease, readIncidentLease } from "./incident-lease.ts";
import { endOf, endOfLost } from "./outcome-of.ts";

const UNREPORTED_CLAIMS = `${selectorOf(INCIDENT_CLAIMS)},!${REPORTED_LABEL}`;

/**
 * CodeRuns that were deleted while no relay watched: an incident's claim still names them, they were seen, their end
 * was not reported, and they are gone. `knows` returns whether a CodeRun is already being followed.
 */
export async function findLost(
	clients: ApiClients,
	namespace: string,
	knows: (name: string) => boolean,
): Promise<{ kind: "found"; outcomes: readonly WireOutcome[] } | Unavailable> {
	const outcomes: WireOutcome[] = [];
	try {
		for await (const object of eachLease(clients, namespace, UNREPORTED_CLAIMS)) {
			const lease = readIncidentLease(object);
			if (lease === undefined || !lease.seen || knows(lease.coderun_name)) continue;
			const found = await readSeen(clients, namespace, lease.coderun_name);
			if (found.kind === "unavailable") return found;
			if (found.kind === "not_found") outcomes.push(endOfLost(lease));
			// A claim loses the mark when it is released to this attempt, or written while the outcome is reported.
			else if (found.seen.reported) {
				await markIncidentLease(clients, namespace, lease, { mark: "reported", outcome: endOf(found.seen) });
			}
		}
		return { kind: "found", outcomes };
	} catch (error) {
		if (isExpired(error)) return { kind: "unavailable", why: "the claims changed while they were being listed" };
		const failure = readFailure(error);
		return failure.kind === "unavailable" ? failure : unexpected(failure);
	}
}
