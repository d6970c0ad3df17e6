import type { V1Lease } from "@kubernetes/client-node";
import { HOUR_MS, MINUTE_MS } from "../../../wire/durations.ts";
import type { Clock } from "../../clock.ts";
import type { Log } from "../../log.ts";
import { CLOCK_SLACK_MS, IN_FLIGHT_MS } from "../claim-timing.ts";
import type { Unavailable } from "../cluster.ts";
import type { ApiClients } from "./api-clients.ts";
import { isExpired, readFailure } from "./api-failure.ts";
import { withTimeout } from "./call-options.ts";
import { readSeen } from "./coderun-api.ts";
import { eachLease, selectorOf } from "./each-lease.ts";
import { fromLease, INCIDENT_CLAIMS, OTHER_CLAIMS, splitVersion, versionOf } from "./lease.ts";
import { unexpected } from "./unexpected.ts";

export interface SweepTools {
	readonly clients: ApiClients;
	readonly namespace: string;
	readonly clock: Clock;
	readonly log: Log;
}

const CALL_WITHIN_MS = 5_000;

/** How long an expired claim is kept, so that people can see what deferred an incident. */
const KEPT_MS = HOUR_MS;

/**
 * Deletes claims that expired at least an hour ago and whose CodeRun is gone or finished: they are free already, and
 * would only pile up. An incident's own claim expires after 30 days. Deletion is conditional, so a claim that is taken
 * again meanwhile stays.
 */
export async function sweepLeases(tools: SweepTools): Promise<{ kind: "swept"; deleted: number } | Unavailable> {
	const { clients, namespace } = tools;
	let deleted = 0;
	try {
		for (const labels of [OTHER_CLAIMS, INCIDENT_CLAIMS]) {
			for await (const lease of eachLease(clients, namespace, selectorOf(labels))) {
				if (await sweepLease(tools, lease)) deleted++;
			}
		}
		return { kind: "swept", deleted };
	} catch (error) {
		if (isExpired(error)) return { kind: "unavailable", why: "the claims changed while they were being listed" };
		const failure = readFailure(error);
		return failure.kind === "unavailable" ? failure : unexpected(failure);
	}
}

async function sweepLease({ clients, namespace, clock }: SweepTools, lease: V1Lease): Promise<boolean> {
	const record = fromLease(lease)?.record;
	const name = lease.metadata?.name;
	if (record === undefined || name === undefined) return false;
	const freeAt = record.taken_at + Math.max(record.ttl_s * 1000 + CLOCK_SLACK_MS, IN_FLIGHT_MS);
	if (clock.now() < freeAt + KEPT_MS) return false;
	const found = await readSeen(clients, namespace, record.coderun_name);
	if (found.kind === "unavailable" || (found.kind === "found" && found.seen.terminal === undefined)) return false;
	try {
		const body = { preconditions: splitVersion(versionOf(lease)) };
		await clients.leases.deleteNamespacedLease({ name, namespace, body }, withTimeout(CALL_WITHIN_MS));
		return true;
	} catch (error) {
		const failure = readFailure(error);
		if (failure.kind === "conflict" || failure.kind === "not_found") return false;
		throw error;
	}
}

const EVERY_MS = 10 * MINUTE_MS;

/** Sweeps every ten minutes. Several relays may sweep concurrently. Returns a function that stops it. */
export function keepSweeping(tools: SweepTools): () => void {
	const timer = setInterval(async () => {
		const swept = await sweepLeases(tools);
		if (swept.kind === "unavailable") tools.log({ level: "warn", message: "lease sweep failed", reason: swept.why });
		else if (swept.deleted > 0) tools.log({ level: "info", message: "leases swept", claims: swept.deleted });
	}, EVERY_MS);
	timer.unref();
	return () => clearInterval(timer);
}
